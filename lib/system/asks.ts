import type { Address } from '../core/id.ts';
import type { LazyMessage, Message } from '../core/message.ts';

/** When an ask gives up. */
export interface AskOptions {
  /** Virtual time to wait for the reply. */
  readonly timeoutMs?: number;
}

/** A question whose reply has not come yet, or has. */
export interface Ask {
  readonly from: Address;
  readonly reference: string;
  reply?: Message;
  expired: boolean;
}

/** The questions that wait for a reply among the mail that leaves the system. */
export class Asks {
  /** By the references that their replies carry. */
  readonly #open = new Map<string, Ask[]>();
  #count = 0;

  /** Whether none is open. */
  get empty(): boolean {
    return this.#open.size === 0;
  }

  /** A reference that no other question of the run has, earlier lives of the system included. */
  nextReference(sequence: number): string {
    return `ask-${sequence}.${++this.#count}`;
  }

  open(from: Address, reference: string): Ask {
    const ask = { from, reference, expired: false };
    this.#open.set(reference, [...(this.#open.get(reference) ?? []), ask]);
    return ask;
  }

  close(ask: Ask): void {
    const others = this.#open.get(ask.reference)?.filter((other) => other !== ask) ?? [];
    if (others.length > 0) this.#open.set(ask.reference, others);
    else this.#open.delete(ask.reference);
  }

  /** Looks whether a message that leaves the system is a reply. */
  outbound(message: LazyMessage): void {
    const reference = message.tag('X-Reference');
    if (reference === undefined) return;
    for (const ask of this.#open.get(reference) ?? []) if (message.target === ask.from) ask.reply ??= message;
  }
}
