import { headHash, listHash } from './deep-hash.ts';
import type { DataItem } from './item.ts';

/** What the owner of an item signs: a deep hash, of its tags as they are encoded in it. */
export function payloadOf({ type, owner, rawTarget, rawAnchor, rawTags, data }: DataItem): Uint8Array {
  let beginning = beginnings.get(type);
  if (!beginning) {
    beginning = listHash(headHash('list', 8), ['dataitem', '1', String(type)].map(utf8));
    beginnings.set(type, beginning);
  }
  return listHash(beginning, [owner, rawTarget, rawAnchor, rawTags, data]);
}

/** The hash of what all items of a type begin with. */
const beginnings = new Map<number, Uint8Array>();

const encoder = new TextEncoder();
const utf8 = (text: string): Uint8Array => encoder.encode(text);
