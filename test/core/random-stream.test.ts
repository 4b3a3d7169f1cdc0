import fc from 'fast-check';
import { randomStream } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';

const row = (seed: string, name: string, bound = 1_000_000): readonly number[] => {
  const stream = randomStream(seed, name);
  return Array.from({ length: 20 }, () => stream.below(bound));
};

test('the same seed and name give the same row', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (seed, name) => assert.equal(row(seed, name), row(seed, name))));
});

test('a row stays what it was when it was written down', () => {
  assert.equal(row('seed', 'name').slice(0, 5), [31_725, 723_030, 467_494, 613_932, 801_487]);
});

test('another seed or another name gives another row', () => {
  const rows = [row('a', 'x'), row('b', 'x'), row('a', 'y'), row('ax', ''), row('', 'ax')];
  assert.is(new Set(rows.map(String)).size, rows.length);
});

test('drawing from one stream leaves the others as they are', () => {
  const [first, second] = [randomStream('seed', 'one'), randomStream('seed', 'two')];
  for (let draw = 0; draw < 10; draw++) first.unit();
  assert.equal(
    Array.from({ length: 20 }, () => second.below(1_000_000)),
    row('seed', 'two'),
  );
});

test('a whole number lies from 0 up to and without its bound', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
      for (const value of row(seed, '', bound)) assert.ok(Number.isInteger(value) && value >= 0 && value < bound);
    }),
  );
});

test('every face of a die comes about as often as the others', () => {
  const die = randomStream('a fair one', 'dice');
  const faces = [0, 0, 0, 0, 0, 0];
  for (let roll = 0; roll < 60_000; roll++) {
    const face = die.below(6);
    faces[face] = (faces[face] ?? 0) + 1;
  }
  for (const times of faces) assert.ok(Math.abs(times - 10_000) < 500, String(faces)); // over five standard deviations
});

test('a fraction lies from 0 up to and without 1', () => {
  const stream = randomStream('seed', 'unit');
  let sum = 0;
  for (let draw = 0; draw < 10_000; draw++) {
    const value = stream.unit();
    assert.ok(value >= 0 && value < 1);
    sum += value;
  }
  assert.ok(Math.abs(sum / 10_000 - 0.5) < 0.02);
});

test('a bound is a whole number from 1 to 2^32', async () => {
  const stream = randomStream('seed', 'bounds');
  for (const bound of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32 + 1]) {
    assert.is((await refusal(() => stream.below(bound))).code, 'option-invalid', String(bound));
  }
  assert.is(stream.below(1), 0);
  assert.ok(stream.below(2 ** 32) < 2 ** 32);
});

test.run();
