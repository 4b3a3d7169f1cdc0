/** A moment of virtual time until which a caller waits. */
interface Deadline {
  readonly atMs: number;
  readonly expire: () => void;
}

/** Until when callers wait. Deadlines of one moment expire in the order in which they were set. */
export class Deadlines {
  #deadlines: Deadline[] = [];

  /** When the next one expires. */
  get nextMs(): number | undefined {
    return this.#deadlines[0]?.atMs;
  }

  /** Sets a deadline and returns what cancels it. */
  set(atMs: number, expire: () => void): () => void {
    const deadline = { atMs, expire };
    const later = this.#deadlines.findIndex((other) => other.atMs > atMs);
    this.#deadlines.splice(later === -1 ? this.#deadlines.length : later, 0, deadline);
    return () => {
      this.#deadlines = this.#deadlines.filter((other) => other !== deadline);
    };
  }

  /** Takes the next one out and tells who waits. */
  expireNext(): void {
    this.#deadlines.shift()?.expire();
  }
}
