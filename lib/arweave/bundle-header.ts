import { HeddleError } from '../core/error.ts';
import { type Id, idFromBytes, idToBytes } from '../core/id.ts';
import type { Tags } from '../core/tags.ts';
import type { ItemLimits } from './item-limits.ts';

/** What the header of a bundle says of an item: what it is called, and how many bytes it takes. */
export interface BundleEntry {
  readonly id: Id;
  readonly byteLength: number;
}

/** Of the number of items, which comes first, and of the length of each. */
export const numberBytes = 32;
/** Of what the header says of an item: its length and its id. */
export const entryBytes = numberBytes + 32;

/** How many items a bundle says it has. */
export function readCount(bytes: Uint8Array, limits: ItemLimits): number {
  const count = uint256(bytes, 0);
  if (count <= limits.items) return count;
  const facts = { limit: limits.items, ...(Number.isFinite(count) && { items: count }) };
  throw new HeddleError('bundle-over-limit', `the bundle says it has more than ${limits.items} items`, facts);
}

/** What `entries`, the header without the number of items, says of the item at `index`. */
export const readEntry = (entries: Uint8Array, index: number): BundleEntry => ({
  id: idFromBytes(entries.subarray(index * entryBytes + numberBytes, (index + 1) * entryBytes)),
  byteLength: readLength(entries, index),
});

/** How many bytes it says that the item at `index` has. */
export const readLength = (entries: Uint8Array, index: number): number => uint256(entries, index * entryBytes);

/** The header of a bundle with these items. */
export function writeHeader(entries: readonly BundleEntry[], limits: ItemLimits): Uint8Array {
  if (entries.length > limits.items) {
    const facts = { items: entries.length, limit: limits.items };
    throw new HeddleError('bundle-over-limit', `${entries.length} items are more than ${limits.items}`, facts);
  }
  const header = new Uint8Array(numberBytes + entries.length * entryBytes);
  const view = new DataView(header.buffer);
  view.setBigUint64(0, BigInt(entries.length), true);
  for (const [index, { id, byteLength }] of entries.entries()) {
    if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
      throw new HeddleError('option-invalid', `the item ${id} has ${byteLength} bytes`, {
        option: 'byteLength',
        index,
      });
    }
    const at = numberBytes + index * entryBytes;
    view.setBigUint64(at, BigInt(byteLength), true);
    header.set(idToBytes(id), at + numberBytes);
  }
  return header;
}

/** The number of 256 bits at `start`, the lowest byte first; Infinity if it is more than any length. */
function uint256(bytes: Uint8Array, start: number): number {
  let number = 0;
  for (let at = numberBytes - 1; at >= 0; at--) number = number * 256 + (bytes[start + at] ?? 0);
  return Number.isSafeInteger(number) ? number : Number.POSITIVE_INFINITY;
}

/** The tags of a transaction or an item whose data is a bundle. */
export const bundleTags: Tags = Object.freeze([
  Object.freeze({ name: 'Bundle-Format', value: 'binary' }),
  Object.freeze({ name: 'Bundle-Version', value: '2.0.0' }),
]);

/**
 * Whether the data of what has these tags is a bundle, by what they say. An item in a bundle may be one again.
 *
 * @example
 * ```ts
 * import { type DataItem, isBundle, parseBundle } from 'heddle/arweave';
 *
 * function* allItems(bytes: Uint8Array, depth = 0): Generator<DataItem> {
 *   for (const { item } of parseBundle(bytes)) {
 *     if (item) yield item;
 *     if (item && isBundle(item.tags) && depth < 10) yield* allItems(item.data, depth + 1);
 *   }
 * }
 * ```
 */
export const isBundle = (tags: Tags): boolean =>
  bundleTags.every(({ name, value }) => tags.some((tag) => tag.name === name && tag.value === value));
