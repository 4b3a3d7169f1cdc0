// A scheduler may choose several processes before any of them runs. What was chosen stays chosen when a run ends.

import {
  createSystem,
  fifo,
  type ProcessHandle,
  random,
  roundRobin,
  type Scheduler,
  type SchedulerPolicy,
  type System,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** Whoever has mail, newest first, so many chosen together. */
const newestFirst =
  (batch?: number): SchedulerPolicy =>
  () => {
    const owed: string[] = [];
    const scheduler: Scheduler = { arrived: (process) => void owed.push(process), next: () => owed.pop() };
    return batch === undefined ? scheduler : { ...scheduler, batch };
  };

const policies: Readonly<Record<string, SchedulerPolicy>> = {
  fifo: fifo(),
  roundRobin: roundRobin(),
  random: random(),
  'one at a time': newestFirst(),
  'three together': newestFirst(3),
  'all together': newestFirst(1_000),
};

/** Forty processes that send on to one another; `run` takes the turns. */
async function digestOf(scheduler: SchedulerPolicy, run: (system: System) => Promise<unknown>): Promise<string> {
  const system = createSystem({ seed: 'batch', scheduler, mailbox: { messages: 3 } });
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

/** When the policy chose whom, and who ran, processes by their number. */
async function order(batch: number | undefined): Promise<readonly string[]> {
  const steps: string[] = [];
  const processes: ProcessHandle[] = [];
  const numberOf = (process: string | undefined) => processes.findIndex(({ id }) => id === process);
  const system = createSystem({
    scheduler: (stream) => {
      const inner = roundRobin()(stream);
      const next = () => {
        const process = inner.next();
        if (process !== undefined) steps.push(`choose ${numberOf(process)}`);
        return process;
      };
      const scheduler = { arrived: (process: string) => inner.arrived(process), next };
      return batch === undefined ? scheduler : { ...scheduler, batch };
    },
  });
  for (let count = 0; count < 3; count++) processes.push(await system.spawn(listener));
  system.trace.subscribe((event) => event.type === 'evaluated' && steps.push(`run ${numberOf(event.process)}`));
  await system.settle();
  return steps;
}

test('a policy that says nothing of batches is asked when a process is to run', async () => {
  assert.equal(await order(undefined), ['choose 0', 'run 0', 'choose 1', 'run 1', 'choose 2', 'run 2']);
  assert.equal(await order(1), await order(undefined));
});

test('as many processes are chosen together as the policy says', async () => {
  assert.equal(await order(2), ['choose 0', 'choose 1', 'run 0', 'run 1', 'choose 2', 'run 2']);
  assert.equal(await order(3), ['choose 0', 'choose 1', 'choose 2', 'run 0', 'run 1', 'run 2']);
});

test('a process stands in a batch once; chosen again, it begins the next one', async () => {
  const turns: string[] = [];
  const system = createSystem({ scheduler: fifo() });
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  await one.send();
  await one.send();
  await other.send();
  system.trace.subscribe((event) => {
    if (event.type === 'evaluated') turns.push(`${event.process === one.id ? 'one' : 'other'} ${event.slot}`);
  });
  await system.settle();
  assert.equal(turns, ['one 0', 'other 0', 'one 1', 'one 2', 'other 1']);
});

test('whether a run is done is asked before each turn of a batch', async () => {
  const system = createSystem({ scheduler: newestFirst(1_000) });
  for (let count = 0; count < 10; count++) await system.spawn(listener);
  let evaluated = 0;
  system.trace.subscribe((event) => event.type === 'evaluated' && evaluated++);
  assert.equal(await system.run({ done: () => evaluated === 3 }), { turns: 3, idle: false });
  assert.equal(await system.run({ turns: 4 }), { turns: 4, idle: false });
  assert.equal(await system.run({ done: () => evaluated === 8 }), { turns: 1, idle: false });
});

test('one that was chosen and is stopped before its turn does not run', async () => {
  const system = createSystem({ scheduler: fifo() });
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  await system.run({ turns: 1 });
  await other.stop();
  await system.settle();
  assert.equal([one.status.mail, other.status.mail], [0, 1]);
  assert.is((await refusal(() => other.send())).code, 'process-stopped');
});

test.run();
