import { HeddleError } from '../core/error.ts';
import { type BundleItem, cutOff, incomplete, namedItem, settled } from './bundle.ts';
import { entryBytes, numberBytes, readCount, readEntry } from './bundle-header.ts';
import { ChunkReader, type Chunks } from './chunk-reader.ts';
import { type ItemLimits, itemLimitsOf } from './item-limits.ts';

/**
 * Reads a bundle of ANS-104 as it comes, such as the body of a response or a file, and yields its items in their order. It
 * holds the header, 64 bytes an item, and one item at a time, of which the source's chunks may take as much again; an item
 * yielded has its bytes to itself. An item that cannot be read, or is over the limit `itemBytes`, is passed over and
 * yielded as the error that says why. The source is closed when the last item is there or nobody reads on.
 *
 * Throws `bundle-malformed` if the header is not wholly there, `bundle-over-limit`, and what the source throws.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { readBundle, verifyItem } from 'heddle/arweave';
 *
 * for await (const { id, item, error } of readBundle(createReadStream('bundle'))) {
 *   if (error) console.warn(`${id} is left out: ${error.message}`);
 *   else await verifyItem(item);
 * }
 * ```
 */
export async function* readBundle(
  source: Chunks,
  limits?: Partial<ItemLimits>,
): AsyncGenerator<BundleItem, void, undefined> {
  const most = itemLimitsOf(limits);
  const reader = new ChunkReader(source);
  try {
    const count = readCount(await header(reader, numberBytes), most);
    const entries = await header(reader, count * entryBytes);
    for (let index = 0; index < count; index++) {
      const { id, byteLength } = readEntry(entries, index);
      const bytes = await nextItem(reader, index, byteLength, most);
      yield bytes instanceof HeddleError
        ? { index, id, error: bytes }
        : settled(index, id, () => namedItem(bytes, id, most));
    }
  } finally {
    await reader.close();
  }
}

async function header(reader: ChunkReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes) return bytes;
  throw cutOff(reader.taken);
}

/** The bytes of an item, or why there are none. */
async function nextItem(
  reader: ChunkReader,
  index: number,
  byteLength: number,
  { itemBytes }: ItemLimits,
): Promise<Uint8Array | HeddleError> {
  if (byteLength <= itemBytes) return (await reader.take(byteLength)) ?? incomplete(index);
  if (!(await reader.skip(byteLength))) return incomplete(index);
  const facts = { index, byteLength, itemBytes };
  return new HeddleError('item-over-limit', `the item ${index} has ${byteLength} bytes, of ${itemBytes}`, facts);
}
