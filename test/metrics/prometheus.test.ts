import { asyncProperty, assert as check, string } from 'fast-check';
import { createSystem } from 'heddle';
import { collectMetrics, type Metrics } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';
import { readExposition } from './exposition.ts';
import { drive, smallSystem } from './workload.ts';

const valueIn = (metrics: Metrics, name: string, labels: Record<string, string> = {}) => {
  for (const { samples } of readExposition(metrics.prometheus()).values()) {
    for (const sample of samples) {
      if (sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels)) return sample.value;
    }
  }
  throw new Error(`nothing is called ${name}`);
};

test('everything is exposed by the rules of the format, before anything happens and after', async () => {
  const system = smallSystem();
  const metrics = collectMetrics(system, { now: () => 0 });
  const names = [...readExposition(metrics.prometheus()).keys()];
  await drive(system, [
    { do: 'send', to: 0, peer: 1, data: 'send leave later' },
    { do: 'send', to: 1, peer: 1, data: 'fail' },
    { do: 'stop', at: 2 },
    { do: 'send', to: 2, peer: 1, data: 'hear' },
  ]);
  const families = readExposition(metrics.prometheus());
  assert.equal([...families.keys()], names);
  for (const [name, { help }] of families) {
    assert.match(name, /^heddle_/);
    assert.match(help, /^[A-Z].*\.$/);
  }
});

test('the values are those of the snapshot', async () => {
  const system = smallSystem();
  const metrics = collectMetrics(system, { moduleName: () => 'worker' });
  await drive(system, [
    { do: 'send', to: 0, peer: 1, data: 'send leave later' },
    { do: 'send', to: 1, peer: 1, data: 'fail' },
  ]);
  const { processes, messages, turns, timers, queueDepth } = metrics.snapshot();
  const found = (name: string, labels?: Record<string, string>) => valueIn(metrics, `heddle_${name}`, labels);
  assert.is(found('processes', { state: 'running' }), processes.running);
  assert.is(found('processes_spawned_total', { module: 'worker' }), processes.spawned);
  assert.is(found('messages_assigned_total'), messages.assigned);
  assert.is(found('messages_evaluated_total', { module: 'worker' }), messages.evaluated);
  assert.is(found('messages_outbound_total', { reason: 'leaves' }), messages.outbound.leaves);
  assert.is(found('turn_errors_total', { module: 'worker' }), turns.errors);
  assert.is(found('timers_fired_total'), timers.fired);
  assert.is(found('message_queue_depth_count'), queueDepth.count);
  assert.is(found('message_queue_depth_sum'), Math.round(queueDepth.mean * queueDepth.count));
  assert.is(found('message_queue_depth_bucket', { le: '+Inf' }), queueDepth.count);
});

test('times are in seconds', async () => {
  let timestampMs = 0;
  const clock = { now: () => ({ timestampMs, blockHeight: 1 }), advanceTo() {} };
  const system = createSystem({ clock });
  const metrics = collectMetrics(system);
  await system.spawn(echo);
  timestampMs = 4_321;
  assert.is(valueIn(metrics, 'heddle_mailbox_oldest_seconds'), 4.321);
  await system.settle();
  assert.is(valueIn(metrics, 'heddle_message_latency_seconds_sum'), 4.321);
  assert.is(valueIn(metrics, 'heddle_message_latency_seconds_bucket', { le: '1' }), 0);
  assert.is(valueIn(metrics, 'heddle_message_latency_seconds_bucket', { le: '5' }), 1);
});

test('gas is exposed in all its digits', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system, { moduleName: () => 'costly' });
  await system.spawn(scripted('c'.repeat(43), () => outcomeWith({ gasUsed: 2n ** 63n + 1n })));
  await system.settle();
  assert.match(metrics.prometheus(), '\nheddle_gas_used_total{module="costly"} 9223372036854775809\n');
});

test('a name comes back as it was, whatever is in it', async () => {
  const isRead = async (name: string) => {
    const system = createSystem();
    const metrics = collectMetrics(system, { moduleName: () => name });
    await system.spawn(echo);
    assert.is(valueIn(metrics, 'heddle_processes_spawned_total', { module: name.toWellFormed() }), 1);
  };
  for (const name of ['a "module"', 'back\\slash', 'two\nlines', '\\n', 'a=b,c{d}', '']) await isRead(name);
  await check(asyncProperty(string({ unit: 'binary' }), isRead), { numRuns: 50 });
});

test.run();
