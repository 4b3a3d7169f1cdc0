// A delayed message is a timer: it gets its slot when its moment comes, and never if its sender is stopped by then.

import { behavior, createSystem, memoryStore, random, replay, type System, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listener, reasons } from '../fixtures/system/behaviors.ts';
import { cutEverywhere } from '../fixtures/system/cuts.ts';

/** Sends what it is told to after the delays it is told: `text@delay` with spaces between them. `fail` is an error. */
const alarm = behavior<string[]>(
  {
    init: () => [],
    receive(heard, message, turn) {
      if (message.data === 'read') return void turn.output(heard);
      const set = tagValue(message.tags, 'Set');
      if (set === undefined) return void heard.push(`${message.data} at ${turn.timestampMs - startMs}`);
      const target = tagValue(message.tags, 'To') ?? turn.self;
      for (const one of set.split(' ')) {
        const [data = '', delay] = one.split('@');
        turn.send({ target, data, delayMs: Number(delay) });
      }
      if (message.data === 'fail') throw new Error('asked to fail');
    },
  },
  { name: 'alarm' },
);

const { timestampMs: startMs } = createSystem().now;

async function heard(system: System): Promise<unknown> {
  return (await system.processes[0]?.dryRun({ data: 'read' }))?.output;
}

test('messages arrive when their time has come, the earliest first', async () => {
  const system = createSystem();
  const process = await system.spawn(alarm);
  await process.send({ tags: { Set: 'late@500 soon@20 now@0 later@500 next@21' } });
  assert.equal(await system.settle(), { turns: 7, idle: true });
  assert.equal(await heard(system), ['now at 0', 'soon at 20', 'next at 21', 'late at 500', 'later at 500']);
});

test('a thousand timers of one moment fire in the order in which they were set', async () => {
  const system = createSystem();
  const process = await system.spawn(alarm);
  for (let message = 0; message < 100; message++) {
    const ten = Array.from({ length: 10 }, (_, at) => `${message * 10 + at}@7`);
    await process.send({ tags: { Set: ten.join(' ') } });
  }
  await system.settle();
  assert.equal(
    await heard(system),
    Array.from({ length: 1000 }, (_, at) => `${at} at 7`),
  );
});

test('time passes as far as it is told to', async () => {
  const system = createSystem();
  const process = await system.spawn(alarm);
  await process.send({ tags: { Set: 'one@10 two@20 three@30' } });
  await system.advance(20);
  assert.equal(await process.status.mail, 0);
  assert.equal(await system.run({ untilMs: startMs + 25 }), { turns: 0, idle: true });
  await system.settle();
  assert.equal(await heard(system), ['one at 10', 'two at 20', 'three at 30']);
});

test('timers of a turn that fails are not set', async () => {
  const system = createSystem();
  const process = await system.spawn(alarm);
  await process.send({ tags: { Set: 'never@10' }, data: 'fail' });
  await system.settle();
  assert.equal([await heard(system), system.now.timestampMs], [[], startMs]);
});

test('timers die with the process that set them, wherever they lead', async () => {
  const system = createSystem();
  const [process, target] = [await system.spawn(alarm), await system.spawn(listener)];
  await process.send({ tags: { Set: 'own@10' } });
  await process.send({ tags: { Set: 'other@10', To: target.id } });
  await system.run({ turns: 4 });
  await process.stop();
  await system.settle();
  assert.is(system.now.timestampMs, startMs);
  assert.is(target.status.slots, 1);
});

test('a delayed message to a wallet leaves, and one to a process that was stopped is returned, at its time', async () => {
  const system = createSystem();
  const [process, target] = [await system.spawn(alarm), await system.spawn(listener)];
  await process.send({ tags: { Set: 'bill@10', To: system.addresses.wallet } });
  await process.send({ tags: { Set: 'hello@20', To: target.id } });
  await system.run({ turns: 4, untilMs: startMs });
  await target.stop();
  assert.equal(await system.outbound(), []);
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['leaves', 'process-stopped']);
});

test('a delay is a whole number of milliseconds, and a process sets so many timers at most', async () => {
  const system = createSystem({ limits: { timers: 3 } });
  const process = await system.spawn(alarm);
  await process.send({ tags: { Set: 'a@-1 b@0.5 c@1e300' } });
  await process.send({ tags: { Set: 'a@1 b@1 c@2 d@2' } });
  await process.send({ tags: { Set: 'e@3' } });
  await system.run({ turns: 4, untilMs: startMs });
  const expected = [...Array(3).fill('outbox-incomplete'), ...Array(2).fill('timers-over-limit')];
  assert.equal(reasons(await system.outbound()), expected);
  // Those that have fired make room.
  await system.settle();
  await process.send({ tags: { Set: 'f@1 g@1 h@1' } });
  await system.settle();
  assert.is(reasons(await system.outbound()).length, expected.length);
});

test('a replay, and a system that takes over the store, come to the same', async () => {
  const script = async (breakAfter: number) => {
    const store = memoryStore();
    const options = { seed: 'timers', store, modules: [alarm, listener], scheduler: random() };
    let system = createSystem(options);
    const [one, other] = [await system.spawn(alarm), await system.spawn(alarm)];
    await one.send({ tags: { Set: 'a@5 b@30 c@30' } });
    await other.send({ tags: { Set: 'd@5 e@31', To: one.id } });
    await system.run({ turns: 4, untilMs: startMs });
    await system.run({ turns: breakAfter });
    if (breakAfter > 0) {
      await system.close();
      system = createSystem(options);
    }
    await system.settle();
    await replay(await system.record(), { modules: [alarm, listener] });
    return { digest: system.trace.digest, heard: await heard(system) };
  };
  const whole = await script(0);
  for (const breakAfter of [1, 2, 3, 4, 5]) assert.equal(await script(breakAfter), whole, `after ${breakAfter}`);
});

test('timers of one moment fire before anybody has a turn, though the run ends between them', async () => {
  const cuts = await cutEverywhere([alarm], async (system) => {
    const [one, other] = [await system.spawn(alarm), await system.spawn(alarm)];
    await one.send({ tags: { Set: 'a@5 b@5', To: other.id } });
    await other.send({ tags: { Set: 'c@5 d@5', To: one.id } });
  });
  assert.ok(cuts > 10, `${cuts} cuts`);
});

test.run();
