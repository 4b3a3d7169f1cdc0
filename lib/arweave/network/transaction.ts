import { verifyRsa } from '#crypto';
import { sha256Base64Url } from '#sha256';
import { decodeBase64Url, encodeBase64Url } from '../../core/base64url.ts';
import { joined } from '../../core/bytes.ts';
import { HeddleError } from '../../core/error.ts';
import type { Address, Id } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import type { Tags } from '../../core/tags.ts';
import { deepHash } from '../deep-hash.ts';
import { bytesOf, idOf, listOf, malformed, objectOf, textOf, wholeOf, winstonOf } from './wire-fields.ts';

/** A transaction as Arweave's nodes write it in JSON: what is not a number of winston or bytes is base64url. */
export interface WireTransaction {
  readonly format: 1 | 2;
  readonly id: Id;
  readonly last_tx: string;
  readonly owner: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly target: string;
  readonly quantity: string;
  readonly data: string;
  readonly data_size: string;
  readonly data_root: string;
  readonly reward: string;
  readonly signature: string;
}

/** A transaction whose owner has signed all that is in it. */
export interface Transaction {
  readonly id: Id;
  /** In 1, the data is part of what is signed; in 2, the root of a tree over it. */
  readonly format: 1 | 2;
  /** The wallet that signed it. */
  readonly owner: Address;
  /** The wallet that gets {@link quantity}, or null. */
  readonly target: Address | null;
  /** Names and values as text; what is no UTF-8 reads as U+FFFD. */
  readonly tags: Tags;
  /** Winston that goes to the target. */
  readonly quantity: bigint;
  /** Winston that was paid for keeping it. */
  readonly reward: bigint;
  /** How much data it has. */
  readonly dataBytes: number;
  /** As nodes write it, without its data. */
  readonly wire: WireTransaction;
}

/** Checks the shape of what a host gives as the transaction `id`. */
export function readTransaction(json: Json, id: Id): WireTransaction {
  const fields = objectOf(json, 'the transaction');
  const text = (name: string): string => {
    bytesOf(fields[name] ?? '', name);
    return textOf(fields[name] ?? '', name);
  };
  const format = wholeOf(fields.format, 'format');
  if (format !== 1 && format !== 2) malformed('format', format);
  if (idOf(fields.id, 'id') !== id) malformed('id', fields.id);
  const tags = listOf(fields.tags ?? [], 'tags').map((entry) => {
    const tag = objectOf(entry, 'a tag');
    bytesOf(tag.name, "a tag's name");
    bytesOf(tag.value, "a tag's value");
    return { name: textOf(tag.name, 'name'), value: textOf(tag.value, 'value') };
  });
  return {
    format,
    id,
    last_tx: text('last_tx'),
    owner: text('owner'),
    tags,
    target: fields.target ? idOf(fields.target, 'target') : '',
    quantity: String(winstonOf(fields.quantity ?? '0', 'quantity')),
    data: text('data'),
    data_size: String(wholeOf(fields.data_size ?? 0, 'data_size')),
    data_root: fields.data_root ? idOf(fields.data_root, 'data_root') : '',
    reward: String(winstonOf(fields.reward ?? '0', 'reward')),
    signature: text('signature'),
  };
}

/**
 * The transaction, once it is certain that its id is that of its signature and that its owner has signed it; of format 1,
 * with this data. Refuses with `response-unverified`.
 */
export async function verifiedTransaction(wire: WireTransaction, data: Uint8Array = nothing): Promise<Transaction> {
  const { id, format, owner } = wire;
  const signature = decoded(wire.signature);
  if (sha256Base64Url(signature) !== id) throw unverified(id, 'its signature is that of another one');
  // Since 2025 there are keys of secp256k1 too, whose transactions have no owner.
  if (owner === '') throw unverified(id, 'it is not signed with an RSA key, and others are not verified');
  if (!(await verifyRsa(decoded(owner), signedBytes(wire, data), signature))) {
    throw unverified(id, 'its owner has not signed it as it is');
  }
  return {
    id,
    format,
    owner: sha256Base64Url(decoded(owner)),
    target: wire.target === '' ? null : wire.target,
    tags: wire.tags.map(({ name, value }) => ({
      name: utf8.decode(decoded(name)),
      value: utf8.decode(decoded(value)),
    })),
    quantity: BigInt(wire.quantity),
    reward: BigInt(wire.reward),
    dataBytes: format === 1 ? data.length : Number(wire.data_size),
    wire: { ...wire, data: '' },
  };
}

/** What the owner signs. */
export function signedBytes(wire: WireTransaction, data: Uint8Array = nothing): Uint8Array {
  const { format, quantity, reward, data_size, data_root } = wire;
  const [owner, target, anchor] = [wire.owner, wire.target, wire.last_tx].map(decoded) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const tags = wire.tags.map(({ name, value }) => [decoded(name), decoded(value)]);
  const [quantityText, rewardText] = [encoder.encode(quantity), encoder.encode(reward)];
  if (format === 1) return joined([owner, target, data, quantityText, rewardText, anchor, ...tags.flat()]);
  const parts = [encoder.encode('2'), owner, target, quantityText, rewardText, anchor, tags];
  return deepHash([...parts, encoder.encode(data_size), decoded(data_root)]);
}

/** The transaction with its signature, and the id that follows from it. */
export const withSignature = (wire: WireTransaction, signature: Uint8Array): WireTransaction => ({
  ...wire,
  id: sha256Base64Url(signature),
  signature: encodeBase64Url(signature),
});

export const unverified = (id: Id, why: string) =>
  new HeddleError('response-unverified', `what came as ${id} is not it: ${why}`, { id });

// Each was checked when it was read.
const decoded = (text: string): Uint8Array => decodeBase64Url(text) ?? nothing;
const nothing = new Uint8Array(0);
const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
