import type { OutboxMessage } from '../core/outcome.ts';
import type { Tag, Tags } from '../core/tags.ts';

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
    this.data = data;
    this.delayMs = delayMs;
    this.slot = slot;
    this.position = position;
  }

  /** The value of its first tag of that name. */
  tag(name: string): string | undefined {
    if (name === 'Data-Protocol') return dataProtocol.value;
    if (name === 'Variant') return variant.value;
    if (name === 'Type') return (this.target === undefined ? processType : messageType).value;
    for (const tag of this.own) if (tag.name === name) return tag.value;
    return name === 'Reference' ? this.#given() : undefined;
  }

  /** What a reply to it carries. */
  get reference(): string {
    for (const { name, value } of this.own) if (name === 'Reference') return value;
    return this.#given();
  }

  get tags(): Tags {
    const { own } = this;
    const type = this.target === undefined ? processType : messageType;
    for (const { name } of own) if (name === 'Reference') return [dataProtocol, variant, type, ...own];
    return [dataProtocol, variant, type, Object.freeze({ name: 'Reference', value: this.#given() }), ...own];
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

const dataProtocol: Tag = Object.freeze({ name: 'Data-Protocol', value: 'ao' });
const variant: Tag = Object.freeze({ name: 'Variant', value: 'ao.TN.1' });
const messageType: Tag = Object.freeze({ name: 'Type', value: 'Message' });
const processType: Tag = Object.freeze({ name: 'Type', value: 'Process' });
