// After a turn that failed, the process is exactly as before it.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModuleName } from '../../modules/index.ts';
import { assignmentOf, authority, otherId, published, TestProcess } from './process.ts';

const modules = ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[];

/** All that is the process's state, as bytes. */
const stateOf = async ({ executor }: TestProcess) => Buffer.from((await executor.checkpoint()).bytes);

/** Where the checkpoint holds the slot, and the digest over it. */
const slotParts = [
  [8, 40],
  [72, 80],
] as const;

async function sameState(process: TestProcess, before: Buffer): Promise<void> {
  const after = await stateOf(process);
  for (const [from, to] of slotParts) before.copy(after, from, from, to);
  assert.ok(after.equals(before), 'every byte of the state is as before');
}

for (const name of modules) {
  test(`${name}: a counter increased before an error keeps its value`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('Count = 1');
    const before = await stateOf(process);
    const outcome = await process.run('Count = Count + 1 Send({ Target = "t" }) error("boom")');
    assert.match(String(outcome.error), 'boom');
    assert.equal(outcome.messages, []);
    assert.is(process.executor.slot, 2, 'the slot is used');
    await sameState(process, before);
    assert.match(await process.eval('return Count'), /1$/);
  });

  test(`${name}: errors of all kinds, one after another`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('Count = 1');
    const before = await stateOf(process);
    for (const code of [
      'return = 1',
      'nothing()',
      'error({})',
      'coroutine.wrap(function() error("inside") end)()',
      'local function f() return 1 + f() end return f()',
      'os.clock() io.write("written\\n") error("after reading the clock")',
      'local t = {} for i = 1, 20000 do t[i] = "text " .. i end error("within the memory there is")',
    ]) {
      assert.ok((await process.run(code)).error, code);
      await sameState(process, before);
    }
  });

  test(`${name}: memory that grew`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('Count = 1');
    const before = await stateOf(process);
    const outcome = await process.run('Count = 2 local s = string.rep("x", 50000000) error(#s)');
    assert.ok(outcome.error);
    await sameState(process, before);
    assert.match(await process.eval('return Count'), /1$/);
    await process.eval('Kept = string.rep("x", 50000000) Count = 3');
    const grown = await stateOf(process);
    await process.run('Kept = nil collectgarbage() error("x")');
    await sameState(process, grown);
    assert.match(await process.eval('return #Kept .. " " .. Count'), /50000000 3$/);
  });

  test(`${name}: memory that was not to be had`, async () => {
    const process = await TestProcess.booted(name, { turnMs: 5000 });
    await process.eval('Count = 1');
    const before = await stateOf(process);
    assert.ok((await process.run('Count = 2 return #string.rep("x", 1 << 30)')).error);
    await sameState(process, before);
    // The guest overwrites its own memory here, and then traps or does not end.
    assert.ok((await process.run('local t = {} for i = 1, 1e9 do t[i] = i end')).error);
    await sameState(process, before);
    assert.match(await process.eval('return Count'), /1$/);
  });

  test(`${name}: a coroutine that waits`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('ao.reference = 1000 Count = 1');
    await process.run(
      `local m = Send({ Target = "${otherId}" }).receive() Count = Count + 1 print("got " .. m.Data .. Count)`,
    );
    const before = await stateOf(process);
    assert.ok((await process.run('Count = 50 error("while it waits")')).error);
    await sameState(process, before);
    const tags = { 'From-Process': otherId, 'X-Reference': '1001' };
    const reply = await process.send({ from: otherId, owner: authority, tags, data: 'data' });
    assert.match(JSON.stringify(reply.output), 'got data2');
  });
}

test('an error in the first message leaves a blank process', async () => {
  const process = await TestProcess.blank(await published('aos2_0_6'));
  const before = await stateOf(process);
  // Without the process's own item first, aos does not know its module.
  const early = await process.executor.evaluate(
    assignmentOf(process.module, 1, { tags: { Action: 'Eval' }, data: '1' }),
  );
  assert.match(String(early.error), 'Module');
  await sameState(process, before);
  assert.is((await process.send({})).error, undefined);
});

test.run();
