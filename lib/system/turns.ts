import { HeddleError } from '../core/error.ts';
import type { Process } from '../process/process.ts';
import type { Runnable, Scheduler } from '../schedule/scheduler.ts';
import type { Ledger } from './ledger.ts';

/** The turns that are owed for slots not evaluated yet, in the order in which the scheduler gives them. */
export class Turns {
  readonly #scheduler: Scheduler;
  readonly #ledger: Ledger;
  #owed = 0;
  /** How many turns the scheduler will still give that count no more. */
  readonly #void = new Map<Process, number>();

  constructor(scheduler: Scheduler, ledger: Ledger) {
    this.#scheduler = scheduler;
    this.#ledger = ledger;
  }

  /** Whether no turn is owed to a process that may take it. */
  get empty(): boolean {
    if (this.#owed === 0) return true;
    return !this.#ledger.processes.some((process) => process.takesTurns && process.owed > this.#voidOf(process));
  }

  /** Tells the scheduler of one more slot of a process. */
  owe(process: Process): void {
    process.owed++;
    this.#owed++;
    this.#scheduler.arrived(process);
  }

  /**
   * Tells the scheduler again of the mail of a process that took no turns for a while, as if it had come just now: how many
   * turns were skipped meanwhile is nothing that a log could tell.
   */
  oweMail(process: Process): void {
    // The scheduler goes on counting them: it gives each that it was told of.
    if (process.owed > 0) this.#void.set(process, process.owed);
    for (let mail = process.mailbox.length; mail > 0; mail--) this.owe(process);
  }

  /** The process that has the next turn; undefined if none is owed to one that may take it. */
  next(): Process | undefined {
    for (let given = this.#scheduler.next(); given; given = this.#scheduler.next()) {
      const process = this.#ledger.processes[given.index];
      if (process !== given || process.owed <= 0) throw unowed(given, process);
      process.owed--;
      this.#owed--;
      if (this.#void.size > 0 && this.#isVoid(process)) continue;
      // The mail of a process that takes none stays; its turns are owed again when it does.
      if (process.takesTurns) return process;
    }
    if (this.#owed > 0) this.#checkWithheld();
    return undefined;
  }

  #voidOf(process: Process): number {
    return this.#void.get(process) ?? 0;
  }

  /** Whether a turn that is given counts no more. */
  #isVoid(process: Process): boolean {
    const left = this.#voidOf(process);
    if (left > 1) this.#void.set(process, left - 1);
    else this.#void.delete(process);
    return left > 0;
  }

  #checkWithheld(): void {
    const process = this.#ledger.processes.find(({ owed, takesTurns }) => owed > 0 && takesTurns);
    if (process) throw invalid(`the scheduler gives no turn to ${process.id}, which is owed one`);
  }
}

/** The scheduler of a user gave a turn that nobody is owed. */
const unowed = (given: Runnable, process: Process | undefined): HeddleError =>
  invalid(
    process === given
      ? `the scheduler gave a turn to ${process.id}, which is owed none`
      : 'the scheduler gave a turn to what is no process',
  );

const invalid = (what: string): HeddleError => new HeddleError('scheduler-invalid', what);
