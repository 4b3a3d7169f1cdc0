import { HeddleError } from '../core/error.ts';
import { checkFunction, checkNames, checkObject, told } from '../core/given.ts';
import type { Id } from '../core/id.ts';
import { checkWhole } from '../system/options.ts';
import type { System } from '../system/system.ts';

/** How far what is collected may grow beyond what is in flight. */
export interface MetricsLimits {
  /** Processes that a snapshot shows by themselves: those with most mail. The others are only in the sums. */
  readonly topProcesses: number;
  /** Modules that are counted by themselves, in the order in which they come. The others are counted as `other`. */
  readonly modules: number;
}

/**
 * The limits of a collection that is given none.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { collectMetrics, defaultMetricsLimits } from 'heddle/metrics';
 *
 * collectMetrics(createSystem(), { limits: { modules: defaultMetricsLimits.modules * 2 } });
 * ```
 */
export const defaultMetricsLimits: MetricsLimits = { topProcesses: 10, modules: 100 };

/** How a system is measured; everything has a default. */
export interface MetricsOptions {
  readonly limits?: Partial<MetricsLimits>;
  /** What a module is called in what comes out: its id by default. Those that are called the same are counted together. */
  readonly moduleName?: (module: Id) => string;
  /**
   * A clock in milliseconds from any moment, such as `() => performance.now()`, read once for each event. With it the
   * wall-clock time of turns is measured, and what comes out is another each time.
   */
  readonly now?: () => number;
}

/** Refuses what is no system, options that there are not, and functions that are none. */
export function checkMetrics(system: System, given: MetricsOptions): void {
  if (typeof system?.trace?.subscribe !== 'function') {
    const what = `system is ${told(system)}, not one such as createSystem() makes`;
    throw new HeddleError('option-invalid', what, { option: 'system' });
  }
  checkObject('options', given);
  checkNames(given, ['limits', 'moduleName', 'now']);
  const { moduleName, now } = given;
  for (const [option, value] of Object.entries({ moduleName, now })) {
    if (value !== undefined) checkFunction(option, value);
  }
}

/** The defaults with `given` over them. */
export function metricsLimitsOf(given: Partial<MetricsLimits> = {}): MetricsLimits {
  checkObject('limits', given);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaultMetricsLimits, name)) {
      throw new HeddleError('option-invalid', `there is no limit ${name}`, { option: name });
    }
    checkWhole(name, value);
  }
  return { ...defaultMetricsLimits, ...given };
}
