import type { Awaitable } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import { told } from '../../core/given.ts';
import type { Checkpoint, Environment, Executor, Module } from '../executor.ts';

/** Starts executors, somewhere. */
export interface Pool {
  /** Whether executors of `module` run in other threads, so that several can evaluate at a time. */
  spreads(module: Module): boolean;
  /** An executor for one process, blank or continuing from a checkpoint of its own. */
  start(module: Module, environment: Environment, from?: Checkpoint): Awaitable<Executor>;
  /** Ends what it started. */
  close(): Awaitable<void>;
}

export interface PoolOptions {
  /** Worker threads; 0 for none. Left out, one for each core but this thread's, and none where there are two. */
  readonly workers?: number | undefined;
  /** How long one request may keep a worker thread busy before it is ended. */
  readonly workerMs: number;
}

/** Executors start where their modules start them. */
export const inlinePool: Pool = {
  spreads: () => false,
  start: (module, environment, from) => module.start(environment, from),
  close() {},
};

/** The pool of a runtime without worker threads. In Node another file takes this one's place. */
export function createPool({ workers = 0 }: PoolOptions): Pool {
  if (workers === 0) return inlinePool;
  const what = `workers is ${told(workers)}, and this runtime has no worker threads`;
  throw new HeddleError('option-invalid', what, { option: 'workers' });
}
