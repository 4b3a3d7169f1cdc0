import { verifyEd25519, verifyRsa } from '#crypto';
import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import { verifyEthereum } from './ethereum.ts';
import type { DataItem } from './item.ts';
import { payloadOf } from './item-payload.ts';
import { signatureTypes } from './signature-types.ts';

/**
 * Checks that the owner of an item has signed what is in it, and returns the item. What is checked are the bytes as they
 * are, of which nothing is encoded again.
 *
 * Refuses with `signature-invalid`, with `signature-type-unsupported` if the item is of a type that is read only, and in a
 * browser without WebCrypto with `crypto-unavailable`.
 *
 * @example
 * ```ts
 * import { HeddleError } from 'heddle';
 * import { type DataItem, verifyItem } from 'heddle/arweave';
 *
 * async function isGenuine(item: DataItem): Promise<boolean> {
 *   try {
 *     await verifyItem(item);
 *     return true;
 *   } catch (error) {
 *     if (error instanceof HeddleError && error.code === 'signature-invalid') return false;
 *     throw error;
 *   }
 * }
 * ```
 */
export async function verifyItem(item: DataItem): Promise<DataItem> {
  const { type } = item;
  const verify = verifiers.get(type);
  if (!verify) {
    const name = signatureTypes.get(type)?.name;
    throw new HeddleError('signature-type-unsupported', `the item is signed with ${name}, type ${type}`, { type });
  }
  if (await verify(item.owner, payloadOf(item), item.signature)) return item;
  const facts = { id: item.id, address: item.address };
  throw new HeddleError('signature-invalid', `${item.address} did not sign the item ${item.id} as it is`, facts);
}

type Verify = (owner: Uint8Array, payload: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;

const verifiers: ReadonlyMap<number, Verify> = new Map<number, Verify>([
  [1, verifyRsa],
  [2, verifyEd25519],
  [3, verifyEthereum],
]);
