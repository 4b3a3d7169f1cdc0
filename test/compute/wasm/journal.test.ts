// How much a process may have to evaluate again is bounded by what it evaluated, whatever its turns cost.

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Image } from '../../../lib/compute/wasm/image.ts';
import { Journal } from '../../../lib/compute/wasm/journal.ts';
import { Snapshot } from '../../../lib/compute/wasm/snapshot.ts';

const imageOf = (bytes: number, mark = 0): Image => ({
  memoryBytes: bytes,
  heapEnd: bytes,
  clockMs: 0,
  files: { nodes: new Map(), open: new Map(), descriptors: new Map(), nextNode: 0, nextOpen: 0, bytes: 0, drawn: 0 },
  low: new Uint8Array(bytes / 2).fill(mark),
  high: new Uint8Array(bytes / 2).fill(mark),
});

const turns = fc.array(
  fc.record({
    gasUsed: fc.oneof(fc.nat(1000), fc.nat(1_000_000)),
    messageBytes: fc.oneof(fc.nat(10), fc.nat(1000)),
    errs: fc.nat(15).map((one) => one === 0),
  }),
  { maxLength: 200, size: 'max' },
);

test('an eighth of what succeeded, or a copy for each turn that is taken back', () => {
  fc.assert(
    fc.property(turns, fc.constantFrom(100, 10_000, 1_000_000), (row, bytes) => {
      const journal = new Journal();
      const image = imageOf(bytes);
      let succeeded = 0;
      let again = 0;
      let errors = 0;
      for (const { gasUsed, messageBytes, errs } of row) {
        if (!journal.isWorthIt(image)) journal.clear();
        const held = journal.entries.reduce((sum, { message }) => sum + message.length, 0);
        assert.ok(held <= bytes / 8);
        if (errs) {
          errors++;
          again += journal.entries.reduce((sum, entry) => sum + entry.gasUsed, 0);
          journal.spend();
        } else {
          succeeded += gasUsed;
          journal.add({ message: new Uint8Array(messageBytes), gasUsed }, image);
        }
        assert.ok(again <= succeeded / 8 + errors * bytes);
      }
    }),
    { numRuns: 300 },
  );
});

test('a process that never errs copies its state ever less, until copies cost next to nothing', () => {
  for (const gasUsed of [0, 7_000_000]) {
    const journal = new Journal();
    const image = imageOf(2_000_000);
    let copies = 0;
    for (let turn = 0; turn < 1000; turn++) {
      if (!journal.isWorthIt(image)) {
        copies++;
        journal.clear();
      }
      journal.add({ message: new Uint8Array(1000), gasUsed }, image);
    }
    assert.ok(copies > 10 && copies < 100, `${copies} copies in 1000 turns`);
  }
});

test('a snapshot is good until another process needs it, and a journal no longer', () => {
  const snapshot = new Snapshot();
  const [one, other] = [new Journal(), new Journal()];
  const first = snapshot.take(one, imageOf(8000));
  one.add({ message: new Uint8Array(1), gasUsed: 1 }, first);
  assert.is(snapshot.of(one), first);
  assert.is(one.entries.length, 1);
  const second = snapshot.take(other, imageOf(8000));
  assert.is(snapshot.of(one), undefined);
  assert.is(one.entries.length, 0);
  snapshot.drop(one);
  assert.is(snapshot.of(other), second);
  snapshot.drop(other);
  assert.is(snapshot.of(other), undefined);
});

test('a snapshot is a copy, whatever was in the buffer before', () => {
  const snapshot = new Snapshot();
  for (const [bytes, mark] of [
    [8000, 1],
    [6000, 2],
    [100, 3],
    [10_000, 4],
  ] as const) {
    const journal = new Journal();
    const image = imageOf(bytes, mark);
    const copy = snapshot.take(journal, image);
    image.low.fill(9);
    assert.is(copy.low.length + copy.high.length, bytes);
    assert.ok([...copy.low, ...copy.high].every((byte) => byte === mark));
  }
});

test.run();
