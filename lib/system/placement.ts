import type { Sent } from '../compute/sent.ts';
import type { SlotRef } from '../core/assignment.ts';
import type { Moment } from '../core/clock.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { LazyMessage } from '../core/message.ts';
import type { Admissions } from '../process/admissions.ts';
import { type FollowedMail, Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { PushedMessage } from '../route/pushed-message.ts';
import { addedTagBytes, type RootMessage } from '../route/sender.ts';
import type { Log } from '../store/log/log.ts';
import type { AdoptedItem } from './adopted-item.ts';
import type { Executors } from './executors.ts';
import type { InboundItem, InboundMessage } from './inbound-message.ts';
import type { Ledger } from './ledger.ts';
import { unsentMail } from './outbound.ts';
import { epochMoment } from './record/kinds.ts';
import { writeAssigned, writeRefused, writeSeveral, writeTaken, writeWaiting } from './record/ruling.ts';
import { request } from './requests.ts';
import type { SignedMessage } from './signed-message.ts';
import type { TraceLog } from './trace.ts';
import type { Turns } from './turns.ts';

/** What mail is placed in. */
export interface PlacementParts {
  readonly log: Log;
  readonly ledger: Ledger;
  readonly trace: TraceLog;
  readonly turns: Turns;
  readonly executors: Executors;
}

/** Decides what becomes of mail, and puts it there: into a slot, or among what waits for one. */
export class Placement {
  readonly #parts: PlacementParts;
  readonly #admissions: Admissions;
  /** The newest root that {@link #isRoomy}: turns that follow on each other often go back to one. */
  #roomyRoot: RootMessage | undefined;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
    this.#admissions = parts.ledger.admissions;
  }

  /** What becomes of mail for a process. */
  judge(process: Process | undefined, bytes: number, nowMs: number): 'assigned' | 'waiting' | ErrorCode {
    if (!process) return 'process-unknown';
    return this.#admissions.takes(process, bytes) ? 'assigned' : this.#judge(process, bytes, nowMs);
  }

  #judge(process: Process, bytes: number, nowMs: number): 'assigned' | 'waiting' | ErrorCode {
    if (process.followed) return 'process-elsewhere';
    if (!process.running) return process.state === 'failed' ? 'process-failed' : 'process-stopped';
    const { limits, mailbox } = this.#parts.ledger;
    const refusal = this.#admissions.refusal(process, bytes, nowMs);
    if (!refusal) return 'assigned';
    const waits = mailbox.overflow === 'wait' && process.mailbox.waitingLength < limits.waitingMessages;
    return waits ? 'waiting' : refusal;
  }

  /**
   * Whom a message goes to that a turn has sent, if it goes at once, is far from all limits and is taken, or that it leaves the
   * system.
   */
  plainRecipient(process: Process, { givenId }: Mail, sent: Sent, root: RootMessage): Process | 'leaves' | undefined {
    const { ledger } = this.#parts;
    const { target, delayMs, dataBytes } = sent;
    if (
      target === undefined ||
      sent.bytes - dataBytes > mostPlainTagBytes ||
      delayMs !== undefined ||
      givenId !== undefined
    )
      return undefined;
    if (dataBytes > ledger.limits.dataBytes || (root !== this.#roomyRoot && !this.#isRoomy(root))) return undefined;
    if (process.module.id.length > mostModuleId) return undefined;
    const to = ledger.find(target);
    if (!to) return this.#leaves(target) ? 'leaves' : undefined;
    return this.#admissions.takes(to, sent.bytes) ? to : undefined;
  }

  /** Whether what goes to none of the processes goes to nobody here. */
  #leaves(target: string): boolean {
    const { directory, carrier } = this.#parts.ledger;
    return target !== '' && target !== carrier.supervisor && !directory.has(target);
  }

  /** Whether the tags that are added to what is sent because of `root` are far from their limit, by modules with usual ids. */
  #isRoomy(root: RootMessage): boolean {
    if (addedTagBytes(root, mostModuleId) + mostPlainTagBytes > this.#parts.ledger.limits.tagBytes) return false;
    this.#roomyRoot = root;
    return true;
  }

  /** Puts a message where its target says. Says why not, if not. */
  deliver(message: LazyMessage, position: number, index: number, moment: Moment): 'leaves' | ErrorCode | undefined {
    const process = this.#parts.ledger.find(message.target);
    if (!process) return this.#deliverElsewhere(message, position, index, moment);
    const { bytes } = message;
    const ruling = this.judge(process, bytes, moment.timestampMs);
    if (ruling === 'process-elsewhere') return 'leaves';
    if (ruling !== 'assigned' && ruling !== 'waiting') return ruling;
    this.place(process, new Mail(process, message, position, index, bytes), ruling, moment);
    return undefined;
  }

  /**
   * Gives mail a slot at once, however full the mailbox: what the system itself has to say, and what a process has set for
   * itself, takes no room from others. A failed process gets it too, with the rest of its mail.
   */
  assign(process: Process, mail: Mail, moment: Moment): void {
    writeAssigned(this.#parts.log.writer, process.index);
    this.give(process, mail, moment);
  }

  /** Puts a message for none of the processes where it is for: the supervisor, whoever has that name, or a group. */
  #deliverElsewhere(
    message: LazyMessage,
    position: number,
    index: number,
    moment: Moment,
  ): 'leaves' | ErrorCode | undefined {
    const { ledger, log, trace } = this.#parts;
    const { target } = message;
    const registered = ledger.directory.registered(target);
    if (registered) return this.#deliverTo([registered], message, position, index, moment);
    const group = ledger.directory.group(target);
    if (group) {
      const members = group.route(message);
      const reason = this.#deliverTo(members, message, position, index, moment);
      if (!reason) group.chose(members);
      return reason;
    }
    if (target !== ledger.carrier.supervisor) return 'leaves';
    const cause = senderOf(message);
    if (!cause) return 'request-invalid';
    const refusal = request(ledger.process(cause.process), message, ledger);
    if (refusal) return refusal;
    writeTaken(log.writer);
    if (trace.observed) trace.note({ type: 'request', message, cause: plainRef(cause) });
    return undefined;
  }

  /** Delivers to all of some processes that take it; what others do not take becomes mail that says why. */
  #deliverTo(
    processes: readonly Process[],
    message: LazyMessage,
    position: number,
    index: number,
    moment: Moment,
  ): ErrorCode | undefined {
    const { log, trace } = this.#parts;
    const rulings = processes.map((process) => this.judge(process, message.bytes, moment.timestampMs));
    const [refusal] = rulings.filter(isRefusal);
    if (rulings.every(isRefusal)) return refusal ?? 'group-empty';
    writeSeveral(log.writer, processes.length);
    for (const [at, process] of processes.entries()) {
      // There is one for each.
      const ruling = rulings[at] as (typeof rulings)[number];
      if (!isRefusal(ruling)) {
        this.place(process, new Mail(process, message, position, index), ruling, moment);
        continue;
      }
      writeRefused(log.writer, process.index, ruling);
      trace.noteMail(undefined, () => unsentMail('message', ruling, senderOf(message), process.id, message));
    }
    return undefined;
  }

  /** Gives mail a slot, or lets it wait for one. */
  place(process: Process, mail: Mail, ruling: 'assigned' | 'waiting', moment: Moment): void {
    const { log } = this.#parts;
    if (ruling === 'assigned') {
      writeAssigned(log.writer, process.index);
      this.give(process, mail, moment);
      return;
    }
    writeWaiting(log.writer, process.index);
    this.#wait(process, mail);
  }

  /** Gives mail its slot. */
  give(process: Process, mail: Mail, moment: Moment): void {
    const { ledger, trace, turns, executors } = this.#parts;
    ledger.assign(process, mail, moment);
    if (trace.observed) this.#noteAssigned(mail);
    turns.owe(process);
    executors.arrived(process);
  }

  /** Writes that a process got the number `index`, and its item the first slot. */
  writeBorn(index: number): void {
    writeAssigned(this.#parts.log.writer, index);
  }

  /** Adds a process, whose item is its first mail. */
  born(item: LazyMessage, module: Process['module'], moment: Moment, position: number, index: number): Process {
    const { ledger, trace } = this.#parts;
    const process = ledger.spawn(item, index, module);
    const cause = senderOf(item);
    if (trace.observed)
      trace.note({ type: 'spawned', process: item.id, item, ...(cause && { cause: plainRef(cause) }) });
    this.give(process, new Mail(process, item, position, index), moment);
    return process;
  }

  /** Adds a process that began elsewhere. It gets its mail one by one. */
  adopt(item: AdoptedItem): Process {
    const { ledger, trace } = this.#parts;
    const process = ledger.adopt(item);
    if (trace.observed) trace.note({ type: 'spawned', process: item.id, item });
    return process;
  }

  /** Takes in mail that got its slot elsewhere. */
  follow(process: Process, mail: FollowedMail): void {
    this.give(process, mail, mail.moment ?? epochMoment);
  }

  /** Gives so much of the mail that has waited for longest its slots. */
  admit(process: Process, count: number, moment: Moment): void {
    for (let left = count; left > 0; left--) {
      const mail = this.#parts.ledger.admit(process);
      if (mail) this.give(process, mail, moment);
    }
  }

  #noteAssigned(mail: Mail): void {
    const cause = causeOf(mail);
    this.#parts.trace.note({ type: 'assigned', assignment: mail, ...(cause && { cause: plainRef(cause) }) });
  }

  #wait(process: Process, mail: Mail): void {
    const { trace, ledger } = this.#parts;
    ledger.wait(process, mail);
    if (!trace.observed) return;
    const { message, exclude } = mail;
    const cause = causeOf(mail);
    const delivery = { process: process.id, message, exclude, ...(cause && { cause: plainRef(cause) }) };
    trace.note({ type: 'waiting', delivery });
  }
}

/** Why mail that was not placed goes to nobody. Whoever is not here may be a wallet or live elsewhere. */
export const outReason = (ruling: ErrorCode | 'assigned' | 'waiting'): 'leaves' | ErrorCode =>
  ruling === 'process-unknown' || ruling === 'process-elsewhere' || ruling === 'assigned' || ruling === 'waiting'
    ? 'leaves'
    : ruling;

/** The message from outside that a chain of messages goes back to. */
export function rootOf(message: LazyMessage): RootMessage {
  if (message instanceof PushedMessage) return PushedMessage.senderOf(message).root;
  // What no turn sent came from outside.
  return message as InboundMessage | InboundItem | SignedMessage;
}

/** The turn that sent a message; undefined for what came from outside. */
export const senderOf = (message: LazyMessage): SlotRef | undefined =>
  message instanceof PushedMessage ? PushedMessage.senderOf(message) : undefined;

/** The turn that mail comes from. */
export const causeOf = (mail: Mail): SlotRef | undefined => mail.assignedBy ?? senderOf(mail.message);

const isRefusal = (ruling: 'assigned' | 'waiting' | ErrorCode): ruling is ErrorCode =>
  ruling !== 'assigned' && ruling !== 'waiting';

const plainRef = ({ process, slot }: SlotRef): SlotRef => ({ process, slot });

/** Bytes of the own tags of plain messages. */
const mostPlainTagBytes = 1_024;
/** The length of an id that follows from a hash. */
const mostModuleId = 43;
