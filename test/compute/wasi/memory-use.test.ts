// Objects of @wasmer/wasi have to be freed, and memories given back: nothing may pile up.

import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import { environment, TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

const slack = 40_000_000;

const grow = '(drop (memory.grow (i32.const 1)))';

for (const [spawns, what, bytes, data] of [
  [10_000, 'a command that opens files', program('counter'), ''],
  [10_000, 'a reactor', assemble(countingText({ style: 'reactor' })), ''],
  [4000, 'a command that grows its memory', assemble(countingText({ style: 'command', act: grow })), '~'],
  [4000, 'a command that traps while it has a file open', assemble(openAndTrap()), '~'],
] as const) {
  test(`${spawns} spawns of ${what} leave memory flat`, async () => {
    const module = wasi(bytes);
    await module.load();
    const spawn = async () => {
      const process = await TestProcess.blank(module);
      await process.send({ data });
      await process.send({ data });
      await process.executor.close();
    };
    // The first ones warm up: the engine compiles, and pools fill.
    for (let i = 0; i < spawns / 4; i++) await spawn();
    const before = process.memoryUsage.rss();
    for (let i = spawns / 4; i < spawns; i++) await spawn();
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < slack, `${Math.round(grown / 1e6)} MB more than after a quarter of them`);
  });
}

function openAndTrap(): string {
  return countingText({ style: 'command', act: '(drop (call $open (i32.const 97))) (unreachable)' });
}

test('an executor that is closed has nothing left and says so', async () => {
  const module = wasi(assemble(countingText({ style: 'reactor' })));
  const process = await TestProcess.blank(module);
  await process.send({});
  await process.executor.close();
  assert.is(process.executor.residentBytes, 0);
  assert.throws(() => process.executor.checkpoint(), /lifecycle-invalid/);
  assert.ok(await module.start(environment(module)));
});

test.run();
