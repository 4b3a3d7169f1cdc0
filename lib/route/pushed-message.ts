import { Sent } from '../compute/sent.ts';
import type { Address, Id } from '../core/id.ts';
import {
  freezeTags,
  type LazyMessage,
  lazy,
  type Message,
  type MessageContent,
  plainMessage,
} from '../core/message.ts';
import { dataProtocol, messageType, variant } from '../core/protocol-tags.ts';
import { idOf, originAnchor, type Seal, sealItem, sealMessage, signatureOf } from '../core/seal.ts';
import { type Tag, type Tags, tagBytes, tagValue, utf8Bytes } from '../core/tags.ts';
import type { Sender } from './sender.ts';

/** What a turn sends: a message, the item of a process, or the notice that it is there. */
export type PushedKind = 'message' | 'spawn' | 'notice';

/** What a message is made from that no behavior sent; the target of an item is the item's own id. */
export type PushedContent = Pick<MessageContent, 'target' | 'anchor' | 'tags' | 'data'>;

/** A message that a turn sent, as AO's messenger builds it. Of what a behavior sent, only what is read is made. */
export class PushedMessage implements LazyMessage {
  readonly #sender: Sender;
  readonly #index: number;
  readonly #kind: PushedKind;
  readonly #entry: Sent | PushedContent;
  #tags: Tags | undefined;
  #seal: Seal | undefined;

  constructor(kind: PushedKind, entry: Sent | PushedContent, index: number, sender: Sender) {
    this.#kind = kind;
    this.#entry = entry;
    this.#index = index;
    this.#sender = sender;
  }

  /** The turn that sent a message. Behaviors get messages, and see no more of them than their fields. */
  static senderOf(message: PushedMessage): Sender {
    return message.#sender;
  }

  /** Which of the turn's entries of its kind a message was made from. */
  static indexOf(message: PushedMessage): number {
    return message.#index;
  }

  get [lazy](): true {
    return true;
  }

  get id(): Id {
    return idOf(this.#sealed());
  }

  get owner(): Address {
    return this.#sender.carrier.messenger;
  }

  get from(): Address {
    return this.#sender.speaker.id;
  }

  get target(): string {
    return this.#kind === 'spawn' ? this.id : (this.#entry.target ?? '');
  }

  get anchor(): string | null {
    const { signer, seed } = this.#sender.carrier;
    return this.#entry.anchor ?? (signer ? originAnchor(seed, this.#origin()) : null);
  }

  /** AO sends a space where there is no data. */
  get data(): string {
    return this.#entry.data || ' ';
  }

  get signature(): string | null {
    return signatureOf(this.#sealed());
  }

  get tags(): Tags {
    if (this.#tags) return this.#tags;
    const entry = this.#entry;
    // What a behavior sent has frozen tags.
    this.#tags = entry instanceof Sent ? Object.freeze(sentTags(entry, this.#sender)) : freezeTags(entry.tags);
    return this.#tags;
  }

  tag(name: string): string | undefined {
    const entry = this.#entry;
    return entry instanceof Sent && !isAdded(name) ? entry.tag(name) : tagValue(this.tags, name);
  }

  get bytes(): number {
    const entry = this.#entry;
    return entry instanceof Sent ? entry.bytes : utf8Bytes(entry.data) + tagBytes(entry.tags);
  }

  toJSON(): Message {
    return plainMessage(this);
  }

  /** How Node shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Message {
    return plainMessage(this);
  }

  #sealed(): Seal {
    if (this.#seal) return this.#seal;
    const { signer } = this.#sender.carrier;
    const seal = this.#kind === 'spawn' ? sealItem : sealMessage;
    this.#seal = seal(this, this.#origin(), signer);
    return this.#seal;
  }

  #origin(): string {
    return `${this.#sender.process} ${this.#sender.slot} ${this.#kind} ${this.#index}`;
  }
}

/** The tags of an outbox entry with those that the messenger adds. */
export function relayedTags(own: Tags, sender: Sender): Tags {
  const tags: Tag[] = [];
  relay(own, sender, tags);
  return tags;
}

/** The same of what a behavior sent, without making its own list first. */
function sentTags({ own, referenceTag }: Sent, sender: Sender): Tags {
  const tags = referenceTag ? [variant, referenceTag] : [variant];
  relay(own, sender, tags);
  return tags;
}

function relay(own: Tags, { speaker, root }: Sender, tags: Tag[]): void {
  for (let at = 0; at < own.length; at++) {
    // In range.
    const tag = own[at] as Tag;
    if (!isAdded(tag.name)) tags.push(tag);
  }
  tags.push(dataProtocol, messageType);
  for (const tag of speaker.fromTags) tags.push(tag);
  tags.push(root.pushedForTag);
}

/** Whether the messenger adds such a tag itself. */
function isAdded(name: string): boolean {
  // Comparing a few names takes less than a look into a set.
  switch (name) {
    case 'Data-Protocol':
    case 'Type':
    case 'From-Process':
    case 'From-Module':
    case 'Pushed-For':
    case 'Assignments':
      return true;
    default:
      return false;
  }
}
