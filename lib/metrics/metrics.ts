import type { System } from '../system/system.ts';
import { Collector } from './collector.ts';
import type { Measure } from './measure.ts';
import { checkMetrics, type MetricsOptions } from './options.ts';
import { prometheusText } from './prometheus.ts';
import type { MetricsSnapshot } from './snapshot.ts';
import { snapshotOf } from './standing.ts';

/**
 * What a system does, counted and measured from its trace. Made by `collectMetrics`; works until it is closed, and shows
 * afterwards what it had counted by then.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { collectMetrics, type Metrics } from 'heddle/metrics';
 *
 * const report = (metrics: Metrics) => {
 *   const { messages, latency } = metrics.snapshot();
 *   console.log(`${messages.evaluated} turns, 99 % within ${latency.p99} ms`);
 * };
 * report(collectMetrics(createSystem()));
 * ```
 */
export class Metrics implements Disposable {
  readonly #collector: Collector;
  readonly #stop: () => void;

  constructor(system: System, options: MetricsOptions) {
    checkMetrics(system, options);
    this.#collector = new Collector(system, options);
    // Who measures turns is to see each end.
    const eachTurn = options.now !== undefined;
    this.#stop = system.trace.subscribe((event) => this.#collector.take(event), { eachTurn });
  }

  /** @internal What an exporter is fed with while it happens. */
  static measuresOf(metrics: Metrics): readonly Measure[] {
    return metrics.#collector.measures.all;
  }

  /** How things stand, as plain JSON. Looks at each process once. */
  snapshot(): MetricsSnapshot {
    return snapshotOf(this.#collector);
  }

  /**
   * The same as text for Prometheus, in version 0.0.4 of its format: serve it as `text/plain; version=0.0.4`. The values
   * of a histogram are exact counts in fixed buckets.
   */
  prometheus(): string {
    return prometheusText(this.snapshot(), this.#collector.measures.all);
  }

  /** Counts from nothing again. What is in flight, and the state of processes, stays known. */
  reset(): void {
    this.#collector.reset();
  }

  /** Listens no more. */
  close(): void {
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Counts and measures what a system does from now on: a listener of its trace. A system that is listened to stores each
 * turn by itself, and makes ids that it could have done without; one that nobody collects from pays nothing.
 *
 * Throws `option-invalid`.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 * import { collectMetrics } from 'heddle/metrics';
 *
 * const counter = behavior({ init: () => 0, receive: (count) => count + 1 }, { name: 'counter' });
 * const system = createSystem();
 * const metrics = collectMetrics(system, { moduleName: (id) => (id === counter.id ? 'counter' : id) });
 * const process = await system.spawn(counter);
 * await process.send();
 * await system.settle();
 * console.log(metrics.snapshot().modules.counter?.evaluated); // 2
 * console.log(metrics.prometheus());
 * metrics.close();
 * ```
 */
export const collectMetrics = (system: System, options: MetricsOptions = {}): Metrics => new Metrics(system, options);
