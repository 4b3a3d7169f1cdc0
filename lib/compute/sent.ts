import type { OutboxMessage } from '../core/outcome.ts';
import { dataProtocol, messageType, processType, variant } from '../core/protocol-tags.ts';
import { type Tag, type Tags, tagBytes, tagValue, utf8Bytes } from '../core/tags.ts';

/** What a behavior sends, as an outbox entry: the tags that aos would write and the anchor are made when they are read. */
export class Sent implements OutboxMessage {
  /** Absent from a spawn. */
  readonly target: string | undefined;
  /** The tags that the behavior gave. */
  readonly own: Tags;
  readonly data: string;
  readonly delayMs: number | undefined;
  /** The slot of the turn and which of its sends it is, from 1: what no other send of the process has. */
  readonly slot: number;
  readonly position: number;
  /** Bytes of the data. */
  readonly dataBytes: number;
  /** Bytes of the data and of the tags that the behavior gave. */
  readonly bytes: number;

  constructor(
    target: string | undefined,
    own: Tags,
    data: string,
    delayMs: number | undefined,
    slot: number,
    position: number,
  ) {
    this.target = target;
    this.own = own;
    const bytes = utf8Bytes(data);
    // ASCII is; and what is not has as many bytes when it is.
    this.data = bytes === data.length ? data : data.toWellFormed();
    this.dataBytes = bytes;
    this.bytes = bytes + tagBytes(own);
    this.delayMs = delayMs;
    this.slot = slot;
    this.position = position;
  }

  /** The value of its first tag of that name. */
  tag(name: string): string | undefined {
    if (name === 'Data-Protocol') return dataProtocol.value;
    if (name === 'Variant') return variant.value;
    if (name === 'Type') return (this.target === undefined ? processType : messageType).value;
    return tagValue(this.own, name) ?? (name === 'Reference' ? this.#given() : undefined);
  }

  /** What a reply to it carries. */
  get reference(): string {
    return tagValue(this.own, 'Reference') ?? this.#given();
  }

  get tags(): Tags {
    const type = this.target === undefined ? processType : messageType;
    const { own, referenceTag } = this;
    return referenceTag ? [dataProtocol, variant, type, referenceTag, ...own] : [dataProtocol, variant, type, ...own];
  }

  /** The `Reference`, unless the behavior gave one. */
  get referenceTag(): Tag | undefined {
    if (tagValue(this.own, 'Reference') !== undefined) return undefined;
    return Object.freeze({ name: 'Reference', value: this.#given() });
  }

  get anchor(): string {
    return this.#given().padStart(32, '0');
  }

  /** What names it among all that its process sends. aos counts its sends for ever; this needs no state. */
  #given(): string {
    return `${this.slot}.${this.position}`;
  }

  toJSON(): OutboxMessage {
    return plainSent(this);
  }
}

/** An outbox entry as plain data. */
export const plainEntry = <Entry>(entry: Entry): Entry | OutboxMessage =>
  entry instanceof Sent ? plainSent(entry) : entry;

/** The entry as plain data. */
export function plainSent({ target, anchor, tags, data, delayMs }: Sent): OutboxMessage {
  return {
    ...(target !== undefined && { target }),
    anchor,
    tags,
    data,
    ...(delayMs !== undefined && { delayMs }),
  };
}
