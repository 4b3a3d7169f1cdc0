import type { Id } from '../core/id.ts';
import { Queue } from '../core/queue.ts';
import type { SchedulerPolicy } from './scheduler.ts';

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
  const owed = new Queue<Id>();
  return {
    arrived: (process) => owed.push(process),
    next: () => owed.shift(),
  };
};
