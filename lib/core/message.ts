import { HeddleError } from './error.ts';
import { type Address, hashId, type Id } from './id.ts';
import type { Limits } from './limits.ts';
import { frozenTag, type Tag, type Tags, type TagsInput, tagBytes, tagTexts, toTags, utf8Bytes } from './tags.ts';

/**
 * An immutable item in the shape of ANS-104. `from` is who speaks according to the system, never according to a tag;
 * `owner` is who signs: the wallet itself, or the system's messenger for a message that a process sent.
 */
export interface Message {
  readonly id: Id;
  readonly owner: Address;
  readonly from: Address;
  /** The process it is meant for. Text of another kind, such as a wallet's address, is mail that leaves the system. */
  readonly target: string;
  /** 32 bytes as text, chosen by the sender; null if there is none. */
  readonly anchor: string | null;
  readonly tags: Tags;
  /** Text, as AO's scheduler serves it to the module. */
  readonly data: string;
  /** Base64url; null if nobody has signed it. */
  readonly signature: string | null;
}

/** A message before it has its id. */
export type MessageContent = Omit<Message, 'id' | 'signature'>;

/** The fields of a message as plain data, which can be copied and sent. Messages make some of them when they are read. */
export function plainMessage(message: Message): Message {
  const { id, owner, from, target, anchor, tags, data, signature } = message;
  return Object.freeze({ id, owner, from, target, anchor, tags, data, signature });
}

/** Tells messages that make fields when they are read. A symbol, since classes over each other are slow to make. */
export const lazy: unique symbol = Symbol('lazy message');

/**
 * A message that makes its id, and what else costs something, when it is read. The id of a signed one follows from its
 * signature; an unsigned one gets one from its content and its origin, a text that occurs once in a system, so that saying
 * the same twice is two messages and the same run has the same ids.
 */
export interface LazyMessage extends Message {
  readonly [lazy]: true;
  /** The value of its first tag of that name. */
  tag(name: string): string | undefined;
  /** Bytes of its data and of the tags that its sender gave it. */
  readonly bytes: number;
}

export const isLazy = (value: object): value is LazyMessage => (value as Partial<LazyMessage>)[lazy] === true;

/** The id of an unsigned message. */
export const unsignedId = ({ owner, from, target, anchor, tags, data }: MessageContent, origin: string): Id =>
  hashId('heddle message', origin, owner, from, target, anchor ?? '', data, ...tagTexts(tags));

/** Refuses tags and data that are not text or are over the limits. */
export function checkContent(content: Pick<Message, 'tags' | 'data' | 'anchor'>, limits: Limits): void {
  const { tags, data, anchor } = content;
  checkTags(tags);
  const bytes = tagBytes(tags);
  if (bytes > limits.tagBytes) {
    const facts = { bytes, limit: limits.tagBytes };
    throw new HeddleError('tags-over-limit', `tags take ${bytes} bytes of ${limits.tagBytes}`, facts);
  }
  if (typeof data !== 'string') throw new HeddleError('data-invalid', `data is of type ${typeof data}`);
  const size = utf8Bytes(data);
  if (size > limits.dataBytes) {
    throw new HeddleError('data-over-limit', `data takes ${size} bytes of ${limits.dataBytes}`, {
      bytes: size,
      limit: limits.dataBytes,
    });
  }
  if (anchor !== null && (typeof anchor !== 'string' || utf8Bytes(anchor) !== anchorBytes)) {
    throw new HeddleError('anchor-invalid', `the anchor is ${describe(anchor)}`);
  }
}

/** Refuses tags that are not text. */
function checkTags(tags: Tags): void {
  for (const tag of tags) if (!isTag(tag)) throw new HeddleError('tags-invalid', `a tag is ${describe(tag)}`);
}

const isTag = (tag: Partial<Tag> | undefined): tag is Tag =>
  typeof tag?.name === 'string' && tag.name !== '' && typeof tag.value === 'string';

/** The tags that a sender gave, in a list of their own, none of which can be changed. Refuses what is not text. */
export function ownTags(input: TagsInput): Tag[] {
  const tags = toTags(input);
  const own = tags === input ? [...tags] : (tags as Tag[]);
  for (let at = 0; at < own.length; at++) {
    const tag = own[at];
    if (!isTag(tag)) throw new HeddleError('tags-invalid', `a tag is ${describe(tag)}`);
    own[at] = frozenTag(tag.name, tag.value);
  }
  return own;
}

const anchorBytes = 32;

const describe = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);

/** The tags, which nobody can change any more. */
export function freezeTags(tags: Tags): Tags {
  for (const tag of tags) Object.freeze(tag);
  return Object.freeze(tags);
}
