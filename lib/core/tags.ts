import { HeddleError } from './error.ts';

/** A name and a value, as ANS-104 items carry them. Both are text; names are case-sensitive. */
export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** An ordered list in which a name may occur more than once. */
export type Tags = readonly Tag[];

/** What a caller may write for {@link Tags}: the list itself, or a record whose values are one text or several. */
export type TagsInput = Tags | Readonly<Record<string, string | readonly string[]>>;

/**
 * The list that `input` stands for, in its order.
 *
 * @example
 * ```ts
 * import { toTags } from 'heddle';
 *
 * toTags({ Action: 'Transfer', Authority: ['a', 'b'] });
 * // [{ name: 'Action', value: 'Transfer' }, { name: 'Authority', value: 'a' }, { name: 'Authority', value: 'b' }]
 * ```
 */
export function toTags(input: TagsInput = []): Tags {
  if (isTags(input)) return input;
  if (typeof input !== 'object' || input === null) {
    throw new HeddleError('tags-invalid', `the tags are ${String(input)}`);
  }
  const tags: Tag[] = [];
  // Loops: this is on the way of every message that has tags.
  for (const name of Object.keys(input)) {
    const value = input[name];
    if (typeof value === 'string') tags.push({ name, value });
    else if (Array.isArray(value)) for (const one of value) tags.push({ name, value: one });
    else throw new HeddleError('tags-invalid', `the tag ${name} is ${String(value)}`);
  }
  return tags;
}

/**
 * The value of the first tag of that name, which is the one AO's units go by.
 *
 * @example
 * ```ts
 * import { tagValue } from 'heddle';
 *
 * tagValue([{ name: 'Action', value: 'Ping' }], 'Action'); // 'Ping'
 * ```
 */
export function tagValue(tags: Tags, name: string): string | undefined {
  // By index: an iterator costs more than the search, and this is on the way of every message.
  for (let at = 0; at < tags.length; at++) {
    const tag = tags[at];
    if (tag?.name === name) return tag.value;
  }
  return undefined;
}

/**
 * A tag that nobody can change, of well-formed text. What is said again and again is made once, since engines freeze by a slow
 * way.
 */
export function frozenTag(name: string, value: string): Tag {
  if (name.length === 0 || value.length === 0 || value.length > mostKnownLength) return newTag(name, value);
  const last = value.length - 1;
  const at = (name.length * 31 + name.charCodeAt(0) + value.length * 7 + value.charCodeAt(last)) % knownTags.length;
  let tag = knownTags[at];
  if (tag?.value !== value || tag.name !== name) {
    tag = newTag(name, value);
    knownTags[at] = tag;
  }
  return tag;
}

const newTag = (name: string, value: string): Tag =>
  Object.freeze({ name: name.toWellFormed(), value: value.toWellFormed() });

/** The newest tag of each of some kinds, of which any may be forgotten. */
const knownTags: (Tag | undefined)[] = new Array(256).fill(undefined);
/** That of an id. */
const mostKnownLength = 43;

/** The tags whose names are none of `names`. */
export const withoutTags = (tags: Tags, ...names: readonly string[]): Tags =>
  tags.filter((tag) => !names.includes(tag.name));

/** How many bytes the tags take in an ANS-104 item: an Avro array of records, in one block. */
export function tagBytes(tags: Tags): number {
  return tags.length === 0 ? 0 : listBytes(tags);
}

function listBytes(tags: Tags): number {
  let bytes = varintBytes(tags.length) + 1;
  for (let at = 0; at < tags.length; at++) {
    // In range.
    const { name, value } = tags[at] as Tag;
    bytes += stringBytes(name) + stringBytes(value);
  }
  return bytes;
}

/** At most so many bytes the tags take, without reading them. */
export function mostTagBytes(tags: Tags): number {
  let bytes = 2 * longestVarint;
  for (let at = 0; at < tags.length; at++) {
    // In range.
    const { name, value } = tags[at] as Tag;
    bytes += 3 * (name.length + value.length) + 2 * longestVarint;
  }
  return bytes;
}

const longestVarint = 10;

/** How many bytes a text takes in Avro. */
function stringBytes(text: string): number {
  const length = utf8Bytes(text);
  return varintBytes(length) + length;
}

/** How many bytes `text` takes as UTF-8. */
export function utf8Bytes(text: string): number {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return wideBytes(text);
  return text.length;
}

function wideBytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
    // A surrogate pair takes four bytes: three are counted for its first half, one for its second.
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) at++;
  }
  return bytes;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

// Avro writes a zig-zag varint: twice the number, seven bits a byte.
const varintBytes = (value: number): number => {
  if (value < 0x40) return 1;
  let bytes = 1;
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
};

const isTags = (input: TagsInput): input is Tags => Array.isArray(input);

/** The names and values of tags in one list, one after the other. */
export function tagTexts(tags: Tags): readonly string[] {
  // A loop: flatMap is slow, and this is on the way of every message.
  const texts: string[] = [];
  for (const { name, value } of tags) texts.push(name, value);
  return texts;
}
