import type { Awaitable } from './awaitable.ts';

/** Lets asynchronous work in one piece at a time, in the order it came. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all earlier work has ended, whether it succeeded or not. */
  run<T>(work: () => Awaitable<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
