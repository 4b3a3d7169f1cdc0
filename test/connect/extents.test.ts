import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Extent, extentsWithout, noBlocks, occupiedExtents } from '../../lib/connect/extents.ts';

const covers = (extents: readonly Extent[]) =>
  new Set(extents.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));

/** Extents in order that do not touch. */
const someExtents = fc.uniqueArray(fc.nat(60), { maxLength: 12 }).map((ends) => {
  const sorted = [...ends].sort((a, b) => a - b);
  return Array.from({ length: sorted.length >> 1 }, (_, i) => ({
    start: sorted[2 * i] ?? 0,
    end: sorted[2 * i + 1] ?? 0,
  }));
});

test('what is left without others', () => {
  fc.assert(
    fc.property(someExtents, someExtents, (extents, others) => {
      const taken = covers(others);
      const expected = [...covers(extents)].filter((at) => !taken.has(at));
      assert.equal([...covers(extentsWithout(extents, others))], expected);
    }),
  );
});

test('nothing that is not zero is missed, at any alignment', () => {
  const length = 300_000;
  fc.assert(
    fc.property(fc.array(fc.nat(length - 1), { maxLength: 4 }), fc.nat(9), fc.nat(length), (places, shift, end) => {
      const bytes = new Uint8Array(new ArrayBuffer(length + shift), shift, length);
      for (const at of places) bytes[at] = 1;
      const start = Math.min(end, 70_001 + shift);
      const found = occupiedExtents(
        bytes,
        [
          { start: 0, end: 13 },
          { start, end },
        ],
        noBlocks(length),
      );
      for (const at of places) {
        const inside = at < 13 || (at >= start && at < end);
        assert.is(
          found.some((one) => at >= one.start && at < one.end),
          inside,
          `${at}`,
        );
      }
      if (places.length === 0) assert.equal(found, []);
    }),
    { numRuns: 200 },
  );
});

test.run();
