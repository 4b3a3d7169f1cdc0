import type { Id } from '../core/id.ts';
import { Queue } from '../core/queue.ts';
import type { SchedulerPolicy } from './scheduler.ts';

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
  const circle = new Queue<Id>();
  const owed = new Map<Id, number>();
  return {
    arrived(process) {
      const turns = owed.get(process) ?? 0;
      if (turns === 0) circle.push(process);
      owed.set(process, turns + 1);
    },
    next() {
      const process = circle.shift();
      if (process === undefined) return undefined;
      const turns = (owed.get(process) ?? 1) - 1;
      if (turns > 0) {
        owed.set(process, turns);
        circle.push(process);
      } else {
        owed.delete(process);
      }
      return process;
    },
  };
};
