/**
 * Metrics through OpenTelemetry, an entry of its own. It needs `@opentelemetry/api` for its types alone.
 *
 * @module
 */
import type { BatchObservableCallback, Histogram, Meter, Observable } from '@opentelemetry/api';
import { catalogue, type Metric } from './catalogue.ts';
import type { Measure, MeasureDefinition } from './measure.ts';
import { Metrics } from './metrics.ts';

/**
 * Has a meter of OpenTelemetry show what is collected, until the returned function is called: counters and gauges when it
 * asks, which takes one snapshot, histograms as values come. Names are those of Prometheus with dots, such as
 * `heddle.message.latency` in seconds. Gas is a number there, exact to 2^53.
 *
 * @example
 * ```ts
 * import type { Meter } from '@opentelemetry/api';
 * import { createSystem } from 'heddle';
 * import { collectMetrics } from 'heddle/metrics';
 * import { exportMetrics } from 'heddle/metrics/opentelemetry';
 *
 * const start = (meter: Meter) => {
 *   const metrics = collectMetrics(createSystem());
 *   return exportMetrics(metrics, meter);
 * };
 * ```
 */
export function exportMetrics(metrics: Metrics, meter: Meter): () => void {
  const observed = catalogue.map((metric) => ({ metric, observable: observableOf(meter, metric) }));
  const observables = observed.map(({ observable }) => observable);
  const observe: BatchObservableCallback = (result) => {
    const snapshot = metrics.snapshot();
    for (const { metric, observable } of observed) {
      for (const { value, labels } of metric.read(snapshot)) result.observe(observable, Number(value), labels);
    }
  };
  meter.addBatchObservableCallback(observe, observables);
  const stops = Metrics.measuresOf(metrics).map((measure) => record(measure, histogramOf(meter, measure.definition)));
  return () => {
    meter.removeBatchObservableCallback(observe, observables);
    for (const stop of stops) stop();
  };
}

function observableOf(meter: Meter, { name, kind, help, unit, counted }: Metric): Observable {
  const options = { description: help, unit: unit ? seconds : `{${counted}}` };
  return kind === 'counter'
    ? meter.createObservableCounter(`heddle.${name}`, options)
    : meter.createObservableGauge(`heddle.${name}`, options);
}

function histogramOf(meter: Meter, definition: MeasureDefinition): Histogram {
  const { name, help, unit, baseUnit, bounds, stepsPerBaseUnit } = definition;
  return meter.createHistogram(`heddle.${name}`, {
    description: help,
    unit: baseUnit ? seconds : unit === 'gas' ? '{gas}' : '{message}',
    advice: { explicitBucketBoundaries: bounds.map((bound) => bound / stepsPerBaseUnit) },
  });
}

function record({ listeners }: Measure, histogram: Histogram): () => void {
  const listener = (value: number) => histogram.record(value);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** As UCUM writes it. */
const seconds = 's';
