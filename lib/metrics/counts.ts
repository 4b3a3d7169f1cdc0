import type { ErrorCode } from '../core/error-codes.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';

/** How often each of a few words was counted. */
export class Tally<Word extends string> {
  readonly #counts = new Map<Word, number>();

  add(word: Word): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  /** As data, in the order of words. */
  toJSON(): Readonly<Partial<Record<Word, number>>> {
    const entries = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    // Object.fromEntries() forgets which words they are.
    return Object.fromEntries(entries) as Partial<Record<Word, number>>;
  }
}

/** What happened since counting began, in all. */
export class Counts {
  assigned = 0;
  evaluated = 0;
  waited = 0;
  readonly outbound = new Tally<OutboundMail['reason']>();
  readonly refused = new Tally<ErrorCode>();
  errors = 0;
  readonly faults = new Tally<ErrorCode>();
  gasUsed = 0n;
  spawned = 0;
  timersSet = 0;
  timersFired = 0;
  crashes = 0;
  restarts = 0;
  giveUps = 0;
  hibernations = 0;
  wakes = 0;
}
