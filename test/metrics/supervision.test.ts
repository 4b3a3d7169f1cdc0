import { createSystem } from 'heddle';
import { collectMetrics } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a crash and its restart are counted, and the turn once', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const module = wrapped(adder, {
    before({ slot }, attempt) {
      if (slot === 1 && attempt <= 2) throw new Error('crash');
    },
  });
  const process = await system.spawn(module);
  await process.send({ data: '1' });
  await system.settle();
  const { supervision, messages, processes } = metrics.snapshot();
  assert.equal(supervision, { crashes: 2, restarts: 2, giveUps: 0, hibernations: 0, wakes: 0 });
  assert.equal([messages.evaluated, messages.assigned, processes.running], [2, 2, 1]);
});

test('a crash loop ends in a process that has failed, whose mail grows old', async () => {
  const system = createSystem({ limits: { restarts: 3 } });
  const metrics = collectMetrics(system);
  let mended = false;
  const module = wrapped(adder, {
    before({ slot }) {
      if (slot === 1 && !mended) throw new Error('crash');
    },
  });
  const process = await system.spawn(module, { name: 'looping' });
  await process.send({ data: '1' });
  await process.send({ data: '2' });
  await system.settle();
  assert.is((await refusal(() => process.send())).code, 'process-failed');
  await system.advance(90_000);

  const failed = metrics.snapshot();
  assert.equal(failed.supervision, { crashes: 4, restarts: 3, giveUps: 1, hibernations: 0, wakes: 0 });
  assert.equal(failed.processes, { spawned: 1, running: 0, failed: 1, stopped: 0 });
  assert.equal(failed.messages.refused, { 'process-failed': 1 });
  const top = { process: process.id, name: 'looping', failed: true, mail: 2, waiting: 0, oldestMs: 90_000 };
  assert.equal(failed.mail, { unevaluated: 2, largest: 2, waiting: 0, oldestMs: 90_000, top: [top] });

  mended = true;
  await process.restart();
  await system.settle();
  const mendedNow = metrics.snapshot();
  assert.equal(mendedNow.supervision, { crashes: 4, restarts: 4, giveUps: 1, hibernations: 0, wakes: 0 });
  assert.equal([mendedNow.processes.failed, mendedNow.mail.unevaluated, mendedNow.mail.oldestMs], [0, 0, 0]);
  assert.equal([mendedNow.latency.count, mendedNow.latency.max], [3, 90_000]);
});

test('hibernations and what wakes from them are counted', async () => {
  // Less than 1 KiB is not worth putting away.
  const module = wrapped(adder, {});
  const large: typeof module = {
    ...module,
    async start(environment, from) {
      const executor = await module.start(environment, from);
      return Object.defineProperty(executor, 'residentBytes', { value: 10_000 });
    },
  };
  const system = createSystem({ limits: { residentBytes: 15_000 } });
  const metrics = collectMetrics(system);
  const [one, other] = [await system.spawn(large), await system.spawn(large)];
  await system.settle();
  assert.equal(metrics.snapshot().supervision.hibernations, 1);
  await one.send({ data: '1' });
  await system.settle();
  await other.send({ data: '1' });
  await system.settle();
  const { hibernations, wakes, crashes } = metrics.snapshot().supervision;
  assert.equal([hibernations, wakes, crashes], [3, 2, 0]);
});

test.run();
