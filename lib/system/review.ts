import type { DeadLetter } from '../core/dead-letter.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { LazyMessage } from '../core/message.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { Process } from '../process/process.ts';
import type { Sender } from '../route/sender.ts';
import type { Log } from '../store/log/log.ts';
import { Causes } from './causes.ts';
import type { ActionTurn } from './gas-report.ts';
import type { Ledger } from './ledger.ts';
import { checkWhole } from './options.ts';
import { entryMail, leftMail, plainMail, stoppedMail, unsentMail } from './outbound.ts';
import { causeOf, senderOf } from './placement.ts';
import type { History } from './record/history.ts';
import { type LogRecord, readRecords } from './record/record.ts';
import type { Released } from './record/released.ts';
import { type Ruling, refusals } from './record/ruling.ts';
import { type Step, stepsOf } from './steps.ts';

/** Looks through all that a log has. */
export class Review {
  readonly #log: Log;
  readonly #history: History;
  readonly #ledger: Ledger;
  readonly #causes: Causes;

  constructor(log: Log, history: History, ledger: Ledger) {
    this.#log = log;
    this.#history = history;
    this.#ledger = ledger;
    this.#causes = new Causes(log, history, ledger);
  }

  /** The mail that went to nobody in the system, in order. */
  *outbound(): Generator<OutboundMail> {
    for (const record of this.#records())
      for (const { mail } of this.#unsentOf(record, (reason) => reason !== 'sent-elsewhere')) yield mail;
  }

  /** The mail that was meant for somebody and reached nobody, in order. What a process had when it was stopped comes then. */
  *deadLetters(): Generator<DeadLetter> {
    for (const record of this.#records()) {
      // What has slots came before what waited for them.
      if (record.kind === 'status' && record.status === 'stopped') yield* this.#leftWith(record.process);
      for (const unsent of this.#unsentOf(record, (reason) => reason !== 'leaves' && reason !== 'sent-elsewhere'))
        yield this.#letter(unsent);
    }
  }

  /** All turns, with the actions of their messages. */
  *turns(): Generator<ActionTurn> {
    for (const record of this.#records()) {
      if (record.kind !== 'turn') continue;
      const { mailPosition, mailIndex } = record.header;
      const message = this.#history.message({ position: mailPosition, index: mailIndex });
      yield { action: message.tag('Action') ?? message.tag('Type') ?? '', outcome: record.outcome };
    }
  }

  /** The steps from one position up to another. */
  steps(from: number, to: number): Generator<Step> {
    checkWhole('from', from);
    if (from > to) throw new HeddleError('option-invalid', `the log has ${to} bytes, not ${from}`, { option: 'from' });
    return stepsOf(this.#log, this.#history, this.#ledger, from, to);
  }

  *#records(): Generator<LogRecord> {
    for (const [record] of readRecords(this.#log, this.#log.trimmed, this.#history, this.#ledger)) yield record;
  }

  /** The mail of a record that went to nobody for such a reason. */
  *#unsentOf(record: LogRecord, wanted: (reason: Reason) => boolean): Generator<Unsent> {
    if (record.kind === 'turn') {
      const { released, sender } = record;
      for (const one of released) {
        const reason = reasonOf(one);
        const mail = reason && wanted(reason) && this.#unsent(one, reason, sender);
        if (mail) yield { mail, position: sender.position };
        if (one.kind === 'message') yield* this.#refusedBy(one.message, one.ruling, sender.position, wanted);
      }
    } else if (record.kind === 'timer' && record.ruling.kind === 'several') {
      yield* this.#refusedBy(this.#history.message(record.mail), record.ruling, record.mail.position, wanted);
    } else if (record.kind === 'timer' && record.ruling.kind === 'out' && wanted(record.ruling.reason)) {
      const { mail, ruling } = record;
      const message = this.#history.message(mail);
      const unsent = unsentMail('message', ruling.reason, senderOf(message), message.target, message);
      yield { mail: unsent, position: mail.position };
    } else if (record.kind === 'status' && wanted('process-stopped')) {
      for (const { position, index } of record.unsent) {
        const message = this.#history.message({ position, index });
        yield { mail: stoppedMail(record.process.id, this.#causes.turnAt(position), message), position };
      }
    }
  }

  /** What went to the name of a group and was not taken by all of its members. */
  *#refusedBy(message: LazyMessage, ruling: Ruling, position: number, wanted: (reason: Reason) => boolean) {
    for (const { process, reason } of refusals(ruling)) {
      const { id } = this.#ledger.at(process);
      if (wanted(reason)) yield { mail: unsentMail('message', reason, senderOf(message), id, message), position };
    }
  }

  /** What has a slot of a stopped process and no turn. Nothing was added since it was stopped. */
  *#leftWith(process: Process): Generator<DeadLetter> {
    for (const mail of process.mailbox) {
      yield this.#letter({ mail: leftMail(mail, causeOf(mail)), position: mail.position });
    }
  }

  #letter({ mail, position }: Unsent): DeadLetter {
    const causes = this.#causes;
    let chain: DeadLetter['chain'] | undefined;
    return {
      ...mail,
      get chain() {
        chain ??= causes.chain(position);
        return chain;
      },
    };
  }

  #unsent(one: Released, reason: Reason, sender: Sender): OutboundMail {
    // Of what was too large then no message was made.
    const isTooLarge = reason === 'tags-over-limit' || reason === 'data-over-limit';
    switch (one.kind) {
      case 'undeliverable':
        return plainMail(one.mail);
      case 'message': {
        const { message, entry } = one;
        return entryMail('message', reason, sender, message.target, isTooLarge ? undefined : message, entry);
      }
      case 'spawn': {
        const { item, entry } = one.spawn;
        if (one.ruling.kind === 'out') {
          return entryMail('spawn', reason, sender, item.id, isTooLarge ? undefined : item, entry);
        }
        const notice = one.spawn.notice();
        return entryMail('spawn', reason, sender, notice.target, notice, entry);
      }
      case 'assignment': {
        const { process, entry } = one.assigning;
        const message = one.original && this.#history.message(one.original);
        return entryMail('assignment', reason, sender, process, message, entry);
      }
    }
  }
}

type Reason = 'leaves' | ErrorCode;

/** Mail that went to nobody, and where the record is that has it. */
interface Unsent {
  readonly mail: OutboundMail;
  readonly position: number;
}

/** Why what a turn asked for went to nobody, if it did. */
function reasonOf(one: Released): Reason | undefined {
  const ruling = one.kind === 'spawn' && one.notice ? one.notice : one.ruling;
  return ruling.kind === 'out' ? ruling.reason : undefined;
}
