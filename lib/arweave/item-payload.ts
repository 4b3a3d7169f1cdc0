import { headHash, listHash } from './deep-hash.ts';
import type { DataItem } from './item.ts';

/** What the owner of an item signs: a deep hash, of its tags as they are encoded in it. */
export const payloadOf = ({ type, owner, rawTarget, rawAnchor, rawTags, data }: DataItem): Uint8Array =>
  payload(beginningOf(type, owner), [rawTarget, rawAnchor, rawTags, data]);

/** The same of an item's beginning and of its other parts: target, anchor, tags, data. */
export const payload = (beginning: Uint8Array, parts: readonly Uint8Array[]): Uint8Array => listHash(beginning, parts);

/** The hash of what all items of an owner begin with. */
export function beginningOf(type: number, owner: Uint8Array): Uint8Array {
  let beginning = beginnings.get(type);
  if (!beginning) {
    beginning = listHash(headHash('list', 8), ['dataitem', '1', String(type)].map(utf8));
    beginnings.set(type, beginning);
  }
  return listHash(beginning, [owner]);
}

/** The hash of what all items of a type begin with. */
const beginnings = new Map<number, Uint8Array>();

const encoder = new TextEncoder();
const utf8 = (text: string): Uint8Array => encoder.encode(text);
