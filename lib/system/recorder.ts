import { quietOutcome, TurnOutcome } from '../compute/turn-outcome.ts';
import type { Assignment } from '../core/assignment.ts';
import type { Clock, Moment } from '../core/clock.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Outcome } from '../core/outcome.ts';
import type { StatusChange } from '../core/status-change.ts';
import type { Down } from '../process/consequences.ts';
import { type Naming, nameChange } from '../process/directory.ts';
import { FollowedMail, Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { release } from '../route/outbox.ts';
import { PushedMessage } from '../route/pushed-message.ts';
import { Sender } from '../route/sender.ts';
import { type Adopted, AdoptedItem } from './adopted-item.ts';
import { InboundItem, InboundMessage } from './inbound-message.ts';
import type { TimedMail } from './ledger.ts';
import { Notice } from './notice.ts';
import { stoppedMail, unsentMail } from './outbound.ts';
import { Outgoing } from './outgoing.ts';
import { causeOf, Placement, type PlacementParts, rootOf, senderOf } from './placement.ts';
import { writeAdopted, writeFollowed } from './record/adoption.ts';
import type { History } from './record/history.ts';
import { writeItem, writeMessage } from './record/inbound.ts';
import { kinds, logVersions, statuses } from './record/kinds.ts';
import { MessageIndex } from './record/message-index.ts';
import { writeNaming } from './record/naming.ts';
import { writeNotice } from './record/notice.ts';
import { writeOutcome } from './record/outcome.ts';
import { writeAddress } from './record/record.ts';
import { writeOut } from './record/ruling.ts';
import { writeMoment, writePlainTurn, writeTurn } from './record/turn.ts';
import { SignedMessage } from './signed-message.ts';
import { Withheld } from './withheld.ts';

/** What a recorder works on. */
export interface RecorderParts extends PlacementParts {
  readonly history: History;
  readonly clock: Clock;
}

/**
 * Writes down what happens, one record for each step, and takes it into the ledger. What is refused leaves no record. A
 * record holds what was decided, so that whoever reads it has nothing to decide.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #placement: Placement;
  readonly #outgoing: Outgoing;
  readonly #withheld: Withheld;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#placement = new Placement(parts);
    const { log, ledger, history } = parts;
    this.#withheld = new Withheld(log);
    this.#outgoing = new Outgoing(parts, this.#placement, new MessageIndex(log, history, ledger));
  }

  /** Spawns a process from outside. Says why not, if not. */
  spawn(item: InboundItem): Process | ErrorCode {
    const { log, ledger } = this.#parts;
    if (ledger.processes.length >= ledger.limits.processes) return 'processes-over-limit';
    const moment = this.#begin();
    const position = log.end;
    InboundItem.recordedAt(item, position);
    log.writer.byte(kinds.spawn);
    writeItem(log.writer, item, ledger);
    const process = this.#placement.born(item, InboundItem.moduleOf(item), moment, position, 0);
    this.#end();
    return process;
  }

  /** Lets in a message from outside, to that process. Says why not, if not. */
  message(to: Process, message: InboundMessage): Mail | ErrorCode {
    const { bytes } = message;
    const ruling = this.#placement.judge(to, bytes, this.#parts.clock.now().timestampMs);
    if (ruling !== 'assigned' && ruling !== 'waiting') return ruling;
    const moment = this.#begin();
    const { log } = this.#parts;
    const position = log.end;
    InboundMessage.recordedAt(message, position);
    log.writer.byte(kinds.message);
    writeMessage(log.writer, message);
    const mail = new Mail(to, message, position, 0, bytes);
    this.#placement.place(to, mail, ruling, moment);
    this.#end();
    return mail;
  }

  /** Takes in a process that began elsewhere. Says why not, if not. */
  adopt(adopted: Adopted): Process | ErrorCode {
    const { log, ledger } = this.#parts;
    if (ledger.processes.length >= ledger.limits.processes) return 'processes-over-limit';
    this.#begin();
    const item = new AdoptedItem(adopted, log.end);
    log.writer.byte(kinds.adopted);
    writeAdopted(log.writer, adopted, ledger);
    const process = this.#placement.adopt(item);
    this.#end();
    return process;
  }

  /** Takes in a slot that was given elsewhere. */
  follow(process: Process, assignment: Assignment): void {
    const { log } = this.#parts;
    this.#begin();
    const position = log.end;
    const { id, epoch, exclude, message, timestampMs, blockHeight } = assignment;
    const moment = { timestampMs, blockHeight };
    const given = { id, epoch, exclude: exclude.map((field) => field.toWellFormed()), moment };
    log.writer.byte(kinds.followed);
    writeFollowed(log.writer, process, assignment);
    const lazy = message.id === process.id ? process.item : new SignedMessage(message, position);
    this.#placement.follow(process, new FollowedMail(process, lazy, position, given));
    this.#end();
  }

  /** Has a process get its slots here from now on. */
  takeOver(process: Process): void {
    const { log } = this.#parts;
    this.#begin();
    log.writer.byte(kinds.takenOver);
    log.writer.number(process.index);
    process.takeOver();
    this.#end();
  }

  /** Commits the outcome of a process's next message, and lets out what it sends. */
  turn(process: Process, mail: Mail, outcome: Outcome): void {
    const moment = this.#begin();
    if (outcome instanceof TurnOutcome && this.#plainTurn(process, mail, outcome, moment)) return;
    this.#anyTurn(process, mail, outcome, moment);
  }

  /** Sends the message of the timer that is due next. */
  timer({ by, message, position, index }: TimedMail): void {
    const moment = this.#begin();
    const { log, ledger, trace } = this.#parts;
    ledger.takeTimer();
    log.writer.byte(kinds.timer);
    writeAddress(log, log.end, { position, index });
    // What a process set for itself is part of its mail, which stays when it fails.
    if (ledger.find(message.target) === by && by.state === 'failed') {
      this.#placement.assign(by, new Mail(by, message, position, index), moment);
    } else {
      const reason = this.#placement.deliver(message, position, index, moment);
      if (reason) {
        writeOut(log.writer, reason);
        trace.noteMail(message, () => unsentMail('message', reason, senderOf(message), message.target, message));
      }
    }
    this.#end();
  }

  /** Gives mail that came too soon the slots for which it is time. */
  admission(process: Process): void {
    const { log, ledger } = this.#parts;
    const moment = this.#begin();
    const count = ledger.admissions.admissible(process, moment.timestampMs, false);
    log.writer.byte(kinds.admission);
    log.writer.number(process.index);
    log.writer.number(count);
    this.#placement.admit(process, count, moment);
    this.#end();
  }

  /** Tells a watcher that a process has ended. */
  notice(down: Down): void {
    const moment = this.#begin();
    const { log, ledger } = this.#parts;
    const { to } = down;
    const position = log.end;
    const notice = new Notice(down, ledger.records, position, ledger.carrier);
    log.writer.byte(kinds.notice);
    writeNotice(log.writer, down, ledger.records, ledger);
    ledger.consequences.told();
    this.#placement.assign(to, new Mail(to, notice, position, 0), moment);
    this.#end();
  }

  /** Changes a name. Says why not, if not. */
  naming(naming: Naming): ErrorCode | undefined {
    const { log, ledger, trace } = this.#parts;
    const refusal = ledger.directory.refusal(naming);
    if (refusal) return refusal;
    this.#begin();
    log.writer.byte(kinds.naming);
    writeNaming(log.writer, naming);
    ledger.directory.apply(naming);
    if (trace.observed) trace.note({ type: 'name', ...nameChange(naming) });
    this.#end();
    return undefined;
  }

  /** Commits a decision about a process. What waits for a process that stops has nowhere else to go. */
  status(process: Process, status: StatusChange['status'], reason: string): void {
    this.#begin();
    const { log, ledger, trace } = this.#parts;
    const unsent = status === 'stopped' ? [...process.mailbox.waiting] : [];
    log.writer.byte(kinds.status);
    log.writer.number(process.index);
    log.writer.byte(statuses.indexOf(status));
    log.writer.text(reason.toWellFormed());
    log.writer.number(unsent.length);
    for (const mail of unsent) {
      writeAddress(log, log.end, mail);
      trace.noteMail(mail.message, () => stoppedMail(process.id, causeOf(mail), mail.message));
    }
    ledger.changeStatus(process, status, reason);
    if (trace.observed) trace.note({ type: 'status', process: process.id, status, reason });
    this.#end();
  }

  #anyTurn(process: Process, mail: Mail, outcome: Outcome, moment: Moment): void {
    const { log, ledger, trace } = this.#parts;
    const position = log.end;
    const root = rootOf(mail.message);
    const admitted = process.mailbox.waits ? ledger.admissions.admissible(process, moment.timestampMs, true) : 0;
    const kind = outcome.error ? kinds.failedTurn : kinds.turn;
    writeTurn(log.writer, kind, position, process, mail, root.position, admitted);
    writeOutcome(log, outcome, ledger);
    ledger.evaluated(process, position);
    if (trace.observed) this.#noteEvaluated(process, mail, outcome);
    if (admitted > 0) this.#placement.admit(process, admitted, moment);
    if (outcome !== quietOutcome) {
      const sender = new Sender(process, mail.slot, root, ledger.carrier, position);
      release(outcome, sender, mail.givenId === undefined ? this.#outgoing : this.#withheld);
    }
    this.#end();
  }

  /**
   * Commits a turn as most of behaviors are, if it is one: while nobody listens, it sends one message, to a process that
   * takes it or out of the system, or nothing. It does what is done with any turn and makes the same record. An engine
   * makes one piece of code of a few short functions only, and this has none of what others need, so that it takes less
   * time.
   */
  #plainTurn(process: Process, mail: Mail, outcome: TurnOutcome, moment: Moment): boolean {
    const { log, ledger, trace } = this.#parts;
    const { messages } = outcome;
    if (trace.observed || messages.length > 1 || outcome.hasMore || process.mailbox.waits) return false;
    const root = rootOf(mail.message);
    const sent = messages[0];
    const to = sent && this.#placement.plainRecipient(process, mail, sent, root);
    if (sent && !to) return false;
    const position = log.end;
    writePlainTurn(log.writer, position, process, mail, root.position, sent, to);
    ledger.evaluated(process, position);
    if (sent && to) {
      const sender = new Sender(process, mail.slot, root, ledger.carrier, position);
      const message = new PushedMessage('message', sent, 0, sender);
      if (to === 'leaves') trace.onOutbound?.(message);
      else this.#placement.give(to, new Mail(to, message, position, 0, sent.bytes), moment);
    }
    this.#end();
    return true;
  }

  #noteEvaluated({ id }: Process, { slot }: Mail, outcome: Outcome): void {
    this.#parts.trace.note({ type: 'evaluated', process: id, slot, outcome });
  }

  /** Begins a record; the moment is written when it is another than that of the last one. */
  #begin(): Moment {
    const { ledger, clock } = this.#parts;
    const now = clock.now();
    return ledger.moment === now ? now : this.#beginAt(now);
  }

  #beginAt(now: Moment): Moment {
    const { log, ledger } = this.#parts;
    const { moment } = ledger;
    if (moment && moment.timestampMs === now.timestampMs && moment.blockHeight === now.blockHeight) return moment;
    if (!moment) {
      log.writer.byte(kinds.begin);
      const { seed, signer } = ledger.carrier;
      log.writer.byte(signer ? logVersions.signed : logVersions.unsigned);
      log.writer.text(seed);
      if (signer) log.writer.text(signer.address);
      log.endRecord();
    }
    log.writer.byte(kinds.moment);
    writeMoment(log.writer, now);
    log.endRecord();
    ledger.moment = now;
    return now;
  }

  #end(): void {
    this.#parts.ledger.records++;
    this.#parts.log.endRecord();
  }
}
