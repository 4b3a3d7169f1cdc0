/**
 * What a system does, counted and measured, an entry of its own so that others need no histograms.
 *
 * @module
 */
export type { HistogramSnapshot } from './measure.ts';
export { collectMetrics, type Metrics } from './metrics.ts';
export { defaultMetricsLimits, type MetricsLimits, type MetricsOptions } from './options.ts';
export type { MetricsSnapshot, ModuleMetrics, ProcessMetrics } from './snapshot.ts';
