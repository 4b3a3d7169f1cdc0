import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isClear } from '../../../lib/compute/wasm/clear.ts';

test('a part of a memory is clear if every byte of it is zero, wherever it begins and ends', () => {
  fc.assert(
    fc.property(fc.nat(70), fc.nat(70), fc.nat(139), (start, length, marked) => {
      const memory = new Uint8Array(140);
      memory[marked] = 1;
      const inside = marked >= start && marked < start + length;
      assert.is(isClear(memory.subarray(start, start + length)), !inside);
    }),
    { numRuns: 2000 },
  );
});

test.run();
