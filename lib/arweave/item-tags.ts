import { HeddleError } from '../core/error.ts';
import { type Tag, type Tags, type TagsInput, tagBytes, toTags, utf8Bytes } from '../core/tags.ts';
import { bytesOf } from './bytes.ts';
import { buildLimits } from './item-limits.ts';

/** A tag as bytes, which need not be text. */
export interface BinaryTag {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** Tags to build an item with: as for a message, or a list whose names and values may be bytes. */
export type ItemTagsInput = TagsInput | readonly (Tag | BinaryTag)[];

/** Is given where a tag's name begins and ends, and its value. */
type Visit = (nameAt: number, nameEnd: number, valueAt: number, valueEnd: number) => void;

/**
 * Goes through encoded tags and returns how many they are. They are an Avro array of records of two byte strings: any
 * number of blocks, each a count and so many records, or a negative count, the block's size in bytes and the records.
 * An empty block ends it, and nothing comes after.
 */
export function walkTags(bytes: Uint8Array, visit: Visit): number {
  const reader = new AvroReader(bytes);
  let tags = 0;
  for (let count = reader.long(); count !== 0; count = reader.long()) {
    const blockEnd = count < 0 ? reader.length() + reader.at : undefined;
    for (let left = Math.abs(count); left > 0; left--) {
      const nameEnd = reader.skipString();
      const nameAt = reader.stringAt;
      const valueEnd = reader.skipString();
      visit(nameAt, nameEnd, reader.stringAt, valueEnd);
      tags++;
    }
    if (blockEnd !== undefined && blockEnd !== reader.at) throw malformed('a block is not as long as it says');
  }
  if (reader.at !== bytes.length) throw malformed(`${bytes.length - reader.at} bytes follow the last one`);
  return tags;
}

/** Tags as bytes, which are views of `bytes`. */
export function binaryTags(bytes: Uint8Array): readonly BinaryTag[] {
  const tags: BinaryTag[] = [];
  walkTags(bytes, (nameAt, nameEnd, valueAt, valueEnd) => {
    tags.push({ name: bytes.subarray(nameAt, nameEnd), value: bytes.subarray(valueAt, valueEnd) });
  });
  return tags;
}

/** Tags as text. What is no UTF-8 reads as U+FFFD. */
export const textTags = (bytes: Uint8Array): Tags =>
  binaryTags(bytes).map(({ name, value }) => ({ name: utf8.decode(name), value: utf8.decode(value) }));

// A byte order mark is part of the text.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Tags as an item has them, in one block, and how many they are. None take no bytes. */
export interface EncodedTags {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** The tags of a message, which the limits of its system bound. */
export function encodeMessageTags(tags: Tags): EncodedTags {
  const count = tags.length;
  if (count === 0) return { count, bytes: new Uint8Array(0) };
  if (newest?.tags === tags) return newest.encoded;
  const writer = new AvroWriter(tagBytes(tags));
  writer.long(count);
  for (const { name, value } of tags) {
    writer.text(name);
    writer.text(value);
  }
  writer.long(0);
  const encoded = { count, bytes: writer.written() };
  if (Object.isFrozen(tags)) newest = { tags, encoded };
  return encoded;
}

/** What was encoded last and cannot change: what is signed is made an item next. */
let newest: { readonly tags: Tags; readonly encoded: EncodedTags } | undefined;
const encoder = new TextEncoder();

/** The tags of an item to build, which may have what ANS-104 allows. */
export function encodeTags(input: ItemTagsInput = []): EncodedTags {
  // The list may hold bytes, which is all that tells it from a message's.
  const tags: readonly (Tag | BinaryTag)[] = toTags(input as TagsInput);
  const count = tags.length;
  checkMost('tags', count, buildLimits.tags);
  if (count === 0) return { count, bytes: new Uint8Array(0) };
  const writer = new AvroWriter(buildLimits.tagBytes);
  writer.long(count);
  for (const tag of tags) {
    const [name, value] = [bytesOf(tag?.name), bytesOf(tag?.value)];
    if (!name || !value || name.length === 0) {
      throw new HeddleError(
        'tags-invalid',
        `a tag has ${kindOf(tag?.name)} as its name, ${kindOf(tag?.value)} as its value`,
      );
    }
    checkMost('bytes of a tag name', name.length, buildLimits.nameBytes);
    checkMost('bytes of a tag value', value.length, buildLimits.valueBytes);
    writer.string(name);
    writer.string(value);
  }
  writer.long(0);
  checkMost('bytes of tags', writer.length, buildLimits.tagBytes);
  return { count, bytes: writer.written() };
}

const kindOf = (part: unknown): string =>
  typeof part === 'string'
    ? `"${part.slice(0, 40).toWellFormed()}"`
    : part instanceof Uint8Array
      ? 'bytes'
      : typeof part;

function checkMost(what: string, number: number, limit: number): void {
  if (number <= limit) return;
  throw new HeddleError('item-over-limit', `${number} ${what} are more than ${limit}`, { what, number, limit });
}

/** Reads Avro's numbers and byte strings. Numbers may be written longer than they need to be, as other readers allow. */
class AvroReader {
  /** Where the next byte is. */
  at = 0;
  /** Where the string that was skipped last begins. */
  stringAt = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A number: seven bits a byte, the lowest first, twice the number or, if it is negative, twice what it lacks of -1, and one. */
  long(): number {
    let value = 0;
    let unit = 1;
    for (let length = 0; length < mostVarintBytes; length++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw malformed('they end too soon');
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
      if (byte >= 0x80) continue;
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw malformed('a number in them is too large');
  }

  /** A number of bytes that are there. */
  length(): number {
    const length = this.long();
    if (length < 0) throw malformed('a length in them is below zero');
    if (length > this.#bytes.length - this.at) throw malformed(`they lack ${length} bytes`);
    return length;
  }

  /** Goes on behind a string, and returns where that is. */
  skipString(): number {
    const length = this.length();
    this.stringAt = this.at;
    this.at += length;
    return this.at;
  }
}

/** What a number of 64 bits takes at most. */
const mostVarintBytes = 10;

/** Writes Avro's numbers and byte strings, as far as there is room. */
class AvroWriter {
  /** How many bytes it takes, with those for which there was no room. */
  length = 0;
  readonly #bytes: Uint8Array;

  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  /** A number from 0 to 2^30. */
  long(number: number): void {
    let rest = number * 2;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.length++] = rest;
  }

  string(bytes: Uint8Array): void {
    this.long(bytes.length);
    if (this.length + bytes.length <= this.#bytes.length) this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Text for which there is room. */
  text(text: string): void {
    const bytes = utf8Bytes(text);
    this.long(bytes);
    // Most are names and ids, which are written sooner one by one.
    if (bytes > text.length) encoder.encodeInto(text, this.#bytes.subarray(this.length));
    else for (let at = 0; at < bytes; at++) this.#bytes[this.length + at] = text.charCodeAt(at);
    this.length += bytes;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

const malformed = (why: string): HeddleError => new HeddleError('item-malformed', `the tags cannot be read: ${why}`);
