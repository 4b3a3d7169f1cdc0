import { type DeepHashInput, deepHash } from './deep-hash.ts';
import type { DataItem } from './item.ts';

/** What the owner of an item signs, its tags as they are encoded in it. */
export function payloadOf(item: DataItem): Uint8Array {
  const { type, owner, rawTarget, rawAnchor, rawTags, data } = item;
  const parts: DeepHashInput = [
    format,
    version,
    encoder.encode(String(type)),
    owner,
    rawTarget,
    rawAnchor,
    rawTags,
    data,
  ];
  return deepHash(parts);
}

const encoder = new TextEncoder();
const format = encoder.encode('dataitem');
const version = encoder.encode('1');
