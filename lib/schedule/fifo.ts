import { Queue } from '../core/queue.ts';
import type { Runnable, SchedulerPolicy } from './scheduler.ts';

/**
 * Messages are evaluated in the order in which they got their slots, whatever process they are for.
 *
 * @example
 * ```ts
 * import { createSystem, fifo } from 'heddle';
 *
 * createSystem({ scheduler: fifo() });
 * ```
 */
export const fifo = (): SchedulerPolicy => () => {
  const owed = new Queue<Runnable>();
  return {
    arrived: (process) => owed.push(process),
    next: () => owed.shift(),
  };
};
