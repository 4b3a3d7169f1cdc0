import { Heap } from '../core/heap.ts';

/** A moment of virtual time until which a caller waits. */
export interface Deadline {
  readonly atMs: number;
  readonly expire: (() => void) | undefined;
  /** Whether it has expired, or nobody waits for it any more. */
  isOver: boolean;
}

/** Until when callers wait. Deadlines of one moment expire in the order in which they were set. */
export class Deadlines {
  #deadlines = new Heap<Deadline>();
  /** How many of them nobody waits for any more. */
  #cancelled = 0;

  /** When the next one expires. */
  get nextMs(): number | undefined {
    return this.#next?.atMs;
  }

  /** Sets a deadline, and calls `expire` when it expires. */
  set(atMs: number, expire?: () => void): Deadline {
    const deadline = { atMs, expire, isOver: false };
    this.#deadlines.push(atMs, deadline);
    return deadline;
  }

  /** Takes the next one out and tells who waits. */
  expireNext(): void {
    const next = this.#next;
    if (!next) return;
    this.#deadlines.pop();
    next.isOver = true;
    next.expire?.();
  }

  /** Notes that nobody waits for a deadline any more. */
  cancel(deadline: Deadline): void {
    if (deadline.isOver) return;
    deadline.isOver = true;
    this.#cancelled++;
    // Most are cancelled, long before they would expire.
    if (this.#cancelled * 2 <= this.#deadlines.length + 8) return;
    const left = new Heap<Deadline>();
    for (let next = this.#deadlines.pop(); next; next = this.#deadlines.pop()) {
      if (!next.isOver) left.push(next.atMs, next);
    }
    this.#deadlines = left;
    this.#cancelled = 0;
  }

  get #next(): Deadline | undefined {
    let next = this.#deadlines.peek();
    while (next?.isOver) {
      this.#deadlines.pop();
      this.#cancelled--;
      next = this.#deadlines.peek();
    }
    return next;
  }
}
