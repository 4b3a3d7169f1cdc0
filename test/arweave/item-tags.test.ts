import fc from 'fast-check';
import { parseItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeTags } from '../../lib/arweave/item-tags.ts';
import { tagBytes } from '../../lib/core/tags.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import { contents } from './contents.ts';
import { oracle } from './oracle.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** An unsigned Ed25519 item whose tags are these bytes. */
function itemWith(tags: Uint8Array, count: number | bigint, length: number | bigint = tags.length): Uint8Array {
  const head = new DataView(new ArrayBuffer(16));
  head.setBigUint64(0, BigInt(count), true);
  head.setBigUint64(8, BigInt(length), true);
  const parts = [Uint8Array.of(2, 0), new Uint8Array(64 + 32 + 2), new Uint8Array(head.buffer), tags];
  return Uint8Array.from(Buffer.concat(parts));
}

const tagsIn = (hex: string, count: number) => parseItem(itemWith(bytes(hex), count)).tags;
const codeOf = async (...given: Parameters<typeof itemWith>) =>
  (await refusal(() => parseItem(itemWith(...given)))).code;

const ping = { name: 'Action', value: 'Ping' };
const wide = [
  { name: 'Größe', value: '' },
  { name: '😀', value: 'x'.repeat(64) },
];

test('tags are encoded as the oracle encodes them', () => {
  const vectors = [
    [[ping], '020c416374696f6e0850696e6700'],
    [wide, `040e4772c3b6c39f650008f09f98808001${'78'.repeat(64)}00`],
    [[], ''],
  ] as const;
  for (const [tags, hex] of vectors) {
    assert.is(Buffer.from(encodeTags(tags).bytes).toString('hex'), hex);
    assert.is(Buffer.from(oracle.serializeTags(tags)).toString('hex'), hex);
  }
  fc.assert(
    fc.property(contents, ({ tags }) => {
      const encoded = encodeTags(tags);
      assert.equal(encoded.bytes, Uint8Array.from(oracle.serializeTags(tags)));
      assert.is(encoded.bytes.length, tagBytes(tags));
    }),
  );
});

test('several blocks, and blocks that say their size, are one list', () => {
  const [one, other] = ['0c416374696f6e0850696e67', '0261 0262'];
  const pair = [ping, { name: 'a', value: 'b' }];
  assert.equal(tagsIn(`04 ${one} ${other} 00`, 2), pair);
  assert.equal(tagsIn(`02 ${one} 02 ${other} 00`, 2), pair);
  assert.equal(tagsIn(`01 18 ${one} 02 ${other} 00`, 2), pair);
  assert.equal(tagsIn(`03 20 ${one} ${other} 00`, 2), pair);
  for (const hex of [`02 ${one} 02 ${other} 00`, `01 18 ${one} 02 ${other} 00`, `03 20 ${one} ${other} 00`]) {
    assert.equal(oracle.deserializeTags(Buffer.from(bytes(hex))), pair);
  }
});

test('an empty list may be no bytes or an empty block', () => {
  assert.equal(tagsIn('', 0), []);
  assert.equal(tagsIn('00', 0), []);
});

test('a number may be longer than it has to be, up to ten bytes', async () => {
  assert.equal(tagsIn('8200 02 61 8280808000 62 00', 1), [{ name: 'a', value: 'b' }]);
  assert.equal(tagsIn('82808080808080808000 02 61 02 62 00', 1), [{ name: 'a', value: 'b' }]);
  assert.is(await codeOf(bytes('8280808080808080808000 02 61 02 62 00'), 1), 'item-malformed');
});

test('tags that are not what they say are refused', async () => {
  const wrong: readonly (readonly [string, number])[] = [
    ['', 1], // none
    ['00', 1],
    ['02 02 61 02 62 00', 0], // one too many
    ['02 02 61 02 62 00', 2], // one too few
    ['02 02 61 02 62', 1], // no end
    ['02 02 61 02 62 00 00', 1], // something after the end
    ['04 02 61 02 62 00', 2], // a block too long
    ['01 04 02 61 02 62 00', 1], // a size too small
    ['01 0a 02 61 02 62 00', 1], // a size too large
    ['01 01 02 61 02 62 00', 1], // a negative size
    ['02 01 61 02 62 00', 1], // a negative length
    ['02 02 61 20 62 00', 1], // a length beyond the end
    ['02 02 61 feffffffffffffffff01 62 00', 1], // of 2^63 - 1
    ['02 02 61 ffffffffffffffffff01 62 00', 1], // of -2^63
    ['feffffffffffffffff01 02 61 02 62 00', 1], // 2^63 - 1 tags
    ['ffffffffffffffffff01 02 02 61 02 62 00', 1], // -2^63 tags
    ['ffffffffffffffffffffffffffff 00', 1],
    ['80', 1],
  ];
  for (const [hex, count] of wrong) assert.is(await codeOf(bytes(hex), count), 'item-malformed', hex);
  const { message } = await refusal(() => parseItem(itemWith(bytes('02 01 61 02 62 00'), 1)));
  assert.match(message, 'a length in them is below zero');
});

test('numbers in front of the tags that no item can have are refused before anything is made of them', async () => {
  const tag = bytes('02 02 61 02 62 00');
  assert.is(await codeOf(tag, 2n ** 63n), 'item-over-limit');
  assert.is(await codeOf(tag, 2n ** 64n - 1n), 'item-over-limit');
  assert.is(await codeOf(tag, 1, 2n ** 63n), 'item-over-limit');
  assert.is(await codeOf(tag, 1, 2n ** 64n - 1n), 'item-over-limit');
  assert.is(await codeOf(tag, 1, 65_536), 'item-malformed');
  assert.is(await codeOf(tag, 1, 5), 'item-malformed');
});

test('more is read than is built, up to the limits', async () => {
  const writer = (tags: number, valueBytes: number) => {
    const value = Buffer.alloc(valueBytes, 'v');
    const one = Buffer.concat([bytes('02 6e'), varint(value.length), value]);
    return Buffer.concat([varint(tags), ...Array.from({ length: tags }, () => one), bytes('00')]);
  };
  const varint = (number: number) => {
    const digits: number[] = [];
    let rest = number * 2;
    for (; rest > 127; rest = Math.floor(rest / 128)) digits.push((rest & 127) | 128);
    return Uint8Array.of(...digits, rest);
  };
  assert.is(parseItem(itemWith(writer(1, 60_000), 1)).tags[0]?.value.length, 60_000);
  assert.is(await codeOf(writer(1, 70_000), 1), 'item-over-limit');
  assert.is(parseItem(itemWith(writer(1, 70_000), 1), { tagBytes: 80_000 }).tags[0]?.value.length, 70_000);
  assert.is(parseItem(itemWith(writer(4_096, 1), 4_096)).tags.length, 4_096);
  assert.is(await codeOf(writer(4_097, 1), 4_097), 'item-over-limit');
  assert.is((await refusal(() => parseItem(itemWith(bytes(''), 0), { tag: 1 } as never))).code, 'option-invalid');
  assert.is((await refusal(() => parseItem(itemWith(bytes(''), 0), { tags: -1 }))).code, 'option-invalid');
});

test.run();
