import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createSystem, type System } from 'heddle';
import { collectMetrics, type Metrics } from 'heddle/metrics';
import { exportMetrics } from 'heddle/metrics/opentelemetry';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

/** What an exporter that keeps it in memory was given last, by name. */
async function exported(work: (system: System, metrics: Metrics) => Promise<void>) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const system = createSystem();
  const metrics = collectMetrics(system, { moduleName: (id) => (id === echo.id ? 'echo' : 'costly') });
  const stop = exportMetrics(metrics, provider.getMeter('heddle'));
  await work(system, metrics);
  await provider.forceFlush();
  stop();
  const [collected] = exporter.getMetrics();
  const data = collected?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
  await system.settle();
  exporter.reset();
  await provider.forceFlush();
  const after = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  await provider.shutdown();
  return { byName: new Map(data.map((metric) => [metric.descriptor.name, metric])), after };
}

test('counters and gauges are those of the snapshot, with their labels as attributes', async () => {
  const { byName } = await exported(async (system) => {
    const process = await system.spawn(echo);
    await process.send();
    await process.send();
    await system.run({ turns: 2 });
  });
  const points = (name: string) =>
    byName.get(`heddle.${name}`)?.dataPoints.map(({ attributes, value }) => [attributes, value]);
  assert.equal(points('messages.assigned'), [[{}, 3]]);
  assert.equal(points('messages.evaluated'), [[{ module: 'echo' }, 2]]);
  assert.equal(points('messages.outbound'), [[{ reason: 'leaves' }, 1]]);
  assert.equal(points('mailbox.messages'), [[{}, 1]]);
  assert.equal(points('processes'), [
    [{ state: 'running' }, 1],
    [{ state: 'failed' }, 0],
    [{ state: 'stopped' }, 0],
  ]);
  assert.is(byName.get('heddle.mailbox.oldest')?.descriptor.unit, 's');
  assert.is(byName.get('heddle.messages.assigned')?.descriptor.unit, '{message}');
});

test('histograms have the buckets that Prometheus is shown', async () => {
  let text = '';
  const { byName } = await exported(async (system, metrics) => {
    await system.spawn(scripted('c'.repeat(43), () => outcomeWith({ gasUsed: 5_000n })));
    const process = await system.spawn(echo);
    for (let sent = 1; sent <= 20; sent++) await process.send();
    await system.settle();
    text = metrics.prometheus();
  });
  for (const name of ['message.queue_depth', 'message.latency', 'turn.gas']) {
    const data = byName.get(`heddle.${name}`) as HistogramMetricData | undefined;
    const { boundaries = [], counts = [] } = data?.dataPoints[0]?.value.buckets ?? {};
    const prometheus = `heddle_${name.replace('.', '_')}${name === 'message.latency' ? '_seconds' : ''}`;
    let sum = 0;
    for (const [at, bound] of boundaries.entries()) {
      sum += counts[at] ?? 0;
      assert.match(text, `\n${prometheus}_bucket{le="${bound}"} ${sum}\n`);
    }
    assert.match(text, `\n${prometheus}_count ${data?.dataPoints[0]?.value.count}\n`);
  }
});

test('after it was stopped nothing more is exported', async () => {
  const { after } = await exported(async (system) => {
    const process = await system.spawn(echo);
    await process.send();
    await system.run({ turns: 1 });
  });
  const found = (name: string) => after.find(({ descriptor }) => descriptor.name === name);
  assert.is(found('heddle.messages.evaluated')?.dataPoints[0]?.value, 1);
  const latency = found('heddle.message.latency') as HistogramMetricData | undefined;
  assert.is(latency?.dataPoints[0]?.value.count, 1);
});

test.run();
