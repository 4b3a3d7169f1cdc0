import type { OutboxTaker } from '../route/outbox.ts';
import type { Log } from '../store/log/log.ts';
import { writeOut } from './record/ruling.ts';

/** Keeps back what the outbox of a turn asks for that was done elsewhere, where it was let out. */
export class Withheld implements OutboxTaker {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  message(): void {
    writeOut(this.#log.writer, 'sent-elsewhere');
  }

  spawn(): void {
    writeOut(this.#log.writer, 'sent-elsewhere');
  }

  assign(): void {
    writeOut(this.#log.writer, 'sent-elsewhere');
    // Which message it is nobody has looked for.
    this.#log.writer.byte(0);
  }

  undeliverable(): void {
    writeOut(this.#log.writer, 'sent-elsewhere');
  }
}
