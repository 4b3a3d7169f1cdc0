import { behavior, createSystem, type ProcessHandle } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** Sends itself a message for every message it gets. */
const endless = behavior<number>(
  {
    init(_, turn) {
      turn.send({ target: turn.self });
      return 0;
    },
    receive(count, _, turn) {
      turn.send({ target: turn.self });
      return count + 1;
    },
  },
  { name: 'endless' },
);

test('nothing runs before it is told to', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await process.send();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(process.status.mail, 2);
  assert.is(process.status.state, 'loading');
});

test('settling takes as many turns as there were messages', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  for (let sent = 0; sent < 200; sent++) await process.send();
  assert.equal(await system.settle(), { turns: 201, idle: true });
  assert.equal(await system.settle(), { turns: 0, idle: true });
  assert.is(process.status.state, 'ready');
});

test('settling a system that never ends is given up at the limit', async () => {
  const system = createSystem({ limits: { turnsPerRun: 500 } });
  await system.spawn(endless);
  const error = await refusal(() => system.settle());
  assert.is(error.code, 'run-over-limit');
  assert.is(error.facts.turns, 500);
});

test('a run takes so many turns and can be gone on with', async () => {
  const system = createSystem();
  const process = await system.spawn(endless);
  assert.equal(await system.run({ turns: 3 }), { turns: 3, idle: false });
  assert.equal(await system.run({ turns: 100 }), { turns: 100, idle: false });
  assert.is(process.status.slots, 104);
});

test('a run ends when it is done', async () => {
  const system = createSystem();
  const process = await system.spawn(endless);
  const progress = await system.run({ done: () => process.status.slots === 10 });
  assert.equal(progress, { turns: 9, idle: false });
});

test('an outcome runs the system as far as it has to', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await system.spawn(endless);
  const receipt = await process.send();
  await process.send();
  assert.is((await receipt.outcome()).error, undefined);
  assert.is(process.status.mail, 1);
  assert.equal(await process.outcome(1), await receipt.outcome());
});

test('the outcome of a slot that was not given is refused', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  assert.is((await refusal(() => process.outcome(1))).code, 'option-invalid');
});

test('time passes by exactly what it is advanced, and processes see it', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  const startMs = system.now.timestampMs;
  assert.equal(await system.advance(60_000), { turns: 1, idle: true });
  assert.is(system.now.timestampMs, startMs + 60_000);
  const { slot } = await process.send();
  const schedule = await process.schedule();
  assert.equal(
    schedule.map(({ timestampMs }) => timestampMs - startMs),
    [0, 60_000],
  );
  assert.is(slot, 1);
});

test('sends during a run are let in between its turns', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await system.spawn(endless);
  const run = system.run({ turns: 1_000 });
  await process.send({ data: 'in between' });
  assert.equal(await run, { turns: 1_000, idle: false });
  assert.equal(await heardBy(process), ['in between']);
});

test('runs at the same time share the turns', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  for (let sent = 0; sent < 300; sent++) await process.send();
  const runs = await Promise.all([system.settle(), system.settle(), system.settle()]);
  assert.is(
    runs.reduce((sum, { turns }) => sum + turns, 0),
    301,
  );
});

test('mail for nobody in the system is outbound, in the order in which it was sent', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  for (const data of ['1', '2', '3']) await process.send({ data, from: `wallet ${data}` });
  await system.settle();
  const mails = await system.outbound();
  assert.equal(
    mails.map(({ reason, kind, message, cause }) => [reason, kind, message?.target, message?.data, cause?.slot]),
    [
      ['leaves', 'message', 'wallet 1', '1', 1],
      ['leaves', 'message', 'wallet 2', '2', 2],
      ['leaves', 'message', 'wallet 3', '3', 3],
    ],
  );
});

test('settling may take exactly as many turns as the limit says', async () => {
  const settle = async (messages: number) => {
    const system = createSystem({ limits: { turnsPerRun: 70 } });
    const process = await system.spawn(listener);
    for (let sent = 1; sent < messages; sent++) await process.send();
    return system.settle();
  };
  assert.equal(await settle(69), { turns: 69, idle: true });
  assert.equal(await settle(70), { turns: 70, idle: true });
  assert.is((await refusal(() => settle(71))).code, 'run-over-limit');
});

test('a run of exactly the turns there are is idle, unless a timer is waited for', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  assert.equal(await system.run({ turns: 1 }), { turns: 1, idle: true });
  await process.send();
  assert.equal(await system.run({ turns: 1 }), { turns: 1, idle: true });
  const reminded = behavior<number>(
    {
      init(_, turn) {
        turn.send({ target: turn.self, delayMs: 1_000 });
        return 0;
      },
      receive: (count) => count + 1,
    },
    { name: 'reminded' },
  );
  await system.spawn(reminded);
  assert.equal(await system.run({ turns: 1 }), { turns: 1, idle: false });
  assert.equal(await system.run({ turns: 1 }), { turns: 1, idle: true });
});

test('whether a run is done is asked before each turn', async () => {
  const system = createSystem();
  const processes: ProcessHandle[] = [];
  for (let count = 0; count < 20; count++) processes.push(await system.spawn(listener));
  const mail = () => processes.reduce((sum, { status }) => sum + status.mail, 0);
  for (const left of [17, 16, 3]) {
    await system.run({ done: () => mail() === left });
    assert.is(mail(), left);
  }
});

test('a run takes a whole number of turns, and time passes by a whole number of milliseconds', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  for (const number of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY]) {
    const error = await refusal(() => system.run({ turns: number }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'turns']);
    assert.is((await refusal(() => system.advance(number))).code, 'option-invalid');
  }
  assert.is(process.status.mail, 1);
  assert.equal(await system.run({ turns: 0 }), { turns: 0, idle: false });
});

test('a slot is a whole number that was given', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await system.settle();
  for (const slot of [-1, Number.NaN, 0.5, 1.5, '0' as unknown as number]) {
    assert.is((await refusal(() => process.outcome(slot))).code, 'option-invalid', String(slot));
  }
});

test.run();
