import type { Address, Id } from '../core/id.ts';
import { freezeTags, lazy, type Message, plainMessage } from '../core/message.ts';
import { type Tag, type Tags, tagBytes, tagValue, utf8Bytes } from '../core/tags.ts';
import type { RootMessage } from '../route/sender.ts';

/** A message that came as it is, with its id: somebody else has signed it. Behaviors get it, and see what others have too. */
export class SignedMessage implements RootMessage {
  readonly #message: Message;
  readonly #position: number;

  /** `position` is where its record in the log begins. */
  constructor(message: Message, position: number) {
    const { owner, from, target, anchor, tags, data } = message;
    // As it is read back from the log.
    this.#message = Object.freeze({
      ...plainMessage(message),
      owner: owner.toWellFormed(),
      from: from.toWellFormed(),
      target: target.toWellFormed(),
      anchor: anchor?.toWellFormed() ?? null,
      tags: freezeTags(tags.map(({ name, value }) => ({ name: name.toWellFormed(), value: value.toWellFormed() }))),
      data: data.toWellFormed(),
    });
    this.#position = position;
  }

  get id(): Id {
    return this.#message.id;
  }

  get signature(): string | null {
    return this.#message.signature;
  }

  get owner(): Address {
    return this.#message.owner;
  }

  get from(): Address {
    return this.#message.from;
  }

  get target(): string {
    return this.#message.target;
  }

  get anchor(): string | null {
    return this.#message.anchor;
  }

  get tags(): Tags {
    return this.#message.tags;
  }

  get data(): string {
    return this.#message.data;
  }

  get position(): number {
    return this.#position;
  }

  get pushedFor(): Id | undefined {
    return this.tag('Pushed-For');
  }

  get pushedForTag(): Tag {
    return Object.freeze({ name: 'Pushed-For', value: this.pushedFor ?? this.id });
  }

  tag(name: string): string | undefined {
    return tagValue(this.tags, name);
  }

  get bytes(): number {
    return utf8Bytes(this.data) + tagBytes(this.tags);
  }

  get [lazy](): true {
    return true;
  }

  toJSON(): Message {
    return this.#message;
  }

  /** How Node shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Message {
    return this.#message;
  }
}
