import type { OutboundMail } from '../core/outbound-mail.ts';
import type { Sender } from '../route/sender.ts';
import type { Log } from '../store/log/log.ts';
import type { ActionTurn } from './gas-report.ts';
import type { Ledger } from './ledger.ts';
import { entryMail, plainMail, stoppedMail, unsentMail } from './outbound.ts';
import { senderOf } from './placement.ts';
import type { History, LoggedTurn } from './record/history.ts';
import { readRecords } from './record/record.ts';
import type { Released } from './record/released.ts';

/** Looks through all that a log has. */
export class Review {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;

  constructor(log: Log, history: History, ledger: Ledger) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
  }

  /** The mail that went to nobody in the system, in order. */
  *outbound(): Generator<OutboundMail> {
    for (const [record] of readRecords(this.#log, 0, this.#history, this.#ledger)) {
      if (record.kind === 'turn') yield* this.#outboundOf(record);
      else if (record.kind === 'timer' && record.ruling.kind === 'out') {
        const message = this.#history.message(record.mail);
        yield unsentMail('message', record.ruling.reason, senderOf(message), message.target, message);
      } else if (record.kind === 'status') {
        for (const mail of record.unsent) {
          const message = this.#history.message(mail);
          yield stoppedMail(record.process.id, senderOf(message), message);
        }
      }
    }
  }

  /** All turns, with the actions of their messages. */
  *turns(): Generator<ActionTurn> {
    for (const [record] of readRecords(this.#log, 0, this.#history, this.#ledger)) {
      if (record.kind !== 'turn') continue;
      const { mailPosition, mailIndex } = record.header;
      const message = this.#history.message({ position: mailPosition, index: mailIndex });
      yield { action: message.tag('Action') ?? message.tag('Type') ?? '', outcome: record.outcome };
    }
  }

  *#outboundOf({ released, sender }: LoggedTurn): Generator<OutboundMail> {
    for (const one of released) {
      const mail = this.#unsent(one, sender);
      if (mail) yield mail;
    }
  }

  #unsent(one: Released, sender: Sender): OutboundMail | undefined {
    if (one.kind === 'spawn' && one.notice?.kind === 'out') {
      const notice = one.spawn.notice();
      return entryMail('spawn', one.notice.reason, sender, notice.target, notice, one.spawn.entry);
    }
    if (one.ruling.kind !== 'out') return undefined;
    const { reason } = one.ruling;
    // Of what was too large then no message was made.
    const isTooLarge = reason === 'tags-over-limit' || reason === 'data-over-limit';
    switch (one.kind) {
      case 'undeliverable':
        return plainMail(one.mail);
      case 'message':
        return entryMail(
          'message',
          reason,
          sender,
          one.message.target,
          isTooLarge ? undefined : one.message,
          one.entry,
        );
      case 'spawn':
        return entryMail(
          'spawn',
          reason,
          sender,
          one.spawn.item.id,
          isTooLarge ? undefined : one.spawn.item,
          one.spawn.entry,
        );
      case 'assignment': {
        const { process, entry } = one.assigning;
        const message = one.original && this.#history.message(one.original);
        return entryMail('assignment', reason, sender, process, message, entry);
      }
    }
  }
}
