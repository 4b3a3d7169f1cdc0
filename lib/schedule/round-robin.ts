import { Queue } from '../core/queue.ts';
import type { Runnable, SchedulerPolicy } from './scheduler.ts';

/**
 * Processes with mail take turns, one message each, so that a busy one does not hold up the others.
 *
 * @example
 * ```ts
 * import { createSystem, roundRobin } from 'heddle';
 *
 * createSystem({ scheduler: roundRobin() });
 * ```
 */
export const roundRobin = (): SchedulerPolicy => () => {
  const circle = new Queue<Runnable>();
  return {
    arrived(process) {
      // With the turn that it is owed now, it is in the circle already if it is owed more.
      if (process.owed === 1) circle.push(process);
    },
    next() {
      const process = circle.shift();
      if (process && process.owed > 1) circle.push(process);
      return process;
    },
  };
};
