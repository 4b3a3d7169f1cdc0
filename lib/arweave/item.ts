import { sha256Base64Url } from '#sha256';
import { HeddleError } from '../core/error.ts';
import { type Address, type Id, idFromBytes } from '../core/id.ts';
import type { Tags } from '../core/tags.ts';
import { plainBytes } from './bytes.ts';
import { ethereumAddress } from './ethereum.ts';
import { fieldBytes, type ItemLayout, readLayout, signatureAt } from './item-layout.ts';
import { type ItemLimits, itemLimitsOf } from './item-limits.ts';
import { type BinaryTag, binaryTags, textTags } from './item-tags.ts';

/**
 * A data item of ANS-104, as it was signed: its parts are read from its bytes, and made when they are asked for. All byte
 * arrays are views of {@link bytes}, which nobody may change.
 *
 * @example
 * ```ts
 * import type { DataItem } from 'heddle/arweave';
 *
 * const summary = ({ id, address, target, tags, data }: DataItem) =>
 *   `${id}: ${data.length} bytes from ${address} to ${target ?? 'nobody'}, ${tags.length} tags`;
 * ```
 */
export class DataItem {
  /** The item itself, which is what is stored and sent. */
  readonly bytes: Uint8Array;
  readonly #layout: ItemLayout;
  #id: Id | undefined;
  #tags: Tags | undefined;

  /** @internal Only of a layout that was read from these bytes. */
  constructor(bytes: Uint8Array, layout: ItemLayout) {
    this.bytes = bytes;
    this.#layout = layout;
  }

  /** What it is called: the SHA-256 of its signature. The same content signed again is another item. */
  get id(): Id {
    this.#id ??= sha256Base64Url(this.signature);
    return this.#id;
  }

  /** The number of its signature type: 1 for Arweave, 2 for ed25519, 3 for Ethereum. */
  get type(): number {
    return this.#layout.type;
  }

  get signature(): Uint8Array {
    return this.bytes.subarray(signatureAt, this.#layout.ownerAt);
  }

  /** The public key of who signed it. */
  get owner(): Uint8Array {
    return this.bytes.subarray(this.#layout.ownerAt, this.#layout.ownerEnd);
  }

  /** Who signed it, once that is verified. */
  get address(): Address {
    return addressOf(this.type, this.owner);
  }

  /** The process or wallet that it is for, or null. */
  get target(): Id | null {
    const bytes = this.rawTarget;
    return bytes.length === 0 ? null : idFromBytes(bytes);
  }

  /** 32 bytes that its sender chose, or null. AO's clients choose text. */
  get anchor(): Uint8Array | null {
    const bytes = this.rawAnchor;
    return bytes.length === 0 ? null : bytes;
  }

  /**
   * Its tags as text. Names and values may be any bytes: what is no UTF-8 reads as U+FFFD here, and is as it was in
   * {@link binaryTags}.
   */
  get tags(): Tags {
    this.#tags ??= this.rawTags.length === 0 ? [] : textTags(this.rawTags);
    return this.#tags;
  }

  /** Its tags as bytes. */
  get binaryTags(): readonly BinaryTag[] {
    return this.rawTags.length === 0 ? [] : binaryTags(this.rawTags);
  }

  get data(): Uint8Array {
    return this.bytes.subarray(this.#layout.dataAt);
  }

  /** @internal The 32 bytes of the target, or none. */
  get rawTarget(): Uint8Array {
    return this.#field(this.#layout.targetAt);
  }

  /** @internal The 32 bytes of the anchor, or none. */
  get rawAnchor(): Uint8Array {
    return this.#field(this.#layout.anchorAt);
  }

  /** @internal The tags as they are encoded, which is how they are signed. */
  get rawTags(): Uint8Array {
    return this.bytes.subarray(this.#layout.tagsAt, this.#layout.dataAt);
  }

  #field(at: number): Uint8Array {
    return at === 0 ? nothing : this.bytes.subarray(at, at + fieldBytes);
  }
}

const nothing = new Uint8Array(0);

/**
 * Reads a data item of ANS-104, of any signature type whose lengths are known. The bytes are kept, not copied. That its
 * parts are there says nothing about who signed it: see `verifyItem`.
 *
 * Refuses with `item-malformed`, with `item-over-limit` if its tags are over the limits, and with
 * `signature-type-unsupported` if its type is not known.
 *
 * @example
 * ```ts
 * import { parseItem, verifyItem } from 'heddle/arweave';
 *
 * async function senderOf(bytes: Uint8Array) {
 *   const item = await verifyItem(parseItem(bytes));
 *   return item.address;
 * }
 * ```
 */
export function parseItem(bytes: Uint8Array, limits?: Partial<ItemLimits>): DataItem {
  if (!(bytes instanceof Uint8Array)) throw new HeddleError('item-malformed', `the item is ${typeof bytes}, not bytes`);
  const plain = plainBytes(bytes);
  return new DataItem(plain, readLayout(plain, itemLimitsOf(limits)));
}

/**
 * The address of an owner: of an Ethereum key, its own one, as AO's compute and messenger units have it; of any other, the
 * SHA-256 of the key.
 */
export const addressOf = (type: number, owner: Uint8Array): Address =>
  type === ethereumType ? ethereumAddress(owner) : sha256Base64Url(owner);

const ethereumType = 3;
