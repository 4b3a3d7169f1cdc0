import type { Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { Queue } from '../core/queue.ts';
import type { ModuleCounts } from './module-counts.ts';

/**
 * What is known of one process: how far it is, and when its mail got its slots. There may be a million of them, so what
 * is needed for mail and timers is there while there are some.
 */
export class TrackedProcess {
  readonly module: ModuleCounts;
  failed: boolean;
  #slots: number;
  #evaluated: number;
  /** When unevaluated mail got its slots: that in the slot `#arrivedFrom` and all behind it. */
  #arrived: Queue<number> | undefined = undefined;
  #arrivedFrom = 0;
  #waiting: Queue<Message> | undefined = undefined;
  #timers: Set<Id> | undefined = undefined;

  constructor(module: ModuleCounts, failed: boolean, slots: number, evaluated: number) {
    this.module = module;
    this.failed = failed;
    this.#slots = slots;
    this.#evaluated = evaluated;
  }

  /** Messages with a slot that are not evaluated. */
  get mail(): number {
    return this.#slots - this.#evaluated;
  }

  /** Mail that waits for a slot. */
  get waiting(): number {
    return this.#waiting?.length ?? 0;
  }

  /** Timers it has set that have not fired. */
  get timers(): number {
    return this.#timers?.size ?? 0;
  }

  /** When its oldest unevaluated mail got its slot; undefined if there is none, or if nobody saw it. */
  get oldestMs(): number | undefined {
    return this.#arrived?.peek();
  }

  /** Notes that a message got a slot. Returns how many stood before it. */
  assigned(slot: number, timestampMs: number, message: Message): number {
    const before = Math.max(slot - this.#evaluated, 0);
    // It may have been looked at after this happened and before it was told of.
    this.#slots = Math.max(this.#slots, slot + 1);
    if (!this.#arrived) {
      this.#arrived = new Queue();
      this.#arrivedFrom = slot;
    }
    this.#arrived.push(timestampMs);
    if (this.#waiting?.peek() === message) this.#waiting.shift();
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    return before;
  }

  /** Notes that a slot was evaluated. Returns when its message got it, if that was seen. */
  evaluated(slot: number): number | undefined {
    this.#evaluated = Math.max(this.#evaluated, slot + 1);
    if (!this.#arrived || slot < this.#arrivedFrom) return undefined;
    const arrivedMs = this.#arrived.shift();
    this.#arrivedFrom++;
    if (this.#arrived.length === 0) this.#arrived = undefined;
    return arrivedMs;
  }

  /** Notes that a message waits for a slot. */
  waits(message: Message): void {
    this.#waiting ??= new Queue();
    this.#waiting.push(message);
  }

  /** Notes that it set a timer. */
  setTimer(message: Message): void {
    this.#timers ??= new Set();
    this.#timers.add(message.id);
  }

  /** Whether a message of its is that of a timer, which has fired then. */
  fired(message: Message): boolean {
    // Making an id costs something, and most processes set no timers.
    if (!this.#timers?.delete(message.id)) return false;
    if (this.#timers.size === 0) this.#timers = undefined;
    return true;
  }
}
