import { HeddleError } from '../core/error.ts';
import type { Process } from '../process/process.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Ledger } from './ledger.ts';

/** The turns that are owed for slots not evaluated yet, in the order in which the scheduler gives them. */
export class Turns {
  readonly #scheduler: Scheduler;
  readonly #ledger: Ledger;
  #owed = 0;

  constructor(scheduler: Scheduler, ledger: Ledger) {
    this.#scheduler = scheduler;
    this.#ledger = ledger;
  }

  /** Whether no turn is owed to a process that may take it. */
  get empty(): boolean {
    return this.#owed === 0 || !this.#ledger.processes.some(({ owed, takesTurns }) => owed > 0 && takesTurns);
  }

  /** Tells the scheduler of one more slot of a process. */
  owe(process: Process): void {
    process.owed++;
    this.#owed++;
    this.#scheduler.arrived(process);
  }

  /** Tells the scheduler again of mail whose turns were skipped while the process took none. */
  oweMail(process: Process): void {
    for (let owed = process.owed; owed < process.mailbox.length; owed++) this.owe(process);
  }

  /** The process that has the next turn; undefined if none is owed to one that may take it. */
  next(): Process | undefined {
    for (let given = this.#scheduler.next(); given; given = this.#scheduler.next()) {
      const process = this.#ledger.processes[given.index];
      if (process !== given) throw invalid('the scheduler gave a turn to what is no process');
      if (process.owed <= 0) throw invalid(`the scheduler gave a turn to ${process.id}, which is owed none`);
      process.owed--;
      this.#owed--;
      // The mail of a process that takes none stays; its turns are owed again when it does.
      if (process.takesTurns) return process;
    }
    if (this.#owed > 0) this.#checkWithheld();
    return undefined;
  }

  #checkWithheld(): void {
    const process = this.#ledger.processes.find(({ owed, takesTurns }) => owed > 0 && takesTurns);
    if (process) throw invalid(`the scheduler gives no turn to ${process.id}, which is owed one`);
  }
}

const invalid = (what: string): HeddleError => new HeddleError('scheduler-invalid', what);
