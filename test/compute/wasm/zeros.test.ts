import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endOfTraces } from '../../../lib/compute/wasm/traces.ts';
import * as ofNode from '../../../lib/compute/wasm/zeros.node.ts';
import * as plain from '../../../lib/compute/wasm/zeros.ts';

for (const [where, { isClear }] of Object.entries({ plain, ofNode })) {
  test(`${where}: a part of a memory is clear if every byte of it is zero, wherever it begins and ends`, () => {
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

  test(`${where}: so is a large one`, () => {
    const memory = new Uint8Array(200_003);
    assert.ok(isClear(memory));
    for (const at of [0, 65_535, 65_536, 131_072, 200_002]) {
      memory.fill(0)[at] = 1;
      assert.not.ok(isClear(memory), `${at}`);
    }
  });
}

test('traces end where nothing but zeros follows, to the block', () => {
  const block = 65_536;
  for (const length of [0, 1, block, 3 * block, 3 * block + 5]) {
    const memory = new Uint8Array(length);
    assert.is(endOfTraces(memory, 0), 0);
    for (const at of [0, 1, block - 1, block, 2 * block + 7, length - 1].filter((one) => one >= 0 && one < length)) {
      memory.fill(0)[at] = 1;
      const end = endOfTraces(memory, 0);
      assert.ok(end > at && end - at <= block, `${at} of ${length}: ${end}`);
      assert.is(endOfTraces(memory, length), length, 'not below the start');
    }
  }
});

test.run();
