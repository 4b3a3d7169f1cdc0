import type { Module } from '../compute/executor.ts';
import type { Address, Id } from '../core/id.ts';
import { lazy, type Message, plainMessage, unsignedId } from '../core/message.ts';
import { dataProtocol, messageType, processType, variant } from '../core/protocol-tags.ts';
import { idOf, originAnchor, type Seal, sealItem, sealMessage, signatureOf } from '../core/seal.ts';
import { frozenTag, type Tag, type Tags, tagBytes, tagValue, utf8Bytes } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import type { Carrier, RootMessage } from '../route/sender.ts';

/** What was said of a message from outside. */
export interface InboundContent {
  readonly to: Process;
  /** The process it speaks for. */
  readonly speaker: Process | undefined;
  /** The wallet it comes from; the system's own if left out. */
  readonly from: Address | undefined;
  readonly own: Tags;
  readonly data: string;
  readonly anchor: string | null;
  /** How many records of the log came before it. */
  readonly sequence: number;
}

/** What was said of a process from outside. */
export type ItemContent = Pick<InboundContent, 'own' | 'data' | 'sequence'> & { readonly owner: Address | undefined };

/** A message from outside, with the tags that AO's client adds. */
export class InboundMessage implements RootMessage {
  // One object, not two: there may be a million.
  readonly #to: Process;
  readonly #speaker: Process | undefined;
  readonly #from: Address | undefined;
  readonly #own: Tags;
  readonly #data: string;
  readonly #anchor: string | null;
  readonly #sequence: number;
  readonly #carrier: Carrier;
  #position = -1;
  #tags: Tags | undefined;
  #seal: Seal | undefined;
  #pushedForTag: Tag | undefined;

  constructor({ to, speaker, from, own, data, anchor, sequence }: InboundContent, carrier: Carrier) {
    this.#to = to;
    this.#speaker = speaker;
    this.#from = from;
    this.#own = own;
    this.#data = data;
    this.#anchor = anchor;
    this.#sequence = sequence;
    this.#carrier = carrier;
  }

  /** What was said of it. */
  static contentOf(message: InboundMessage): InboundContent {
    return {
      to: message.#to,
      speaker: message.#speaker,
      from: message.#from,
      own: message.#own,
      data: message.#data,
      anchor: message.#anchor,
      sequence: message.#sequence,
    };
  }

  /** Notes where its record begins. */
  static recordedAt(message: InboundMessage, position: number): void {
    message.#position = position;
  }

  get pushedFor(): Id | undefined {
    return tagValue(this.#own, 'Pushed-For');
  }

  get pushedForTag(): Tag {
    this.#pushedForTag ??= Object.freeze({ name: 'Pushed-For', value: this.pushedFor ?? this.id });
    return this.#pushedForTag;
  }

  get position(): number {
    return this.#position;
  }

  get owner(): Address {
    return this.#speaker ? this.#carrier.messenger : this.from;
  }

  get from(): Address {
    return this.#speaker?.id ?? this.#from ?? this.#carrier.wallet;
  }

  get target(): Id {
    return this.#to.id;
  }

  get anchor(): string | null {
    if (this.#anchor !== null || !this.#carrier.signer || this.#sequence < 0) return this.#anchor;
    return originAnchor(this.#carrier.seed, outside(this.#sequence));
  }

  get data(): string {
    return this.#data;
  }

  get tags(): Tags {
    const [own, speaker] = [this.#own, this.#speaker];
    this.#tags ??= Object.freeze([...own, ...protocolTags(own, messageType), ...(speaker?.fromTags ?? [])]);
    return this.#tags;
  }

  tag(name: string): string | undefined {
    const own = tagValue(this.#own, name);
    return own ?? (addedNames.has(name) ? tagValue(this.tags, name) : undefined);
  }

  get id(): Id {
    return idOf(this.#sealed());
  }

  get bytes(): number {
    return utf8Bytes(this.#data) + tagBytes(this.#own);
  }

  get [lazy](): true {
    return true;
  }

  get signature(): string | null {
    return signatureOf(this.#sealed());
  }

  toJSON(): Message {
    return plainMessage(this);
  }

  /** How Node shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Message {
    return plainMessage(this);
  }

  #sealed(): Seal {
    // A dry run is said to nobody.
    this.#seal ??=
      this.#sequence < 0
        ? unsignedId(this, 'dry run')
        : sealMessage(this, outside(this.#sequence), this.#carrier.signer);
    return this.#seal;
  }
}

/** The item of a process that is spawned from outside. */
export class InboundItem implements RootMessage {
  readonly #owner: Address | undefined;
  readonly #own: Tags;
  readonly #data: string;
  readonly #sequence: number;
  readonly #module: Module;
  readonly #carrier: Carrier;
  #position = -1;
  #tags: Tags | undefined;
  #seal: Seal | undefined;
  #pushedForTag: Tag | undefined;

  constructor({ owner, own, data, sequence }: ItemContent, module: Module, carrier: Carrier) {
    this.#owner = owner;
    this.#own = own;
    this.#data = data;
    this.#sequence = sequence;
    this.#module = module;
    this.#carrier = carrier;
  }

  /** What was said of it. */
  static contentOf(item: InboundItem): ItemContent {
    return { owner: item.#owner, own: item.#own, data: item.#data, sequence: item.#sequence };
  }

  /** Notes where its record begins. */
  static recordedAt(message: InboundItem, position: number): void {
    message.#position = position;
  }

  get pushedFor(): Id | undefined {
    return tagValue(this.#own, 'Pushed-For');
  }

  get pushedForTag(): Tag {
    this.#pushedForTag ??= Object.freeze({ name: 'Pushed-For', value: this.pushedFor ?? this.id });
    return this.#pushedForTag;
  }

  get position(): number {
    return this.#position;
  }

  static moduleOf(item: InboundItem): Module {
    return item.#module;
  }

  get owner(): Address {
    return this.#owner ?? this.#carrier.wallet;
  }

  get from(): Address {
    return this.owner;
  }

  get target(): Id {
    return this.id;
  }

  get anchor(): string | null {
    return this.#carrier.signer ? originAnchor(this.#carrier.seed, outside(this.#sequence)) : null;
  }

  get data(): string {
    return this.#data;
  }

  get tags(): Tags {
    const own = this.#own;
    const defaults = [
      frozenTag('Authority', this.#carrier.messenger),
      ...protocolTags(own, processType),
      frozenTag('Module', this.#module.id),
      frozenTag('Scheduler', this.#carrier.scheduler),
    ];
    this.#tags ??= Object.freeze([...own, ...defaults.filter(({ name }) => name === 'Type' || !has(own, name))]);
    return this.#tags;
  }

  tag(name: string): string | undefined {
    return addedNames.has(name) ? tagValue(this.tags, name) : tagValue(this.#own, name);
  }

  get id(): Id {
    return idOf(this.#sealed());
  }

  get bytes(): number {
    return utf8Bytes(this.#data) + tagBytes(this.#own);
  }

  get [lazy](): true {
    return true;
  }

  get signature(): string | null {
    return signatureOf(this.#sealed());
  }

  toJSON(): Message {
    return plainMessage(this);
  }

  /** How Node shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Message {
    return plainMessage(this);
  }

  #sealed(): Seal {
    this.#seal ??= sealItem(this, outside(this.#sequence), this.#carrier.signer);
    return this.#seal;
  }
}

/** The tags that may be added to those that were given. */
const addedNames = new Set([
  'Data-Protocol',
  'Variant',
  'Type',
  'From-Process',
  'From-Module',
  'Authority',
  'Module',
  'Scheduler',
]);

const outside = (sequence: number): string => `outside ${sequence}`;

const protocolTags = (own: Tags, type: Tag): readonly Tag[] => [
  ...[dataProtocol, variant].filter(({ name }) => !has(own, name)),
  type,
];

const has = (tags: Tags, name: string): boolean => tagValue(tags, name) !== undefined;
