import type { HeddleError, Module } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import type { Checkpoint } from '../../../lib/compute/executor.ts';
import { alice, owner, type Sending, TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

const counter: readonly Sending[] = [
  {},
  { tags: { Action: 'Increment' } },
  { tags: { Action: 'Increment', By: '5000' } },
  { tags: { Action: 'Increment', By: '7' } },
  { tags: { Action: 'Count' } },
];
const vote: readonly Sending[] = [
  {},
  { from: owner, tags: { Action: 'Vote', Choice: 'warp' } },
  { from: owner, tags: { Action: 'Vote', Choice: 'weft' } },
  { from: alice, tags: { Action: 'Vote', Choice: 'weft' } },
  { tags: { Action: 'Tally' } },
];
const grow = '(drop (memory.grow (i32.const 2))) (i32.store (i32.const 200000) (i32.const 7))';
const grower: readonly Sending[] = [{}, { data: '~' }, {}, { data: '~' }, {}];

const runs: readonly (readonly [what: string, make: () => Module, sendings: readonly Sending[]])[] = [
  ['a command with a file', () => wasi(program('counter')), counter],
  ['a reactor', () => wasi(program('vote')), vote],
  ['a reactor that grows', () => wasi(assemble(countingText({ style: 'reactor', act: grow }))), grower],
];

for (const [what, make, sendings] of runs) {
  test(`${what}: to go on from a checkpoint at any slot equals going on without`, async () => {
    const process = await TestProcess.blank(make());
    const checkpoints: Checkpoint[] = [];
    const outcomes: unknown[] = [];
    for (const sending of sendings) {
      outcomes.push(await process.send(sending));
      checkpoints.push(await process.executor.checkpoint());
    }
    const end = await process.executor.state?.();
    // Of a module that was loaded again, as on another machine.
    const module = make();
    for (const [slot, checkpoint] of checkpoints.entries()) {
      const restored = await TestProcess.restored(module, checkpoint);
      const rest = [];
      for (const sending of sendings.slice(slot + 1)) rest.push(await restored.send(sending));
      assert.equal(rest, outcomes.slice(slot + 1));
      assert.equal(await restored.executor.state?.(), end);
      assert.equal((await restored.executor.checkpoint()).bytes, checkpoints.at(-1)?.bytes);
      await restored.executor.close();
    }
  });
}

test('a checkpoint before the first turn is one too', async () => {
  const module = wasi(program('vote'));
  const process = await TestProcess.blank(module);
  const restored = await TestProcess.restored(module, await process.executor.checkpoint());
  await restored.send({});
  assert.is((await restored.send({ tags: { Action: 'Tally' } })).output, '{}');
});

test('a checkpoint is small: what is zero takes no room', async () => {
  const process = await TestProcess.blank(wasi(assemble(countingText({ style: 'reactor', pages: 200 }))));
  await process.send({});
  assert.ok((await process.executor.checkpoint()).bytes.length < 5000);
});

const refused = async (checkpoint: Checkpoint, module = wasi(program('counter'))) => {
  try {
    await TestProcess.restored(module, checkpoint);
    return undefined;
  } catch (error) {
    return (error as HeddleError).code; // Nothing else is thrown here.
  }
};

test('a checkpoint that is damaged, cut off or of another module is refused', async () => {
  const process = await TestProcess.blank(wasi(program('counter')));
  for (const sending of counter) await process.send(sending);
  const { slot, bytes } = await process.executor.checkpoint();
  assert.is(await refused({ slot, bytes }), undefined);
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    assert.is(await refused({ slot, bytes: damaged }), 'checkpoint-invalid', `byte ${at}`);
  }
  assert.is(await refused({ slot, bytes: bytes.subarray(0, 90) }), 'checkpoint-invalid');
  assert.is(await refused({ slot, bytes: new Uint8Array(0) }), 'checkpoint-invalid');
  assert.is(await refused({ slot: slot + 1, bytes }), 'checkpoint-invalid');
  assert.is(await refused({ slot, bytes }, wasi(program('vote'))), 'checkpoint-invalid');
});

test('a state that is larger than the process may be is refused', async () => {
  const process = await TestProcess.blank(wasi(assemble(countingText({ style: 'reactor', act: grow }))));
  await process.send({});
  await process.send({ data: '~' });
  const checkpoint = await process.executor.checkpoint();
  const small = wasi(assemble(countingText({ style: 'reactor', act: grow })), { tags: { 'Memory-Limit': '131072' } });
  const blank = await TestProcess.blank(small);
  assert.is((await blank.send({})).output, '1');
  assert.is(await refused(checkpoint, small), 'guest-over-memory');
});

test.run();
