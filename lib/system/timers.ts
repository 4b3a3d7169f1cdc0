/** Something to do at a moment of virtual time. */
interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** What waits for the clock. Timers of one moment fire in the order in which they were set. */
export class Timers {
  #timers: Timer[] = [];

  /** When the next timer is due. */
  get nextMs(): number | undefined {
    return this.#timers[0]?.atMs;
  }

  /** Sets a timer and returns what cancels it. */
  set(atMs: number, fire: () => void): () => void {
    const timer = { atMs, fire };
    const later = this.#timers.findIndex((other) => other.atMs > atMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Takes the next timer out and fires it. */
  fireNext(): void {
    this.#timers.shift()?.fire();
  }
}
