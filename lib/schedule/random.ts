import type { Runnable, SchedulerPolicy } from './scheduler.ts';

/**
 * Any message in flight may be the next, drawn from the system's seed: another seed, another valid order.
 *
 * @example
 * ```ts
 * import { createSystem, random } from 'heddle';
 *
 * createSystem({ seed: 'try another', scheduler: random() });
 * ```
 */
export const random = (): SchedulerPolicy => (stream) => {
  const owed: Runnable[] = [];
  return {
    arrived: (process) => void owed.push(process),
    next() {
      const last = owed.pop();
      if (last === undefined || owed.length === 0) return last;
      const at = stream.below(owed.length + 1);
      const process = owed[at];
      if (process === undefined) return last;
      owed[at] = last;
      return process;
    },
  };
};
