import { type Awaitable, isPending } from './awaitable.ts';

/** Lets work in one piece at a time, in the order it came. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();
  #entered = 0;

  /** Runs `work` when all earlier work has ended, whether it succeeded or not: at once if there is none. */
  run<T>(work: () => Awaitable<T>): Awaitable<T> {
    if (this.#entered > 0) return this.#follow(this.#last.then(work));
    this.#entered++;
    let done: Awaitable<T>;
    try {
      done = work();
    } finally {
      this.#entered--;
    }
    return isPending(done) ? this.#follow(done) : done;
  }

  #follow<T>(result: Promise<T>): Promise<T> {
    this.#entered++;
    const left = () => void this.#entered--;
    this.#last = result.then(left, left);
    return result;
  }
}
