import { HeddleError } from '../core/error.ts';
import type { ItemLimits } from './item-limits.ts';
import { walkTags } from './item-tags.ts';
import { signatureTypes } from './signature-types.ts';

/** Where an item's parts are in its bytes. */
export interface ItemLayout {
  readonly type: number;
  /** The signature begins at {@link signatureAt}; the owner follows it. */
  readonly ownerAt: number;
  readonly ownerEnd: number;
  /** 0 if there is none. */
  readonly targetAt: number;
  /** 0 if there is none. */
  readonly anchorAt: number;
  readonly tagsAt: number;
  /** The data follows the tags. */
  readonly dataAt: number;
}

/** The type's two bytes come first. */
export const signatureAt = 2;
/** Of a target, and of an anchor. */
export const fieldBytes = 32;
/** Of the two numbers before the tags: how many there are, and how many bytes they take. */
export const tagHeadBytes = 16;

/**
 * Finds the parts of an item, and checks that they are there: signature type, signature, owner, target and anchor, each
 * after a byte that says whether it is present, count and size of the tags, the tags, and the data up to the end. The
 * format is ANS-104's, https://github.com/ArweaveTeam/arweave-standards/blob/master/ans/ANS-104.md.
 */
export function readLayout(bytes: Uint8Array, limits: ItemLimits): ItemLayout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireBytes(bytes, signatureAt, 'signature type');
  const type = view.getUint16(0, true);
  const known = signatureTypes.get(type);
  if (!known) {
    throw new HeddleError('signature-type-unsupported', `the item has the unknown signature type ${type}`, { type });
  }
  const ownerAt = signatureAt + known.signatureBytes;
  const ownerEnd = ownerAt + known.ownerBytes;
  requireBytes(bytes, ownerEnd + 2, 'signature and owner');
  const targetAt = optionalField(bytes, ownerEnd, 'target');
  const anchorFlagAt = targetAt === 0 ? ownerEnd + 1 : targetAt + fieldBytes;
  const anchorAt = optionalField(bytes, anchorFlagAt, 'anchor');
  const headAt = anchorAt === 0 ? anchorFlagAt + 1 : anchorAt + fieldBytes;
  const tagsAt = headAt + tagHeadBytes;
  requireBytes(bytes, tagsAt, 'number of tags');
  const tags = uint64(view, headAt);
  const tagBytes = uint64(view, headAt + 8);
  checkMost('tags', tags, limits.tags);
  checkMost('tagBytes', tagBytes, limits.tagBytes);
  const dataAt = tagsAt + tagBytes;
  requireBytes(bytes, dataAt, 'tags');
  const found = tagBytes === 0 ? 0 : walkTags(bytes.subarray(tagsAt, dataAt), () => {});
  if (found !== tags) {
    throw new HeddleError('item-malformed', `the item has ${found} tags and says ${tags}`, { found, tags });
  }
  return { type, ownerAt, ownerEnd, targetAt, anchorAt, tagsAt, dataAt };
}

/** Where the field is whose presence the byte at `flagAt` tells; 0 if there is none. */
function optionalField(bytes: Uint8Array, flagAt: number, what: string): number {
  requireBytes(bytes, flagAt + 1, what);
  const flag = bytes[flagAt];
  if (flag === 0) return 0;
  if (flag === 1) {
    requireBytes(bytes, flagAt + 1 + fieldBytes, what);
    return flagAt + 1;
  }
  throw new HeddleError('item-malformed', `whether there is ${what} is said by ${flag}, not by 0 or 1`, { what });
}

function requireBytes(bytes: Uint8Array, end: number, what: string): void {
  if (end <= bytes.length) return;
  const facts = { bytes: bytes.length, needed: end };
  throw new HeddleError('item-malformed', `the item ends after ${bytes.length} bytes, within its ${what}`, facts);
}

function checkMost(limit: keyof ItemLimits, number: number, limits: number): void {
  if (number <= limits) return;
  throw new HeddleError('item-over-limit', `the item says ${limit} ${number}, of ${limits}`, {
    limit,
    number,
    most: limits,
  });
}

/** A number of 64 bits. One that no array is as long as may come out rounded. */
const uint64 = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
