import { behavior, createSystem, memoryStore, tagValue } from 'heddle';
import { collectMetrics } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';

/** Sends each word of its data to whom it is told to. */
const teller = behavior<number>(
  {
    init: () => 0,
    receive(told, message, turn) {
      const target = tagValue(message.tags, 'To');
      if (target) for (const data of message.data.split(' ')) turn.send({ target, data });
      return told + 1;
    },
  },
  { name: 'teller' },
);

/** Sets three timers with its first message. */
const alarm = behavior<boolean>(
  {
    init: () => false,
    receive(isSet, _, turn) {
      if (isSet) return;
      turn.send({ target: turn.self, delayMs: 100 });
      turn.send({ target: 'a wallet', delayMs: 200 });
      turn.send({ target: turn.self, delayMs: 300 });
      return true;
    },
  },
  { name: 'alarm' },
);

test('latency is the time from a slot to the outcome, by the clock of the system', async () => {
  let timestampMs = 1_000;
  const now = () => ({ timestampMs, blockHeight: 1 });
  const system = createSystem({ clock: { now, advanceTo() {} } });
  const metrics = collectMetrics(system);
  const process = await system.spawn(listener);
  timestampMs = 1_200;
  await process.send();
  timestampMs = 1_250;
  assert.is(metrics.snapshot().mail.oldestMs, 250);
  await system.settle();
  const { latency } = metrics.snapshot();
  assert.equal([latency.count, latency.min, latency.mean, latency.max, latency.unit], [2, 50, 150, 250, 'ms']);
});

test('queue depth is what a message finds before it', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const process = await system.spawn(listener);
  for (let sent = 1; sent <= 9; sent++) await process.send();
  const { queueDepth } = metrics.snapshot();
  assert.equal(queueDepth, {
    ...{ count: 10, min: 0, mean: 4.5, p50: 4, p90: 8, p99: 9, p999: 9, max: 9 },
    unit: 'messages',
  });
});

test('the fullest mailboxes are shown, the older of two as full first, and no more than the limit', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system, { limits: { topProcesses: 2 } });
  const names = ['one', 'two', 'three', 'four'];
  const processes = await Promise.all(names.map((name) => system.spawn(listener, { name })));
  await system.settle();
  for (const [at, process] of processes.entries()) {
    for (let sent = at % 3; sent >= 0; sent--) await process.send();
  }
  const { mail } = metrics.snapshot();
  assert.equal([mail.unevaluated, mail.largest], [7, 3]);
  assert.equal(
    mail.top.map(({ name, mail }) => [name, mail]),
    [
      ['three', 3],
      ['two', 2],
    ],
  );
  await system.settle();
  assert.equal(metrics.snapshot().mail, { unevaluated: 0, largest: 0, waiting: 0, oldestMs: 0, top: [] });
});

test('mail that waits for a slot is counted while it waits', async () => {
  const system = createSystem({ mailbox: { messages: 1, overflow: 'wait' } });
  const metrics = collectMetrics(system);
  const [process, sender] = [await system.spawn(listener), await system.spawn(teller)];
  await system.settle();
  await sender.send({ tags: { To: process.id }, data: 'one two three' });
  await system.run({ turns: 1 });
  const full = metrics.snapshot();
  assert.equal([full.mail.unevaluated, full.mail.waiting, full.messages.waited], [1, 2, 2]);
  assert.equal(full.mail.top[0], { process: process.id, failed: false, mail: 1, waiting: 2, oldestMs: 0 });
  await system.settle();
  const { mail, messages } = metrics.snapshot();
  assert.equal([mail.waiting, messages.waited, messages.assigned], [0, 2, 6]);
});

test('what waited for a process that is stopped is a dead letter and waits no more', async () => {
  const system = createSystem({ mailbox: { messages: 1, overflow: 'wait' } });
  const metrics = collectMetrics(system);
  const process = await system.spawn(listener);
  const sending = process.send().catch(() => {});
  await process.stop();
  await sending;
  const { mail, messages } = metrics.snapshot();
  assert.equal([mail.unevaluated, mail.waiting, messages.outbound], [0, 0, { 'process-stopped': 1 }]);
});

test('a timer is set, pending and fired', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const process = await system.spawn(alarm);
  await process.send();
  await system.run({ turns: 2 });
  assert.equal(metrics.snapshot().timers, { set: 3, fired: 0, pending: 3 });
  await system.advance(200);
  assert.equal(metrics.snapshot().timers, { set: 3, fired: 2, pending: 1 });
  await process.stop();
  await system.advance(200);
  assert.equal(metrics.snapshot().timers, { set: 3, fired: 2, pending: 0 });
});

test('mail that was there before is counted, without an age', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  await process.send();
  const metrics = collectMetrics(system);
  await process.send();
  await process.send();
  const before = metrics.snapshot();
  assert.equal([before.processes.running, before.processes.spawned, before.mail.unevaluated], [1, 0, 4]);
  assert.is(before.queueDepth.min, 2);
  await system.settle();
  const after = metrics.snapshot();
  assert.equal([after.messages.evaluated, after.latency.count, after.mail.unevaluated], [4, 2, 0]);
  assert.equal(after.modules[echo.id]?.evaluated, 4);
});

test('the processes of an earlier life are known before the first event', async () => {
  const store = memoryStore();
  const earlier = createSystem({ store, modules: [echo] });
  const [process, stopped] = [await earlier.spawn(echo), await earlier.spawn(echo)];
  await stopped.stop();
  await process.send();
  const system = createSystem({ store, modules: [echo] });
  const metrics = collectMetrics(system);
  assert.is(metrics.snapshot().processes.running, 0);
  await system.settle();
  const { processes, messages, mail } = metrics.snapshot();
  assert.equal(processes, { spawned: 0, running: 1, failed: 0, stopped: 1 });
  assert.equal([messages.evaluated, mail.unevaluated], [2, 0]);
});

test.run();
