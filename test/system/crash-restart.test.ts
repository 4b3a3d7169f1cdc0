import { createSystem, type Module, memoryStore, type System, type TraceEvent } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** Sends ten numbers to an adder module, by way of a forwarder, and two from outside. */
async function drive(system: System, module: Module): Promise<string> {
  const process = await system.spawn(module);
  const sender = await system.spawn(forwarder);
  for (let sent = 1; sent <= 10; sent++) await sender.send({ data: String(sent), tags: { Path: process.id } });
  assert.is((await process.ask({ data: '100' })).data, '100');
  await system.settle();
  assert.is((await process.ask({ data: '0' })).data, '155');
  return process.id;
}

/** The adder, which crashes at its first evaluation of each of these slots. */
const crashing = (...slots: readonly number[]): Module =>
  wrapped(adder, {
    before({ slot }, attempt) {
      if (attempt === 1 && slots.includes(slot)) throw new Error(`crash at slot ${slot}`);
    },
  });

async function digestWith(module: Module): Promise<string> {
  const system = createSystem({ seed: 'crash', limits: { restarts: 5, checkpointSlots: 3 } });
  await drive(system, module);
  return system.trace.digest;
}

test('a run with crashes is the run without them', async () => {
  const calm = await digestWith(adder);
  for (const slots of [[0], [1], [5], [12], [0, 1, 2], [3, 4, 8, 11]]) {
    assert.is(await digestWith(crashing(...slots)), calm, `crashes at ${slots}`);
  }
});

test('a restart begins at the newest checkpoint and evaluates only the slots after it again', async () => {
  const starts: number[] = [];
  const evaluated: string[] = [];
  const module = wrapped(adder, {
    onStart: (_, from) => starts.push(from?.slot ?? -1),
    before({ slot }, attempt) {
      evaluated.push(`${slot}/${attempt}`);
      if (slot === 7 && attempt === 1) throw new Error('crash');
    },
  });
  const system = createSystem({ limits: { checkpointSlots: 3 } });
  const process = await system.spawn(module);
  for (let sent = 1; sent <= 8; sent++) await process.send({ data: '1' });
  await system.settle();
  assert.equal(starts, [-1, 5]);
  assert.equal(evaluated, ['0/1', '1/1', '2/1', '3/1', '4/1', '5/1', '6/1', '7/1', '6/2', '7/2', '8/1']);
});

test('without a checkpoint everything is evaluated again, and nothing is sent twice', async () => {
  const system = createSystem();
  const process = await system.spawn(crashing(4));
  for (let sent = 1; sent <= 5; sent++) await process.send({ data: '1', from: 'a wallet' });
  await system.settle();
  assert.equal(
    (await system.outbound()).map(({ message }) => message?.data),
    ['1', '2', '3', '4', '5'],
  );
});

test('a checkpoint is kept each time so many slots are evaluated', async () => {
  const store = memoryStore();
  const kept: number[] = [];
  const put = store.putCheckpoint.bind(store);
  store.putCheckpoint = (checkpoint) => {
    kept.push(checkpoint.slot);
    put(checkpoint);
  };
  const system = createSystem({ store, limits: { checkpointSlots: 4 } });
  const process = await system.spawn(adder);
  for (let sent = 0; sent < 12; sent++) await process.send({ data: sent === 7 ? 'fail' : '1' });
  await system.settle();
  assert.equal(kept, [3, 7, 11]);
});

test('a crash and its restart are told with the reason and the restarts that are left', async () => {
  const system = createSystem({ limits: { restarts: 3 } });
  const moves: unknown[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'lifecycle') moves.push([event.from, event.to, event.reason, event.restartsLeft]);
  });
  const process = await system.spawn(crashing(1, 2));
  await process.send({ data: '1' });
  await process.send({ data: '1' });
  await system.settle();
  assert.equal(moves, [
    ['loading', 'ready', undefined, undefined],
    ['evaluating', 'restarting', 'crash at slot 1', 2],
    ['restarting', 'ready', undefined, undefined],
    ['evaluating', 'restarting', 'crash at slot 2', 1],
    ['restarting', 'ready', undefined, undefined],
  ]);
});

test('a module that does not start is a crash too', async () => {
  let starts = 0;
  const module = wrapped(adder, {
    onStart() {
      if (++starts === 1) throw new Error('no memory');
    },
  });
  const system = createSystem();
  const process = await system.spawn(module);
  assert.is((await process.ask({ data: '5' })).data, '5');
  assert.is(starts, 2);
});

test('crashes while it is brought up again count like others', async () => {
  const module = wrapped(adder, {
    before({ slot }, attempt) {
      if ((slot === 3 && attempt === 1) || (slot === 1 && attempt === 2)) throw new Error('crash');
    },
  });
  const system = createSystem({ limits: { restarts: 2 } });
  const process = await system.spawn(module);
  for (let sent = 0; sent < 4; sent++) await process.send({ data: '1' });
  assert.is((await process.ask({ data: '1' })).data, '5');
});

const broken = (slot: number): Module =>
  wrapped(adder, {
    before(assignment) {
      if (assignment.slot === slot && !mended) throw new Error('always crashes here');
    },
  });
let mended = false;

test('when the budget is spent the process fails, its mail stays, and the others go on', async () => {
  mended = false;
  const system = createSystem({ limits: { restarts: 2 } });
  const events: TraceEvent[] = [];
  system.trace.subscribe((event) => events.push(event));
  const process = await system.spawn(broken(1));
  const other = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  const receipts = [await process.send({ data: '1' }), await process.send({ data: '2' })];
  await sender.send({ data: 'goes on', tags: { Path: other.id } });
  await system.settle();

  const { state, mail, slots, reason } = process.status;
  assert.equal([state, mail, slots], ['failed', 2, 3]);
  assert.match(reason ?? '', 'always crashes here');
  assert.equal(await heardBy(other), ['goes on']);
  const crashes = events.filter((event) => event.type === 'lifecycle' && event.to === 'restarting');
  assert.is(crashes.length, 3);

  for (const work of [() => process.send(), () => process.ask(), () => process.dryRun()]) {
    const error = await refusal(work);
    assert.is(error.code, 'process-failed');
    assert.is(error.definite, true);
    assert.match(error.message, 'always crashes here');
  }
  for (const receipt of receipts) assert.is((await refusal(() => receipt.outcome())).code, 'process-failed');

  await sender.send({ data: 'for the failed one', tags: { Path: process.id } });
  await system.settle();
  const [mail1] = await system.outbound();
  assert.equal([mail1?.reason, mail1?.message?.data], ['process-failed', 'for the failed one']);
  assert.is(process.status.slots, 3);

  mended = true;
  await process.restart();
  await system.settle();
  assert.is(process.status.state, 'ready');
  assert.is(process.status.mail, 0);
  assert.is((await process.ask({ data: '0' })).data, '3');
});

test('a process that fails again after a restart has its whole budget again', async () => {
  mended = false;
  const system = createSystem({ limits: { restarts: 1 } });
  const process = await system.spawn(broken(0));
  for (let life = 0; life < 3; life++) {
    let crashes = 0;
    const stop = system.trace.subscribe((event) => {
      if (event.type === 'lifecycle' && event.from === 'evaluating') crashes++;
    });
    await system.settle();
    stop();
    assert.is(process.status.state, 'failed');
    assert.is(crashes, 2);
    await process.restart();
  }
});

test('crashes that lie further apart than the window do not add up', async () => {
  const system = createSystem({ limits: { restarts: 1, restartWindowMs: 1_000 } });
  const process = await system.spawn(crashing(1, 2, 3, 4));
  for (let sent = 1; sent <= 3; sent++) {
    await system.advance(1_000);
    await process.send({ data: '1' });
    await system.settle();
    assert.is(process.status.state, 'ready');
  }
  await system.advance(999);
  await process.send({ data: '1' });
  await system.settle();
  assert.is(process.status.state, 'failed');
});

test('only a failed process can be restarted', async () => {
  const system = createSystem();
  const process = await system.spawn(adder);
  assert.is((await refusal(() => process.restart())).code, 'lifecycle-invalid');
  await process.stop();
  assert.is((await refusal(() => process.restart())).code, 'lifecycle-invalid');
});

test('a crash in a dry run loses no mail and no state', async () => {
  let crash = false;
  const module: Module = {
    ...adder,
    async start(environment, from) {
      const inner = await adder.start(environment, from);
      let dead = false;
      return {
        get slot() {
          return inner.slot;
        },
        evaluate(assignment) {
          if (dead) throw new Error('used after its crash');
          return inner.evaluate(assignment);
        },
        dryRun(message) {
          dead ||= crash;
          if (dead) throw new Error('crash in a dry run');
          return inner.dryRun(message);
        },
        checkpoint: () => inner.checkpoint(),
        close: () => inner.close(),
      };
    },
  };
  const system = createSystem({ limits: { restarts: 1 } });
  const process = await system.spawn(module);
  await process.send({ data: '4' });
  crash = true;
  assert.is((await refusal(() => process.dryRun({ data: '1' }))).code, 'process-crashed');
  crash = false;
  assert.is((await process.ask({ data: '3' })).data, '7');
});

test('a checkpoint that cannot be made is a crash, and what was committed stays', async () => {
  let made = 0;
  const module = wrapped(adder, {
    onCheckpoint() {
      if (++made === 1) throw new Error('no memory for a checkpoint');
    },
  });
  const system = createSystem({ limits: { checkpointSlots: 2 } });
  const moves: unknown[] = [];
  system.trace.subscribe((event) => event.type === 'lifecycle' && moves.push([event.from, event.to, event.reason]));
  const process = await system.spawn(module);
  for (const data of ['1', '2', '3']) await process.send({ data, from: 'a wallet' });
  await system.settle();
  assert.equal(moves, [
    ['loading', 'ready', undefined],
    ['ready', 'restarting', 'no memory for a checkpoint'],
    ['restarting', 'ready', undefined],
  ]);
  assert.equal(
    (await system.outbound()).map(({ message }) => message?.data),
    ['1', '3', '6'],
  );
  assert.is(made, 2);
});

test('a process that can never make a checkpoint fails, and the others go on', async () => {
  const module = wrapped(adder, {
    onCheckpoint() {
      throw new Error('no memory for a checkpoint');
    },
  });
  const system = createSystem({ limits: { checkpointSlots: 1, restarts: 1 } });
  const process = await system.spawn(module);
  const other = await system.spawn(listener);
  for (const data of ['1', '2', '3']) await process.send({ data });
  await other.send({ data: 'goes on' });
  await system.settle();
  const { state, mail, reason } = process.status;
  assert.equal([state, mail], ['failed', 2]);
  assert.match(reason ?? '', 'no memory for a checkpoint');
  assert.equal(await heardBy(other), ['goes on']);
});

test('an executor that cannot be closed hides neither why it crashed nor the restart', async () => {
  const module = wrapped(adder, {
    before({ slot }, attempt) {
      if (slot === 1 && attempt === 1) throw new Error('the crash itself');
    },
    onClose() {
      throw new Error('cannot be closed');
    },
  });
  const system = createSystem();
  const reasons: unknown[] = [];
  system.trace.subscribe((event) => event.type === 'lifecycle' && event.reason && reasons.push(event.reason));
  const process = await system.spawn(module);
  assert.is((await process.ask({ data: '5' })).data, '5');
  assert.equal(reasons, ['the crash itself']);
  assert.is((await process.ask({ data: '5' })).data, '10');
});

test.run();
