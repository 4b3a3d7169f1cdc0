import { sha256Base64Url } from '#sha256';
import { decodeBase64Url } from '../../core/base64url.ts';
import { HeddleError } from '../../core/error.ts';
import { type Address, type Id, idToBytes } from '../../core/id.ts';
import type { Tags } from '../../core/tags.ts';
import type { Notes } from '../../store/notes.ts';
import type { DataItem } from '../item.ts';
import { checkGateway, type Gateway } from '../network/gateway.ts';
import { type Content, keep, kept } from './kept.ts';

/**
 * What somebody signed and put on Arweave, verified: a data item or a transaction of the base layer, which AO treats alike.
 *
 * @example
 * ```ts
 * import type { Published } from 'heddle/arweave';
 *
 * const summary = ({ id, owner, item, data }: Published) =>
 *   `${item ? 'The item' : 'The transaction'} ${id} of ${owner} holds ${data.length} bytes`;
 * ```
 */
export interface Published {
  readonly id: Id;
  /** Who signed it. */
  readonly owner: Address;
  readonly target: Address | null;
  /** 32 bytes that its sender chose, of a transaction what ties it to a block, or null. */
  readonly anchor: Uint8Array | null;
  readonly tags: Tags;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  /** The data item, or null if it is a transaction of the base layer. */
  readonly item: DataItem | null;
}

/** Where something of AO is read. */
export interface AoReadOptions {
  readonly gateway: Gateway;
  /** Keeps what was read and verified, so that it is not fetched again. It is verified again when it is read there. */
  readonly store?: Notes;
  /** Ends the reading, with `request-aborted`. */
  readonly signal?: AbortSignal;
}

/** What is known of something before it is read. */
export interface Expected {
  /** What it is most likely: it is asked for as that first. */
  readonly likely: 'item' | 'transaction';
  /** Whether the data of a transaction is not needed, which is verified without. It is empty then. */
  readonly withoutData?: boolean;
}

/** Reads and verifies what was published as `id`. Rejects as the gateway does. */
export async function fetchPublished(
  id: Id,
  { gateway, store, signal }: AoReadOptions,
  { likely, withoutData = false }: Expected,
): Promise<Published> {
  idToBytes(id);
  checkGateway(gateway);
  const known = store && (await kept(store, id));
  if (known) return publishedOf(known);
  const options = signal && { signal };
  const asItem = async (): Promise<Content> => ({ item: await gateway.item(id, options) });
  const asTransaction = async (): Promise<Content> => {
    const transaction = await gateway.transaction(id, options);
    return { transaction, data: withoutData ? new Uint8Array(0) : await gateway.data(id, options) };
  };
  const content = await either(likely === 'item' ? [asItem, asTransaction] : [asTransaction, asItem]);
  if (store && !(content.transaction && withoutData)) await keep(store, id, content);
  return publishedOf(content);
}

function publishedOf(content: Content): Published {
  if (content.item) {
    const { item } = content;
    const { id, address: owner, target, anchor, tags, data, signature } = item;
    return { id, owner, target, anchor, tags, data, signature, item };
  }
  const { transaction, data } = content;
  const { id, owner, target, tags, wire } = transaction;
  const anchor = wire.last_tx === '' ? null : decoded(wire.last_tx);
  return { id, owner, target, anchor, tags, data, signature: decoded(wire.signature), item: null };
}

// Each was checked when it was read.
const decoded = (text: string): Uint8Array => decodeBase64Url(text) ?? new Uint8Array(0);

/**
 * Whether `address` names who signed it. Of an Ethereum key AO's compute unit writes another address than its scheduler, which
 * hashes keys of any kind.
 */
export const isSignedBy = ({ owner, item }: Published, address: Address): boolean =>
  owner === address || (item !== null && sha256Base64Url(item.owner) === address);

/** What the first way gives that leads anywhere. If none does, why: what may yet change first, that nobody has it last. */
async function either<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  const failures: HeddleError[] = [];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof HeddleError) || error.code === 'request-aborted') throw error;
      failures.push(error);
    }
  }
  const rank = ({ code }: HeddleError) => (code === 'gateway-unreachable' ? 0 : code === 'gateway-not-found' ? 2 : 1);
  throw failures.toSorted((a, b) => rank(a) - rank(b))[0];
}
