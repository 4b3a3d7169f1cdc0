import type { Rate } from './mailbox.ts';
import type { Process } from './process.ts';

/** How full a bucket is that leaks, in parts of a message of which it loses `messages` each millisecond. */
interface Bucket {
  parts: number;
  atMs: number;
}

/** Who may be given how many more messages now. Whole numbers, so that every run comes to the same. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #buckets = new Map<Process, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** How many messages a process may be given now. */
  room(process: Process, nowMs: number): number {
    const { messages, perMs } = this.#rate;
    return Math.floor((messages * perMs - this.#parts(process, nowMs)) / perMs);
  }

  /** Notes that a process was given a message, whether it had room or not. */
  take(process: Process, nowMs: number): void {
    this.#buckets.set(process, { parts: this.#parts(process, nowMs) + this.#rate.perMs, atMs: nowMs });
  }

  /** How full each bucket is, in the order of the processes. */
  buckets(): readonly ({ readonly process: Process } & Readonly<Bucket>)[] {
    const buckets = [...this.#buckets].map(([process, bucket]) => ({ process, ...bucket }));
    return buckets.sort((one, other) => one.process.index - other.process.index);
  }

  /** Makes a bucket as full as it was. */
  fill(process: Process, parts: number, atMs: number): void {
    this.#buckets.set(process, { parts, atMs });
  }

  /** When a process has room for another message. */
  nextMs(process: Process, nowMs: number): number {
    const { messages, perMs } = this.#rate;
    const tooMuch = this.#parts(process, nowMs) - (messages - 1) * perMs;
    return nowMs + Math.max(0, Math.ceil(tooMuch / messages));
  }

  #parts(process: Process, nowMs: number): number {
    const bucket = this.#buckets.get(process);
    if (!bucket) return 0;
    return Math.max(0, bucket.parts - Math.max(0, nowMs - bucket.atMs) * this.#rate.messages);
  }
}
