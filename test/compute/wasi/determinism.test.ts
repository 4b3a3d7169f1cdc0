import { createSystem, type Limits, replay } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import { assemble, countingText } from './guest.ts';

/** Draws chance and time into its memory, so that its state shows them. */
const drawing = countingText({
  style: 'reactor',
  act: `(drop (call $random_get (i32.add (i32.const 600) (i32.mul (global.get $count) (i32.const 8))) (i32.const 8)))
        (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 560)))
        (if (i32.eq (i32.and (global.get $count) (i32.const 3)) (i32.const 0)) (then (unreachable)))`,
});
const modules = () => [wasi(program('counter')), wasi(program('vote')), wasi(assemble(drawing))] as const;

/** A run of three programs among whose turns are some that fail. */
async function run(limits: Partial<Limits> = {}) {
  const used = modules();
  const [first, second, third] = used;
  const system = createSystem({ seed: 'wasi', limits });
  const [counter, vote, draws] = [await system.spawn(first), await system.spawn(second), await system.spawn(third)];
  for (let turn = 1; turn <= 12; turn++) {
    await counter.send({ tags: { Action: 'Increment', By: turn % 5 ? `${turn}` : '5000' } });
    await vote.send({ from: `voter ${turn % 7}`, tags: { Action: 'Vote', Choice: `choice ${turn % 3}` } });
    await draws.send({ data: '~' });
    if (turn % 4 === 0) await system.settle();
  }
  await system.settle();
  const states = [await counter.state(), await vote.state(), await draws.state()].map(({ digest }) => digest);
  const hibernated = [counter, vote, draws].filter(({ status }) => status.state === 'hibernated').length;
  const { digest } = system.trace;
  const recording = await system.record();
  await system.close();
  return { digest, states, hibernated, recording };
}

test('two runs have the same digest and end in the same states', async () => {
  const [one, other] = [await run(), await run()];
  assert.is(one.digest, other.digest);
  assert.equal(one.states, other.states);
  assert.is(new Set(one.states).size, 3);
});

test('a recording replays to the same digest', async () => {
  const { digest, recording } = await run();
  const replayed = await replay(recording, { modules: [...modules()] });
  assert.is(replayed.digest, digest);
});

test('processes that hibernate after each turn come to the same', async () => {
  const resident = await run();
  const hibernating = await run({ residentBytes: 1 });
  assert.is(resident.hibernated, 0);
  assert.ok(hibernating.hibernated > 0);
  assert.is(hibernating.digest, resident.digest);
  assert.equal(hibernating.states, resident.states);
});

test('a checkpoint every few slots changes nothing', async () => {
  assert.is((await run({ checkpointSlots: 2 })).digest, (await run()).digest);
});

test.run();
