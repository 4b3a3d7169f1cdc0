import type { Process } from './process.ts';

/** Which processes have an executor in memory, in the order in which they last ran, and how much that takes. */
export class Residency {
  readonly #bytes = new Map<Process, number>();
  #total = 0;
  #newest: Process | undefined;

  /** Bytes that the executors hold, as far as they say. */
  get totalBytes(): number {
    return this.#total;
  }

  /** Notes that a process has run, and what its executor holds now. Says whether that counts. */
  ran(process: Process): boolean {
    const bytes = process.executor?.residentBytes ?? 0;
    return (bytes >= leastBytes || this.#bytes.size > 0) && this.#note(process, bytes);
  }

  /** Notes that a process has no executor any more. */
  left(process: Process): void {
    this.#total -= this.#bytes.get(process) ?? 0;
    this.#bytes.delete(process);
    if (process === this.#newest) this.#newest = undefined;
  }

  /** The processes, those that have not run for longest first. */
  get oldestFirst(): Iterable<Process> {
    return this.#bytes.keys();
  }

  #note(process: Process, bytes: number): true {
    if (bytes < leastBytes) {
      this.left(process);
      return true;
    }
    if (process === this.#newest) {
      this.#total += bytes - (this.#bytes.get(process) ?? 0);
      this.#bytes.set(process, bytes);
      return true;
    }
    this.left(process);
    // A map keeps the order of insertion: the last to run stands last.
    this.#bytes.set(process, bytes);
    this.#total += bytes;
    this.#newest = process;
    return true;
  }
}

/** Less is not worth putting away. */
const leastBytes = 1_024;
