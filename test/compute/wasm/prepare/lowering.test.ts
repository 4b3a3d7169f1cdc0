// A 64-bit memory is narrowed when it can never need to be one, and the module's border stays as it is.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { assemble, i64 } from './wasm-text.ts';

const load = { export: 'load', parameters: [i64], results: [i64], code: [0x20, 0x00, 0x29, 0x03, 0x00] };
const withMemory = (...memory: number[]) => assemble({ functions: [load], memory });

test('signatures stay, and so does what is read', async () => {
  const { bytes, report } = await prepareModule(withMemory(5, 1, 65_535));
  assert.is(report.lowered, true);
  const { instance } = await WebAssembly.instantiate(bytes);
  const call = instance.exports.load as (at: bigint) => bigint; // the function above
  assert.is(call(8n), 0n);
  assert.throws(() => call(65_536n), /bounds/);
  assert.throws(() => call(-8n), /bounds/);
});

test('a memory that may need 64 bits stays wide unless it is limited', async () => {
  for (const memory of [
    [5, 1, 65_536],
    [4, 1],
  ]) {
    const { report } = await prepareModule(withMemory(...memory));
    assert.equal([report.lowered, report.metered], [false, true]);
    assert.is((await prepareModule(withMemory(...memory), { maximumBytes: 2 ** 32 })).report.lowered, false);
    assert.is((await prepareModule(withMemory(...memory), { maximumBytes: 2 ** 30 })).report.lowered, true);
  }
});

test('a memory that is larger than the limit from the start stays as it is', async () => {
  const { report } = await prepareModule(withMemory(5, 70, 80), { maximumBytes: 2 ** 20 });
  assert.equal({ lowered: report.lowered, leftOut: report.leftOut }, { lowered: false, leftOut: [] });
});

test.run();
