import type { Commit } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Process } from '../process/process.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Ledger } from './ledger.ts';

/** The turns that are owed for slots not evaluated yet, in the order in which the scheduler gives them. */
export class Turns {
  readonly #scheduler: Scheduler;
  readonly #ledger: Ledger;
  readonly #owed = new Map<Id, number>();

  constructor(scheduler: Scheduler, ledger: Ledger) {
    this.#scheduler = scheduler;
    this.#ledger = ledger;
  }

  /** Whether no turn is owed to a running process. */
  get empty(): boolean {
    for (const id of this.#owed.keys()) if (this.#ledger.process(id).running) return false;
    return true;
  }

  /** Tells the scheduler of the slots that a commit gave. */
  announce(commit: Commit): void {
    for (const { assignment } of commit.assigned) this.owe(assignment.process);
  }

  /** Tells the scheduler of one more slot of a process. */
  owe(process: Id): void {
    this.#owed.set(process, (this.#owed.get(process) ?? 0) + 1);
    this.#scheduler.arrived(process);
  }

  /** Tells the scheduler again of mail whose turns were skipped while the process took none. */
  oweMail(process: Process): void {
    const owed = this.#owed.get(process.id) ?? 0;
    for (let turn = owed; turn < process.mailbox.assigned.length; turn++) this.owe(process.id);
  }

  /** The process that has the next turn; undefined if none is owed to a running process. */
  next(): Process | undefined {
    for (let id = this.#scheduler.next(); id !== undefined; id = this.#scheduler.next()) {
      this.#pay(id);
      const process = this.#ledger.process(id);
      // The mail of a failed or stopped process stays; its turns are owed again when it is restarted.
      if (process.running) return process;
    }
    this.#checkWithheld();
    return undefined;
  }

  #pay(id: Id): void {
    const owed = (this.#owed.get(id) ?? 0) - 1;
    if (owed < 0) throw invalid(`the scheduler gave a turn to ${id}, which is owed none`);
    if (owed === 0) this.#owed.delete(id);
    else this.#owed.set(id, owed);
  }

  #checkWithheld(): void {
    for (const id of this.#owed.keys()) {
      if (this.#ledger.process(id).running) throw invalid(`the scheduler gives no turn to ${id}, which is owed one`);
    }
  }
}

const invalid = (what: string): HeddleError => new HeddleError('scheduler-invalid', what);
