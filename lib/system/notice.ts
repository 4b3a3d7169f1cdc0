import type { Address, Id } from '../core/id.ts';
import { freezeTags, lazy, type Message, plainMessage } from '../core/message.ts';
import { idOf, originAnchor, type Seal, sealMessage, signatureOf } from '../core/seal.ts';
import { type Tag, type Tags, tagBytes, tagValue, utf8Bytes } from '../core/tags.ts';
import type { Down } from '../process/consequences.ts';
import type { Carrier, RootMessage } from '../route/sender.ts';

/** Tells a watcher that a process has failed, was stopped, or is not known. The system itself speaks. */
export class Notice implements RootMessage {
  readonly #down: Down;
  readonly #sequence: number;
  readonly #position: number;
  readonly #carrier: Carrier;
  #tags: Tags | undefined;
  #seal: Seal | undefined;
  #pushedForTag: Tag | undefined;

  /** `sequence` is how many records of the log came before it, and `position` where its own begins. */
  constructor(down: Down, sequence: number, position: number, carrier: Carrier) {
    this.#down = down;
    this.#sequence = sequence;
    this.#position = position;
    this.#carrier = carrier;
  }

  get id(): Id {
    return idOf(this.#sealed());
  }

  /** A process trusts it as it trusts other processes. */
  get owner(): Address {
    return this.#carrier.messenger;
  }

  get from(): Address {
    return this.#carrier.supervisor;
  }

  get target(): Id {
    return this.#down.to.id;
  }

  get anchor(): string | null {
    return this.#carrier.signer ? originAnchor(this.#carrier.seed, this.#origin()) : null;
  }

  get data(): string {
    return this.#down.reason || ' ';
  }

  get tags(): Tags {
    const { process, status, reference } = this.#down;
    this.#tags ??= freezeTags([
      { name: 'Data-Protocol', value: 'ao' },
      { name: 'Variant', value: 'ao.TN.1' },
      { name: 'Type', value: 'Message' },
      { name: 'From-Process', value: this.from },
      { name: 'Action', value: 'Down' },
      { name: 'Process', value: process },
      { name: 'Status', value: status },
      { name: 'X-Reference', value: reference },
    ]);
    return this.#tags;
  }

  tag(name: string): string | undefined {
    return tagValue(this.tags, name);
  }

  get pushedFor(): undefined {
    return undefined;
  }

  get pushedForTag(): Tag {
    this.#pushedForTag ??= Object.freeze({ name: 'Pushed-For', value: this.id });
    return this.#pushedForTag;
  }

  get position(): number {
    return this.#position;
  }

  get bytes(): number {
    return utf8Bytes(this.data) + tagBytes(this.tags);
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
    this.#seal ??= sealMessage(this, this.#origin(), this.#carrier.signer);
    return this.#seal;
  }

  #origin(): string {
    return `notice ${this.#sequence}`;
  }
}
