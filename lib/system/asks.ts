import type { OutboundMail } from '../core/commit.ts';
import type { Address } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { tagValue } from '../core/tags.ts';

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
  readonly #open = new Set<Ask>();
  #count = 0;

  /** A reference that no other question of the run has, earlier lives of the system included. */
  nextReference(sequence: number): string {
    return `ask-${sequence}.${++this.#count}`;
  }

  open(from: Address, reference: string): Ask {
    const ask = { from, reference, expired: false };
    this.#open.add(ask);
    return ask;
  }

  close(ask: Ask): void {
    this.#open.delete(ask);
  }

  /** Looks whether a message that leaves the system is a reply. */
  outbound({ message }: OutboundMail): void {
    const reference = message && tagValue(message.tags, 'X-Reference');
    for (const ask of this.#open) {
      if (reference === ask.reference && message?.target === ask.from) ask.reply ??= message;
    }
  }
}
