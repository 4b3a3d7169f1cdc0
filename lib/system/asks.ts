import type { Address } from '../core/id.ts';
import type { LazyMessage, Message } from '../core/message.ts';

/** When an ask gives up. */
export interface AskOptions {
  /** Virtual time to wait for the reply. */
  readonly timeoutMs?: number;
}

/** A question whose reply has not come yet, or has. */
export class Ask {
  readonly from: Address;
  readonly reference: string;
  reply: Message | undefined;
  /** Another one with the same reference, asked before it. */
  before: Ask | undefined;

  constructor(from: Address, reference: string, before: Ask | undefined) {
    this.from = from;
    this.reference = reference;
    this.reply = undefined;
    this.before = before;
  }
}

/** The questions that wait for a reply among the mail that leaves the system. */
export class Asks {
  /** The only open one: most callers ask one after the other. */
  #only: Ask | undefined;
  /** The newest by the references that their replies carry, when there are more. */
  readonly #open = new Map<string, Ask>();
  #count = 0;

  /** Whether none is open. */
  get empty(): boolean {
    return this.#only === undefined && this.#open.size === 0;
  }

  /** A reference that no other question of the run has, earlier lives of the system included. */
  nextReference(sequence: number): string {
    return `ask-${sequence}.${++this.#count}`;
  }

  open(from: Address, reference: string): Ask {
    if (this.empty) {
      this.#only = new Ask(from, reference, undefined);
      return this.#only;
    }
    if (this.#only) this.#open.set(this.#only.reference, this.#only);
    this.#only = undefined;
    const ask = new Ask(from, reference, this.#open.get(reference));
    this.#open.set(reference, ask);
    return ask;
  }

  close(ask: Ask): void {
    if (ask === this.#only) this.#only = undefined;
    else this.#closeOneOf(ask);
  }

  #closeOneOf(ask: Ask): void {
    const newest = this.#open.get(ask.reference);
    if (newest !== ask) {
      for (let after = newest; after; after = after.before) if (after.before === ask) after.before = ask.before;
    } else if (ask.before) {
      this.#open.set(ask.reference, ask.before);
    } else {
      this.#open.delete(ask.reference);
    }
  }

  /** Looks whether a message that leaves the system is a reply. */
  outbound(message: LazyMessage): void {
    const reference = message.tag('X-Reference');
    if (reference === undefined) return;
    const newest = this.#only?.reference === reference ? this.#only : this.#open.get(reference);
    for (let ask = newest; ask; ask = ask.before) if (message.target === ask.from) ask.reply ??= message;
  }
}
