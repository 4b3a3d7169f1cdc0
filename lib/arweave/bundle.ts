import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import { type BundleEntry, entryBytes, numberBytes, readCount, readEntry, readLength } from './bundle-header.ts';
import { plainBytes } from './bytes.ts';
import { type DataItem, parseItem } from './item.ts';
import { type ItemLimits, itemLimitsOf } from './item-limits.ts';

/** An item of a bundle, or why it cannot be read. */
export type BundleItem =
  | { readonly index: number; readonly id: Id; readonly item: DataItem; readonly error?: undefined }
  | { readonly index: number; readonly id: Id; readonly item?: undefined; readonly error: HeddleError };

/**
 * A bundle of ANS-104 in memory. Its items are read when they are asked for, as views of its bytes; one that cannot be read
 * takes none of the others with it. What comes after the last item is ignored.
 *
 * @example
 * ```ts
 * import type { Bundle } from 'heddle/arweave';
 *
 * const ids = (bundle: Bundle) => Array.from({ length: bundle.length }, (_, index) => bundle.entry(index).id);
 * ```
 */
export class Bundle implements Iterable<BundleItem> {
  /** How many items it has. */
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #entries: Uint8Array;
  readonly #limits: ItemLimits;
  /** Where each item ends, once one was asked for. */
  #ends: Float64Array | undefined;

  /** @internal */
  constructor(bytes: Uint8Array, limits: ItemLimits) {
    if (bytes.length < numberBytes) throw cutOff(bytes.length);
    this.length = readCount(bytes, limits);
    if (bytes.length < numberBytes + this.length * entryBytes) throw cutOff(bytes.length);
    this.#bytes = bytes;
    this.#entries = bytes.subarray(numberBytes);
    this.#limits = limits;
  }

  /** What its header says of an item. */
  entry(index: number): BundleEntry {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new HeddleError('option-invalid', `the bundle has ${this.length} items, none at ${index}`, { index });
    }
    return readEntry(this.#entries, index);
  }

  /**
   * An item. Refuses as `parseItem` does, and with `bundle-malformed` if it is not wholly there or is another one than the
   * header says.
   */
  item(index: number): DataItem {
    return this.#read(index, this.entry(index));
  }

  /** All items in their order, those that cannot be read as the error that says why. */
  *[Symbol.iterator](): Generator<BundleItem, void, undefined> {
    for (let index = 0; index < this.length; index++) {
      const entry = this.entry(index);
      yield settled(index, entry.id, () => this.#read(index, entry));
    }
  }

  #read(index: number, { id, byteLength }: BundleEntry): DataItem {
    const end = this.#end(index);
    if (end > this.#bytes.length) throw incomplete(index);
    return namedItem(this.#bytes.subarray(end - byteLength, end), id, this.#limits);
  }

  #end(index: number): number {
    if (!this.#ends) {
      const ends = new Float64Array(this.length);
      let end = numberBytes + this.length * entryBytes;
      for (let at = 0; at < this.length; at++) {
        end += readLength(this.#entries, at);
        ends[at] = end;
      }
      this.#ends = ends;
    }
    return this.#ends[index] ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * Reads a bundle of ANS-104 that is in memory: of a transaction or of an item that `isBundle` says is one. The bytes are
 * kept, not copied, and only its header is read. For one that does not fit into memory there is `readBundle`.
 *
 * Refuses with `bundle-malformed` if the header is not wholly there, and with `bundle-over-limit`.
 *
 * @example
 * ```ts
 * import { parseBundle, verifyItem } from 'heddle/arweave';
 *
 * async function readable(bytes: Uint8Array) {
 *   for (const { id, item, error } of parseBundle(bytes)) {
 *     if (error) console.warn(`${id} is left out: ${error.message}`);
 *     else await verifyItem(item);
 *   }
 * }
 * ```
 */
export function parseBundle(bytes: Uint8Array, limits?: Partial<ItemLimits>): Bundle {
  if (!(bytes instanceof Uint8Array))
    throw new HeddleError('bundle-malformed', `the bundle is ${typeof bytes}, not bytes`);
  return new Bundle(plainBytes(bytes), itemLimitsOf(limits));
}

/** What `read` returns or refuses. */
export function settled(index: number, id: Id, read: () => DataItem): BundleItem {
  try {
    return { index, id, item: read() };
  } catch (error) {
    if (error instanceof HeddleError) return { index, id, error };
    throw error;
  }
}

/** Reads an item that the header calls `id`. */
export function namedItem(bytes: Uint8Array, id: Id, limits: ItemLimits): DataItem {
  const item = parseItem(bytes, limits);
  if (item.id === id) return item;
  const facts = { id: item.id, named: id };
  throw new HeddleError('bundle-malformed', `the bundle says ${id} where the item ${item.id} is`, facts);
}

export const incomplete = (index: number): HeddleError =>
  new HeddleError('bundle-malformed', `the bundle ends before its item ${index} does`, { index });

export const cutOff = (bytes: number): HeddleError =>
  new HeddleError('bundle-malformed', `the bundle ends after ${bytes} bytes, within its header`, { bytes });
