// Memories are as large as the module says and take the room of what they hold, for as long as they are kept.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booted } from './own.ts';

const residentMb = () => process.memoryUsage().rss / 2 ** 20;

test('200 messages leave what the process takes as it was', async () => {
  const { run, memory } = await booted();
  let last: Uint8Array = (await run('Count = 0 return 0', memory)).Memory;
  const message = async (i: number) => {
    const fails = i % 10 === 0;
    const result = await run(fails ? 'error("boom")' : 'Count = Count + 1 return Count', last);
    if (!result.Error) last = result.Memory;
  };
  for (let i = 0; i < 60; i++) await message(i);
  const before = residentMb();
  let most = before;
  for (let i = 0; i < 200; i++) {
    await message(i);
    most = Math.max(most, residentMb());
  }
  // 200 memories are 14 GB long, and hold 400 MB.
  assert.ok(most - before < 150, `${before.toFixed()} MB before, ${most.toFixed()} MB at most`);
});

test('50 memories that are kept take what they hold', async () => {
  const { run, memory } = await booted();
  const kept: Uint8Array[] = [memory];
  const before = residentMb();
  for (let i = 0; i < 50; i++) kept.push((await run('return 1', kept.at(-1))).Memory);
  const taken = residentMb() - before;
  assert.is(kept.length, 51);
  assert.ok(taken < 300, `${taken.toFixed()} MB`);
});

test.run();
