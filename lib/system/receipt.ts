import type { Id } from '../core/id.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Mail } from '../process/mail.ts';

/** Says that a message has its slot. */
export interface Receipt {
  /** The message's id. */
  readonly id: Id;
  readonly slot: number;
  /** Runs the system until the slot is evaluated. Rejects if the process fails or is stopped before. */
  outcome(): Promise<Outcome>;
}

/** The receipt for mail that has its slot. */
export class MailReceipt implements Receipt {
  readonly #mail: Mail;
  readonly slot: number;
  readonly outcome: () => Promise<Outcome>;

  constructor(mail: Mail, outcome: () => Promise<Outcome>) {
    this.#mail = mail;
    this.slot = mail.slot;
    this.outcome = outcome;
  }

  get id(): Id {
    return this.#mail.message.id;
  }
}
