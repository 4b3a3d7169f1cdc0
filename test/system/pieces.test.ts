// A run comes out the same in whatever pieces it is taken, and ends where it is told to.

import {
  createSystem,
  fifo,
  type ProcessHandle,
  type Runnable,
  random,
  roundRobin,
  type SchedulerPolicy,
  type System,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const newestFirst: SchedulerPolicy = () => {
  const owed: Runnable[] = [];
  return { arrived: (process) => void owed.push(process), next: () => owed.pop() };
};

const policies: Readonly<Record<string, SchedulerPolicy>> = {
  fifo: fifo(),
  roundRobin: roundRobin(),
  random: random(),
  'the newest first': newestFirst,
};

/** Forty processes that send on to one another; `run` takes the turns. */
async function digestOf(scheduler: SchedulerPolicy, run: (system: System) => Promise<unknown>): Promise<string> {
  const system = createSystem({ seed: 'pieces', scheduler, mailbox: { messages: 3 } });
  const processes: ProcessHandle[] = [];
  for (let count = 0; count < 40; count++) processes.push(await system.spawn(forwarder));
  const at = (index: number): string => processes[index % processes.length]?.id ?? '';
  for (const [index, process] of processes.entries()) {
    const path = [index * 7 + 1, index * 3, index, index + 1, index * 11, 5, 5].map(at).join(' ');
    await process.send({ data: String(index), tags: { Path: path } });
  }
  await run(system);
  assert.equal(await system.settle(), { turns: 0, idle: true });
  return system.trace.digest;
}

const inPieces = (turns: number) => async (system: System) => {
  for (let progress = await system.run({ turns }); !progress.idle; progress = await system.run({ turns })) {
    assert.is(progress.turns, turns);
  }
};

for (const [name, policy] of Object.entries(policies)) {
  test(`with ${name} a run comes out the same in whatever pieces it is taken`, async () => {
    const whole = await digestOf(policy, (system) => system.settle());
    for (const turns of [1, 2, 3, 31, 64, 65]) {
      assert.is(await digestOf(policy, inPieces(turns)), whole, `${turns} turns at a time`);
    }
    const uneven = async (system: System) => {
      let progress = await system.run({ turns: 5 });
      for (let piece = 1; !progress.idle; piece++) progress = await system.run({ turns: (piece * 5) % 13 });
    };
    assert.is(await digestOf(policy, uneven), whole);
  });
}

test('whether a run is done is asked before each turn', async () => {
  const system = createSystem({ scheduler: newestFirst });
  for (let count = 0; count < 10; count++) await system.spawn(listener);
  let evaluated = 0;
  system.trace.subscribe((event) => event.type === 'evaluated' && evaluated++);
  assert.equal(await system.run({ done: () => evaluated === 3 }), { turns: 3, idle: false });
  assert.equal(await system.run({ turns: 4 }), { turns: 4, idle: false });
  assert.equal(await system.run({ done: () => evaluated === 8 }), { turns: 1, idle: false });
});

test('one that is stopped before its turn does not run', async () => {
  const system = createSystem({ scheduler: fifo() });
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  await system.run({ turns: 1 });
  await other.stop();
  await system.settle();
  assert.equal([one.status.mail, other.status.mail], [0, 1]);
  assert.is((await refusal(() => other.send())).code, 'process-stopped');
});

test.run();
