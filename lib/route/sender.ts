import type { SlotRef } from '../core/assignment.ts';
import type { Address, Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { LazyMessage } from '../core/message.ts';
import type { MessageSigner } from '../core/message-signer.ts';
import type { Tag } from '../core/tags.ts';

/** A process as those it writes to see it. */
export interface Speaker {
  readonly id: Id;
  readonly module: { readonly id: Id };
  /** The tags that say of its messages who sends them. */
  readonly fromTags: readonly Tag[];
}

/** Who carries the messages of a system, and within which limits. */
export interface Carrier {
  /** What all addresses and ids follow from. */
  readonly seed: string;
  /** The address that assigns slots. */
  readonly scheduler: Address;
  /** The address that signs for processes. */
  readonly messenger: Address;
  /** The address that takes what processes ask of the system. */
  readonly supervisor: Address;
  /** Sends and owns what comes from outside without naming a sender. */
  readonly wallet: Address;
  /** Who signs all that is made here; nobody if left out. */
  readonly signer?: MessageSigner | undefined;
  readonly limits: Limits;
}

/** A message from outside, to which chains of messages go back. */
export interface RootMessage extends LazyMessage {
  /** What messages that are sent because of it say they are sent for, if it says so itself. */
  readonly pushedFor: Id | undefined;
  /** The tag that says what such messages are sent for. */
  readonly pushedForTag: Tag;
  /** The position of its record in the log. */
  readonly position: number;
}

/** A turn whose outbox is being sent. */
export class Sender implements SlotRef {
  readonly speaker: Speaker;
  readonly slot: number;
  /** The message from outside that the chain of messages goes back to. */
  readonly root: RootMessage;
  readonly carrier: Carrier;
  /** The position of the turn's record in the log. */
  readonly position: number;

  constructor(speaker: Speaker, slot: number, root: RootMessage, carrier: Carrier, position: number) {
    this.speaker = speaker;
    this.slot = slot;
    this.root = root;
    this.carrier = carrier;
    this.position = position;
  }

  get process(): Id {
    return this.speaker.id;
  }

  get pushedFor(): Id {
    return this.root.pushedForTag.value;
  }

  /** At most so many bytes the tags take that are added to those of a message. */
  get addedTagBytes(): number {
    return addedTagBytes(this.root, this.speaker.module.id.length);
  }
}

/** At most so many bytes the tags take that are added to what is sent because of `root` by a module with such an id. */
export const addedTagBytes = (root: RootMessage, moduleIdLength: number): number =>
  addedBytes + 3 * (moduleIdLength + (root.pushedFor?.length ?? 0));

/** More than all that is added takes, whatever the reference, but for what others name: the module and the root. */
const addedBytes = 400;
