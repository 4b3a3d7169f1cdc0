import { sha256Base64Url } from '#sha256';
import { joined } from '../core/bytes.ts';
import { HeddleError } from '../core/error.ts';
import { type BundleEntry, writeHeader } from './bundle-header.ts';
import { ChunkReader, type Chunks } from './chunk-reader.ts';
import { DataItem } from './item.ts';
import { signatureAt } from './item-layout.ts';
import { defaultItemLimits } from './item-limits.ts';
import { signatureTypes } from './signature-types.ts';

/** An item that lies somewhere else, such as in a file, and is read when its turn comes. */
export interface StoredItem extends BundleEntry {
  /** The bytes of the item, as it was signed. */
  open(): Chunks;
}

/**
 * The bundle of these items, in memory. For many or large ones there is `streamBundle`. What carries it as its data has the
 * tags `bundleTags`.
 *
 * Refuses more than 1,000,000 items with `bundle-over-limit`.
 *
 * @example
 * ```ts
 * import { type DataItem, buildBundle, bundleTags, signItem, type Signer } from 'heddle/arweave';
 *
 * // A bundle in an item, which can be in a bundle again.
 * const nested = (items: readonly DataItem[], signer: Signer) =>
 *   signItem({ tags: bundleTags, data: buildBundle(items) }, signer);
 * ```
 */
export function buildBundle(items: readonly DataItem[]): Uint8Array {
  const header = writeHeader(items.map(entryOf), defaultItemLimits);
  return joined([header, ...items.map(({ bytes }) => bytes)]);
}

/**
 * The bundle of these items, piece by piece: the header, and then one item after the other, of which one is open at a
 * time. So a bundle of any size takes the memory of its header, 64 bytes an item, and of one chunk.
 *
 * Throws `bundle-over-limit` for more than 1,000,000 items, and `bundle-malformed` when an item turns out to be another
 * one than it says, by its id or its length; what came until then is not a bundle.
 *
 * @example
 * ```ts
 * import { createReadStream, createWriteStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 * import { type StoredItem, streamBundle } from 'heddle/arweave';
 *
 * // Made when the items were written to their files.
 * async function bundleFiles(files: readonly { id: string; byteLength: number; path: string }[]) {
 *   const items: StoredItem[] = files.map((file) => ({ ...file, open: () => createReadStream(file.path) }));
 *   await pipeline(streamBundle(items), createWriteStream('bundle'));
 * }
 * ```
 */
export async function* streamBundle(
  items: readonly (DataItem | StoredItem)[],
): AsyncGenerator<Uint8Array, void, undefined> {
  yield writeHeader(items.map(entryOf), defaultItemLimits);
  for (const item of items) {
    if (item instanceof DataItem) yield item.bytes;
    else yield* storedItem(item);
  }
}

const entryOf = (item: DataItem | StoredItem): BundleEntry =>
  item instanceof DataItem ? { id: item.id, byteLength: item.bytes.length } : item;

/** The bytes of an item, once it has shown that it is the right one. */
async function* storedItem({ id, byteLength, open }: StoredItem): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ChunkReader(open());
  try {
    const start = await reader.take(signatureAt);
    const type = start && signatureTypes.get(new DataView(start.buffer).getUint16(0, true));
    const signature = type && (await reader.take(type.signatureBytes));
    if (!signature || sha256Base64Url(signature) !== id) throw another(id, 'the signature is another one');
    yield joined([start, signature]);
    for (let piece = await reader.some(mostPieceBytes); piece; piece = await reader.some(mostPieceBytes)) {
      if (reader.taken > byteLength) break;
      yield piece;
    }
    if (reader.taken !== byteLength) throw another(id, `it has not ${byteLength} bytes`);
  } finally {
    await reader.close();
  }
}

const another = (id: string, why: string): HeddleError =>
  new HeddleError('bundle-malformed', `what was to be the item ${id} is not: ${why}`, { id });

const mostPieceBytes = 65_536;
