import type { Id } from '../core/id.ts';
import type { RandomStream } from '../core/random.ts';

/**
 * Decides which process runs next. It is told of every message that got a slot and owes one turn for each; within a
 * process the turns are always in slot order.
 */
export interface Scheduler {
  /** A message got a slot of `process`, which is owed one more turn. */
  arrived(process: Id): void;
  /** The process that has its turn now, which is thereby no longer owed; undefined if no turn is owed. */
  next(): Id | undefined;
}

/**
 * Makes the scheduler of one system; `random` is the system's stream for it.
 *
 * @example
 * ```ts
 * import { createSystem, type SchedulerPolicy } from 'heddle';
 *
 * const newestFirst: SchedulerPolicy = () => {
 *   const owed: string[] = [];
 *   return { arrived: (process) => void owed.push(process), next: () => owed.pop() };
 * };
 * createSystem({ scheduler: newestFirst });
 * ```
 */
export type SchedulerPolicy = (random: RandomStream) => Scheduler;
