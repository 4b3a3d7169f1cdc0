import type { Id } from '../core/id.ts';
import type { RandomStream } from '../core/random.ts';

/** A process as a scheduler sees it. Of each there is one object, the same in every call. */
export interface Runnable {
  /** In which place it was spawned, from 0. */
  readonly index: number;
  /** Made when it is first read: order by it only if the index does not do. */
  readonly id: Id;
  /** How many turns it is owed. */
  readonly owed: number;
}

/**
 * Decides which process runs next. It is told of every message that got a slot and owes one turn for each; within a
 * process the turns are always in slot order.
 */
export interface Scheduler {
  /** A message got a slot of `process`, which is owed one more turn. */
  arrived(process: Runnable): void;
  /** The process that has its turn now, which is thereby no longer owed; undefined if no turn is owed. */
  next(): Runnable | undefined;
}

/**
 * Makes the scheduler of one system; `random` is the system's stream for it.
 *
 * @example
 * ```ts
 * import { createSystem, type Runnable, type SchedulerPolicy } from 'heddle';
 *
 * const newestFirst: SchedulerPolicy = () => {
 *   const owed: Runnable[] = [];
 *   return { arrived: (process) => void owed.push(process), next: () => owed.pop() };
 * };
 * createSystem({ scheduler: newestFirst });
 * ```
 */
export type SchedulerPolicy = (random: RandomStream) => Scheduler;
