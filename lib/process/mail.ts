import { type Assignment, plainAssignment, type SlotRef } from '../core/assignment.ts';
import type { Moment } from '../core/clock.ts';
import type { Id } from '../core/id.ts';
import type { LazyMessage } from '../core/message.ts';
import { epoch } from '../schedule/assign.ts';
import type { ChainEnd } from '../schedule/hash-chain.ts';

/** Whom mail is for. */
export interface Recipient {
  readonly id: Id;
  /** The id and hash chain of an assignment of its schedule. */
  chained(mail: Mail): ChainEnd;
}

/**
 * A message on its way to a process. With its slot it is an assignment, whose id and hash chain are made when they are
 * read.
 */
export class Mail implements Assignment {
  readonly to: Recipient;
  readonly message: LazyMessage;
  /** The position in the log of the record that has it, and which of the record's deliveries it is. */
  readonly position: number;
  readonly index: number;
  /** Its slot; -1 as long as it waits for one. */
  slot: number;
  /** Its place among all mail that got a slot. */
  order: number;
  /** When it got its slot. */
  moment: Moment | undefined;
  /** What stands behind it in the mailbox. */
  next: Mail | undefined;
  /** Bytes that it takes in a mailbox. */
  readonly bytes: number;

  constructor(to: Recipient, message: LazyMessage, position: number, index: number, bytes = message.bytes) {
    this.to = to;
    this.message = message;
    this.position = position;
    this.index = index;
    this.slot = -1;
    this.order = -1;
    this.moment = undefined;
    this.next = undefined;
    this.bytes = bytes;
  }

  get exclude(): readonly string[] {
    return nothing;
  }

  /** The turn that had it assigned, if it is not the one that sent it. */
  get assignedBy(): SlotRef | undefined {
    return undefined;
  }

  get process(): Id {
    return this.to.id;
  }

  get epoch(): number {
    return epoch;
  }

  /** The id that its assignment has from elsewhere; undefined if it follows from what it says. */
  get givenId(): Id | undefined {
    return undefined;
  }

  get timestampMs(): number {
    return this.moment?.timestampMs ?? 0;
  }

  get blockHeight(): number {
    return this.moment?.blockHeight ?? 0;
  }

  get id(): Id {
    return this.to.chained(this).id;
  }

  get hashChain(): Id {
    return this.to.chained(this).hashChain;
  }

  toJSON(): Assignment {
    return plainAssignment(this);
  }

  /** How Node shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Assignment {
    return plainAssignment(this);
  }
}

/** Mail whose message was somewhere already when a turn had it assigned. */
export class CopiedMail extends Mail {
  readonly #exclude: readonly string[];
  readonly #assignedBy: SlotRef | undefined;

  constructor(mail: Mail, exclude: readonly string[], assignedBy?: SlotRef) {
    super(mail.to, mail.message, mail.position, mail.index);
    this.#exclude = exclude;
    this.#assignedBy = assignedBy;
  }

  override get exclude(): readonly string[] {
    return this.#exclude;
  }

  override get assignedBy(): SlotRef | undefined {
    return this.#assignedBy;
  }
}

/** What an assignment says that was made elsewhere, besides what it assigns. */
export interface GivenAssignment {
  readonly id: Id;
  readonly epoch: number;
  readonly exclude: readonly string[];
  readonly moment: Moment;
}

/** Mail that has its slot from elsewhere. What its turn sends was sent there. */
export class FollowedMail extends Mail {
  readonly #given: GivenAssignment;

  constructor(to: Recipient, message: LazyMessage, position: number, given: GivenAssignment) {
    super(to, message, position, 0);
    this.#given = given;
    this.moment = given.moment;
  }

  override get epoch(): number {
    return this.#given.epoch;
  }

  override get exclude(): readonly string[] {
    return this.#given.exclude;
  }

  override get id(): Id {
    return this.#given.id;
  }

  override get givenId(): Id {
    return this.#given.id;
  }
}

const nothing: readonly string[] = Object.freeze([]);
