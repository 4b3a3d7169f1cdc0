import fc from 'fast-check';
import { type Tags, tagValue, toTags } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tagBytes, withoutTags } from '../../lib/core/tags.ts';

const tag = fc.record({ name: fc.string({ unit: 'grapheme' }), value: fc.string({ unit: 'grapheme' }) });

/** The tags as ANS-104 writes them, in Avro: the length of the block, its records, and the end of the array. */
function avro(tags: Tags): readonly number[] {
  const long = (value: number): number[] => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return [...bytes, Number(rest)];
  };
  const text = (value: string): number[] => {
    const bytes = [...new TextEncoder().encode(value)];
    return [...long(bytes.length), ...bytes];
  };
  if (tags.length === 0) return [];
  return [...long(tags.length), ...tags.flatMap(({ name, value }) => [...text(name), ...text(value)]), ...long(0)];
}

test('a list of tags stays as it is, order and duplicates included', () => {
  const tags = [
    { name: 'B', value: '1' },
    { name: 'A', value: '2' },
    { name: 'B', value: '1' },
  ];
  assert.equal(toTags(tags), tags);
});

test('a record becomes a list in its order, one tag for each value', () => {
  assert.equal(toTags({ B: 'b', A: ['1', '2', '1'], Empty: [] }), [
    { name: 'B', value: 'b' },
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
    { name: 'A', value: '1' },
  ]);
  assert.equal(toTags(), []);
});

test('the first tag of a name counts, and names are case-sensitive', () => {
  const tags = toTags({ action: 'small', Action: ['first', 'second'] });
  assert.is(tagValue(tags, 'Action'), 'first');
  assert.is(tagValue(tags, 'ACTION'), undefined);
});

test('leaving names out leaves every tag of those names out and the others in order', () => {
  fc.assert(
    fc.property(fc.array(tag), fc.array(fc.string()), (tags, names) => {
      const kept = withoutTags(tags, ...names);
      assert.equal(
        kept,
        tags.filter(({ name }) => !names.includes(name)),
      );
    }),
  );
});

test('tags take as many bytes as their Avro encoding has', () => {
  fc.assert(fc.property(fc.array(tag, { maxLength: 200 }), (tags) => assert.is(tagBytes(tags), avro(tags).length)));
});

test('lengths at which Avro needs another byte are counted right', () => {
  for (const length of [0, 63, 64, 8191, 8192, 1_048_575, 1_048_576]) {
    const long = [{ name: 'n', value: 'x'.repeat(length) }];
    assert.is(tagBytes(long), avro(long).length, `a value of ${length}`);
    if (length > 10_000) continue;
    const many = Array.from({ length }, () => ({ name: 'n', value: '' }));
    assert.is(tagBytes(many), avro(many).length, `${length} tags`);
  }
});

test.run();
