import type { Moment } from '../core/clock.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { LazyMessage } from '../core/message.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { OutboxMessage } from '../core/outcome.ts';
import { CopiedMail, Mail } from '../process/mail.ts';
import type { Assigning, OutboxTaker, Spawn } from '../route/outbox.ts';
import { PushedMessage } from '../route/pushed-message.ts';
import type { Sender } from '../route/sender.ts';
import { entryMail, plainMail } from './outbound.ts';
import { outReason, type Placement, type PlacementParts } from './placement.ts';
import { epochMoment } from './record/kinds.ts';
import type { MessageIndex } from './record/message-index.ts';
import { writeAddress } from './record/record.ts';
import { writeOut, writeTimed } from './record/ruling.ts';

/** Lets out what the outbox of one turn after the other asks for. What cannot be done becomes mail that says why. */
export class Outgoing implements OutboxTaker {
  readonly #parts: PlacementParts;
  readonly #placement: Placement;
  readonly #messages: MessageIndex;
  constructor(parts: PlacementParts, placement: Placement, messages: MessageIndex) {
    this.#parts = parts;
    this.#placement = placement;
    this.#messages = messages;
  }

  message(message: PushedMessage, delayMs: number, entry: OutboxMessage): void {
    if (delayMs > 0) {
      this.#timed(message, delayMs, entry);
      return;
    }
    const { position } = PushedMessage.senderOf(message);
    const reason = this.#placement.deliver(message, position, PushedMessage.indexOf(message), this.#moment());
    if (reason) this.#refuse(message, 'message', reason, entry);
  }

  spawn({ item, notice, entry }: Spawn, index: number, { position }: Sender): void {
    const { ledger } = this.#parts;
    const refusal = this.#refusalOf(item);
    if (refusal) {
      this.#refuse(item, 'spawn', refusal, entry);
      return;
    }
    this.#placement.writeBorn(ledger.processes.length);
    this.#placement.born(item, ledger.moduleOf(item), this.#moment(), position, index);
    const told = notice();
    const reason = this.#placement.deliver(told, position, index + 1, this.#moment());
    if (reason) this.#refuse(told, 'spawn', reason, entry);
  }

  assign({ message: id, process: target, exclude, entry }: Assigning, index: number, sender: Sender): void {
    const { ledger, log, trace } = this.#parts;
    const known = this.#messages.find(id);
    const process = ledger.find(target);
    const message = known && this.#messages.read(known);
    const ruling = !known
      ? this.#messages.isPartial
        ? 'history-trimmed'
        : 'message-unknown'
      : process && known.holders.has(process)
        ? 'message-duplicate'
        : message
          ? this.#placement.judge(process, message.bytes, this.#moment().timestampMs)
          : 'message-unknown';
    if (known && message && process && (ruling === 'assigned' || ruling === 'waiting')) {
      const mail = new Mail(process, message, sender.position, index);
      this.#placement.place(process, new CopiedMail(mail, exclude, sender), ruling, this.#moment());
      known.holders.add(process);
    } else {
      const reason = outReason(ruling);
      writeOut(log.writer, reason);
      trace.noteMail(undefined, () => entryMail('assignment', reason, sender, target, message, entry));
    }
    log.writer.byte(known ? 1 : 0);
    if (known) writeAddress(log, sender.position, known.address);
  }

  undeliverable(mail: OutboundMail): void {
    const { log, trace } = this.#parts;
    writeOut(log.writer, mail.reason);
    trace.noteMail(undefined, () => plainMail(mail));
  }

  #timed(message: PushedMessage, delayMs: number, entry: OutboxMessage): void {
    const { log, ledger, trace } = this.#parts;
    const sender = PushedMessage.senderOf(message);
    const index = PushedMessage.indexOf(message);
    const process = ledger.process(sender.process);
    if (process.timers >= ledger.limits.timers) {
      this.#refuse(message, 'message', 'timers-over-limit', entry);
      return;
    }
    writeTimed(log.writer);
    const atMs = this.#moment().timestampMs + delayMs;
    ledger.setTimer({ atMs, by: process, message, position: sender.position, index });
    if (!trace.observed) return;
    trace.note({ type: 'timer', timer: { atMs, message, cause: { process: process.id, slot: sender.slot } } });
  }

  #refuse(
    message: PushedMessage,
    kind: OutboundMail['kind'],
    reason: 'leaves' | ErrorCode,
    entry: OutboxMessage,
  ): void {
    const { log, trace } = this.#parts;
    writeOut(log.writer, reason);
    trace.noteMail(message, () =>
      entryMail(kind, reason, PushedMessage.senderOf(message), message.target, message, entry),
    );
  }

  /** When the record under way is written. */
  #moment(): Moment {
    return this.#parts.ledger.moment ?? epochMoment;
  }

  #refusalOf(item: LazyMessage): ErrorCode | undefined {
    const { ledger } = this.#parts;
    if (ledger.processes.length >= ledger.limits.processes) return 'processes-over-limit';
    try {
      ledger.moduleOf(item);
      return undefined;
    } catch (error) {
      if (error instanceof HeddleError) return error.code;
      throw error;
    }
  }
}
