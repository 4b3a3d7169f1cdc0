import type { ErrorCode } from '../core/error-codes.ts';
import type { MailboxOptions } from './mailbox.ts';
import type { Process } from './process.ts';
import { RateLimit } from './rate-limit.ts';

/** Decides which mail gets a slot at once, and how much of what waits does so later. */
export class Admissions {
  readonly #options: MailboxOptions;
  readonly #rate: RateLimit | undefined;
  /** The processes that have mail that waits, for which it may be a matter of time. */
  readonly #waiting = new Set<Process>();

  constructor(options: MailboxOptions) {
    this.#options = options;
    if (options.rate) this.#rate = new RateLimit(options.rate);
  }

  /** Whether mail can come too soon. */
  get isRated(): boolean {
    return this.#rate !== undefined;
  }

  /** Whether nothing keeps mail of so many bytes from its slot, whatever the time is. */
  takes(process: Process, bytes: number): boolean {
    return this.#rate === undefined && process.takes(bytes, this.#options);
  }

  /** Why mail of so many bytes gets no slot now; undefined if it does. What waits came first. */
  refusal(process: Process, bytes: number, nowMs: number): ErrorCode | undefined {
    const { mailbox } = process;
    if (!mailbox.fits(bytes, this.#options)) return 'mailbox-full';
    if (mailbox.waitingLength === 0 && (!this.#rate || this.#rate.room(process, nowMs) >= 1)) return undefined;
    return this.#rate ? 'rate-over-limit' : 'mailbox-full';
  }

  /** How much of the mail that waits gets its slot now, the mail of the turn under way gone if there is one. */
  admissible(process: Process, nowMs: number, isTurn: boolean): number {
    if (process.mailbox.waitingLength === 0) return 0;
    const most = this.#rate?.room(process, nowMs) ?? Number.POSITIVE_INFINITY;
    return process.mailbox.admissible(this.#options, most, isTurn);
  }

  /** Notes that a process was given a slot more. */
  assigned(process: Process, nowMs: number): void {
    this.#rate?.take(process, nowMs);
  }

  /** Notes that a process has mail that waits, or no more. */
  waits(process: Process): void {
    if (!this.#rate) return;
    if (process.mailbox.waitingLength > 0) this.#waiting.add(process);
    else this.#waiting.delete(process);
  }

  /** How full the rates of processes are. */
  rates(): Iterable<{ readonly process: Process; readonly parts: number; readonly atMs: number }> {
    return this.#rate?.buckets() ?? [];
  }

  /** Makes the rate of a process as full as it was. */
  setRate(process: Process, parts: number, atMs: number): void {
    this.#rate?.fill(process, parts, atMs);
  }

  /** The processes with mail that waits for its moment, in their order. */
  withWaiting(): Iterable<Process> {
    return this.#waiting;
  }

  /** The next moment at which waiting mail gets its slot by itself. */
  nextMs(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    if (this.#waiting.size === 0) return nextMs;
    for (const process of this.#waiting) {
      const [first] = process.mailbox.waiting;
      const isTooSoon = process.running && first !== undefined && process.mailbox.fits(first.bytes, this.#options);
      if (isTooSoon) nextMs = Math.min(nextMs, this.#rate?.nextMs(process, nowMs) ?? nextMs);
    }
    return nextMs;
  }

  /** The processes for whose waiting mail it is time, in the order in which they began to have some. */
  due(nowMs: number): readonly Process[] {
    return [...this.#waiting].filter((process) => process.running && this.admissible(process, nowMs, false) > 0);
  }
}
