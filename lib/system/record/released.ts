import type { OutboundMail } from '../../core/outbound-mail.ts';
import type { OutboxMessage, Outcome } from '../../core/outcome.ts';
import { type Assigning, type OutboxTaker, release, type Spawn } from '../../route/outbox.ts';
import { PushedMessage } from '../../route/pushed-message.ts';
import type { Sender } from '../../route/sender.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import { type Ruling, readRuling } from './ruling.ts';

/** Where a log has a message: the position of the record that delivers it, and which of its deliveries it is. */
export interface Address {
  readonly position: number;
  readonly index: number;
}

/** One thing that a turn's outbox asked for, and what became of it. `index` is the number of the message it delivers. */
export type Released = { readonly index: number; readonly ruling: Ruling } & (
  | {
      readonly kind: 'message';
      readonly message: PushedMessage;
      readonly delayMs: number;
      readonly entry: OutboxMessage;
    }
  | {
      readonly kind: 'spawn';
      readonly spawn: Spawn;
      /** What became of the notice, if the spawn was not refused. */
      readonly notice: Ruling | undefined;
    }
  | {
      readonly kind: 'assignment';
      readonly assigning: Assigning;
      /** Where the message is that was named. */
      readonly original: Address | undefined;
    }
  | { readonly kind: 'undeliverable'; readonly mail: OutboundMail }
);

/** What became of the outbox of a turn, as its record at `position` goes on. */
export function readReleased(outcome: Outcome, sender: Sender, reader: ByteReader, position: number): Released[] {
  const taker = new RecordedTaker(reader, position);
  release(outcome, sender, taker);
  return taker.released;
}

class RecordedTaker implements OutboxTaker {
  readonly released: Released[] = [];
  readonly #reader: ByteReader;
  readonly #position: number;

  constructor(reader: ByteReader, position: number) {
    this.#reader = reader;
    this.#position = position;
  }

  message(message: PushedMessage, delayMs: number, entry: OutboxMessage): void {
    const index = PushedMessage.indexOf(message);
    this.released.push({ kind: 'message', index, ruling: readRuling(this.#reader), message, delayMs, entry });
  }

  spawn(spawn: Spawn, index: number): void {
    const ruling = readRuling(this.#reader);
    const notice = ruling.kind === 'out' ? undefined : readRuling(this.#reader);
    this.released.push({ kind: 'spawn', index, ruling, spawn, notice });
  }

  assign(assigning: Assigning, index: number): void {
    const ruling = readRuling(this.#reader);
    const original = this.#reader.byte() === 0 ? undefined : readAddress(this.#reader, this.#position);
    this.released.push({ kind: 'assignment', index, ruling, assigning, original });
  }

  undeliverable(mail: OutboundMail, index: number): void {
    this.released.push({ kind: 'undeliverable', index, ruling: readRuling(this.#reader), mail });
  }
}

export const readAddress = (reader: ByteReader, at: number): Address => ({
  position: at - reader.number(),
  index: reader.number(),
});
