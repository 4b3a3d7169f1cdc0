import { availableParallelism } from 'node:os';
import { HeddleError } from '../../core/error.ts';
import { told } from '../../core/given.ts';
import type { Checkpoint, Environment, Executor, Module } from '../executor.ts';
import { isWasm } from '../wasm/index.ts';
import { inlinePool, type Pool, type PoolOptions } from './pool.ts';
import { Thread } from './thread.node.ts';

/** A pool of so many worker threads. */
export function createPool({ workers: asked, workerMs }: PoolOptions): Pool {
  const workers = asked ?? defaultWorkers();
  if (!Number.isSafeInteger(workers) || workers < 0 || workers > mostWorkers) {
    const what = `workers is ${told(workers)}, not a whole number from 0 to ${mostWorkers}`;
    throw new HeddleError('option-invalid', what, { option: 'workers' });
  }
  return workers === 0 ? inlinePool : new WorkerPool(workers, workerMs, asked !== undefined);
}

/** This thread needs a core itself. */
const defaultWorkers = (): number => (availableParallelism() <= 2 ? 0 : availableParallelism() - 1);

/** More threads than this serve nobody. */
const mostWorkers = 1024;

/** Spreads Wasm executors over threads, where each stays. Threads are started as executors need them. */
class WorkerPool implements Pool {
  readonly #workers: number;
  readonly #workerMs: number;
  /** Whether it is an error if there are no threads to be had. */
  readonly #required: boolean;
  #available = true;
  #threads: readonly Thread[] = [];

  constructor(workers: number, workerMs: number, required: boolean) {
    this.#workers = workers;
    this.#workerMs = workerMs;
    this.#required = required;
  }

  spreads(module: Module): boolean {
    return this.#available && isWasm(module);
  }

  async start(module: Module, environment: Environment, from?: Checkpoint): Promise<Executor> {
    if (!(this.#available && isWasm(module))) return module.start(environment, from);
    const compiled = await module.compiled();
    try {
      return await this.#idlest().start(compiled, environment, from);
    } catch (error) {
      const unavailable = error instanceof HeddleError && error.code === 'worker-unavailable';
      if (this.#required || !unavailable) throw error;
      // A bundler may have left their file out. They were nobody's wish.
      this.#available = false;
      return module.start(environment, from);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate('its system was closed')));
  }

  /** The thread with the fewest executors, or another one as long as there may be more. */
  #idlest(): Thread {
    this.#threads = this.#threads.filter((thread) => !thread.ended);
    const [idlest] = [...this.#threads].sort((a, b) => a.executors - b.executors);
    if (idlest && (idlest.executors === 0 || this.#threads.length >= this.#workers)) return idlest;
    const thread = new Thread(this.#workerMs);
    this.#threads = [...this.#threads, thread];
    return thread;
  }
}
