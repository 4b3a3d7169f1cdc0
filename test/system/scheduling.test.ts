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
import { forwarder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** The order in which slots were evaluated, as `process:slot` with processes by their number. */
async function order(scheduler: SchedulerPolicy, seed = 'seed', drive = busyAndIdle): Promise<readonly string[]> {
  const system = createSystem({ seed, scheduler });
  const turns: string[] = [];
  const processes: ProcessHandle[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'evaluated') {
      turns.push(`${processes.findIndex(({ id }) => id === event.process)}:${event.slot}`);
    }
  });
  for (let number = 0; number < 3; number++) processes.push(await system.spawn(forwarder));
  await drive(system, processes);
  await system.close();
  return turns;
}

async function busyAndIdle(system: System, [busy, idle, other]: readonly ProcessHandle[]): Promise<void> {
  for (let sent = 0; sent < 4; sent++) await busy?.send();
  await idle?.send();
  await other?.send();
  await system.settle();
}

test('fifo evaluates in the order of the slots', async () => {
  assert.equal(await order(fifo()), ['0:0', '1:0', '2:0', '0:1', '0:2', '0:3', '0:4', '1:1', '2:1']);
});

test('round robin lets a busy process hold up nobody', async () => {
  assert.equal(await order(roundRobin()), ['0:0', '1:0', '2:0', '0:1', '1:1', '2:1', '0:2', '0:3', '0:4']);
});

test('random gives another order for another seed, the same for the same', async () => {
  const orders = new Set<string>();
  for (const seed of ['a', 'b', 'c', 'd']) {
    const once = await order(random(), seed);
    assert.equal(await order(random(), seed), once);
    orders.add(once.join(' '));
  }
  assert.ok(orders.size > 1);
});

test('whatever the order between processes, each has its own slots in order and all of them', async () => {
  for (const scheduler of [fifo(), roundRobin(), random()]) {
    const turns = await order(scheduler, 'any');
    for (const [process, slots] of [5, 2, 2].entries()) {
      const own = turns.filter((turn) => turn.startsWith(`${process}:`));
      assert.equal(
        own,
        Array.from({ length: slots }, (_, slot) => `${process}:${slot}`),
      );
    }
  }
});

test('a policy of ten lines schedules too', async () => {
  const newestFirst: SchedulerPolicy = () => {
    const owed: Runnable[] = [];
    return { arrived: (process) => void owed.push(process), next: () => owed.pop() };
  };
  assert.equal(await order(newestFirst), ['2:0', '1:0', '0:0', '0:1', '0:2', '0:3', '2:1', '1:1', '0:4']);
});

test('a policy that starves a process to the end still gives it its mail in order', async () => {
  const system = createSystem({
    scheduler: () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next() {
          const favoured = owed.findIndex((process) => process !== owed[0]);
          return owed.splice(Math.max(favoured, 0), 1)[0];
        },
      };
    },
  });
  const processes = [await system.spawn(listener), await system.spawn(listener)];
  for (const data of ['1', '2', '3']) for (const process of processes) await process.send({ data });
  await system.settle();
  for (const process of processes) assert.equal(await heardBy(process), ['1', '2', '3']);
});

test('a policy that names a process that is owed nothing is found out', async () => {
  let own: Runnable | undefined;
  const arrived = (process: Runnable) => {
    own = process;
  };
  const system = createSystem({ scheduler: () => ({ arrived, next: () => own }) });
  await system.spawn(listener);
  const error = await refusal(() => system.settle()); // the second turn is one too many
  assert.is(error.code, 'scheduler-invalid');
});

test('a policy that makes a process up is found out', async () => {
  const system = createSystem({
    scheduler: () => ({ arrived() {}, next: () => ({ index: 0, id: 'nobody', owed: 1 }) }),
  });
  await system.spawn(listener);
  assert.is((await refusal(() => system.settle())).code, 'scheduler-invalid');
});

test('the same seed and inputs give the same digest, another order another', async () => {
  const digest = async (seed: string, scheduler: SchedulerPolicy): Promise<string> => {
    const system = createSystem({ seed, scheduler });
    const [a, b] = [await system.spawn(forwarder), await system.spawn(forwarder)];
    for (let sent = 0; sent < 5; sent++) await a.send({ tags: { Path: `${b.id} ${a.id} ${b.id}` } });
    await system.settle();
    return system.trace.digest;
  };
  assert.is(await digest('x', random()), await digest('x', random()));
  assert.is(await digest('x', fifo()), await digest('x', fifo()));
  assert.is.not(await digest('x', fifo()), await digest('x', random()));
  assert.is.not(await digest('x', fifo()), await digest('y', fifo()));
});

test('a policy that withholds a turn that it owes is found out', async () => {
  const keeping = (kept: () => string): SchedulerPolicy => {
    return () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next() {
          const at = owed.findIndex((process) => process.id !== kept());
          return at < 0 ? undefined : owed.splice(at, 1)[0];
        },
      };
    };
  };
  let kept = '';
  const system = createSystem({ scheduler: keeping(() => kept) });
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  kept = one.id;
  await other.send({ data: '1' });
  const error = await refusal(() => system.settle());
  assert.is(error.code, 'scheduler-invalid');
  assert.match(error.message, one.id);
  assert.equal([one.status.mail, other.status.mail], [1, 0]);
});

test('a policy may withhold the turns of a process that takes none', async () => {
  let stopped = '';
  const system = createSystem({
    scheduler: () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next() {
          const at = owed.findIndex((process) => process.id !== stopped);
          return at < 0 ? undefined : owed.splice(at, 1)[0];
        },
      };
    },
  });
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  stopped = one.id;
  await one.stop();
  assert.equal(await system.settle(), { turns: 1, idle: true });
  assert.is(other.status.mail, 0);
});

test.run();
