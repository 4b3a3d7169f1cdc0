import { HeddleError } from '../core/error.ts';
import { Queue } from '../core/queue.ts';

/** Does so much at a time; what comes when all lanes are taken waits, up to a number of them. */
export class Lanes {
  readonly #mostWaiting: number;
  readonly #waiting = new Queue<() => void>();
  #free: number;

  constructor(lanes: number, mostWaiting: number) {
    this.#free = lanes;
    this.#mostWaiting = mostWaiting;
  }

  /** Does it now or when its turn comes. Refuses with `signer-busy` if too much waits. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // Whoever comes next has the lane at once, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #turn(): Promise<void> {
    const waiting = this.#waiting.length;
    if (waiting < this.#mostWaiting) return new Promise((resolve) => this.#waiting.push(resolve));
    throw new HeddleError('signer-busy', `${waiting} signatures wait already`, { waiting });
  }
}
