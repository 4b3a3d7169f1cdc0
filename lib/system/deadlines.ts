import { Heap } from '../core/heap.ts';

/** A moment of virtual time until which a caller waits. */
interface Deadline {
  readonly atMs: number;
  readonly expire: () => void;
  cancelled: boolean;
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

  /** Sets a deadline and returns what cancels it. */
  set(atMs: number, expire: () => void): () => void {
    const deadline = { atMs, expire, cancelled: false };
    this.#deadlines.push(atMs, deadline);
    return () => this.#cancel(deadline);
  }

  /** Takes the next one out and tells who waits. */
  expireNext(): void {
    const next = this.#next;
    if (!next) return;
    this.#deadlines.pop();
    next.cancelled = true;
    next.expire();
  }

  get #next(): Deadline | undefined {
    let next = this.#deadlines.peek();
    while (next?.cancelled) {
      this.#deadlines.pop();
      this.#cancelled--;
      next = this.#deadlines.peek();
    }
    return next;
  }

  #cancel(deadline: Deadline): void {
    if (deadline.cancelled) return;
    deadline.cancelled = true;
    this.#cancelled++;
    // Most are cancelled, long before they would expire.
    if (this.#cancelled * 2 <= this.#deadlines.length + 8) return;
    const left = new Heap<Deadline>();
    for (let next = this.#deadlines.pop(); next; next = this.#deadlines.pop()) {
      if (!next.cancelled) left.push(next.atMs, next);
    }
    this.#deadlines = left;
    this.#cancelled = 0;
  }
}
