import { HeddleError } from '../core/error.ts';
import { type Id, idToBytes } from '../core/id.ts';
import { bytesOf } from './bytes.ts';
import { DataItem } from './item.ts';
import { itemBytes } from './item-bytes.ts';
import { fieldBytes, readLayout, signatureAt } from './item-layout.ts';
import { defaultItemLimits } from './item-limits.ts';
import { payloadOf } from './item-payload.ts';
import { encodeTags, type ItemTagsInput } from './item-tags.ts';
import { type SignatureType, signatureTypes } from './signature-types.ts';
import { type Signer, signWith } from './signer.ts';

/** What an item is to hold; what is left out it does not have. */
export interface ItemContent {
  /** Text is written as UTF-8. */
  readonly data?: string | Uint8Array;
  /** The process or wallet that it is for. */
  readonly target?: Id | null;
  /** 32 bytes, or text that takes 32 bytes as UTF-8. */
  readonly anchor?: string | Uint8Array | null;
  /** As for a message; names and values may also be bytes. */
  readonly tags?: ItemTagsInput;
}

/**
 * Makes a data item of ANS-104 and signs it. What is built keeps to what ANS-104 allows: at most 128 tags, names of 1 to
 * 1,024 bytes, values of at most 3,072 bytes (none, too, since AO's clients send such), 4,096 bytes of tags encoded.
 *
 * Refuses with `item-over-limit`, `tags-invalid`, `data-invalid`, `id-invalid` for the target, `anchor-invalid`, and as
 * the signer does, with `signer-failed` if it does not sign.
 *
 * @example
 * ```ts
 * import { ed25519Signer, generateEd25519Key, signItem, verifyItem } from 'heddle/arweave';
 *
 * const signer = ed25519Signer(generateEd25519Key());
 * const item = await signItem({ tags: { Action: 'Ping' }, anchor: '0'.repeat(32), data: 'hello' }, signer);
 * await verifyItem(item);
 * console.log(item.id, item.bytes.length); // to be sent: item.bytes
 * ```
 */
export async function signItem(content: ItemContent, signer: Signer): Promise<DataItem> {
  const { signatureBytes, ownerBytes } = typeOf(signer);
  requireLength('public key', signer.publicKey, ownerBytes);
  const bytes = unsignedBytes(content, signer, signatureBytes);
  // Nobody else has the bytes yet: the signature is written into the item that says what is to be signed.
  const item = new DataItem(bytes, readLayout(bytes, defaultItemLimits));
  const signature = await signWith(signer, payloadOf(item));
  requireLength('signature', signature, signatureBytes);
  bytes.set(signature, signatureAt);
  return item;
}

/** The bytes of an item whose signature is zeros. */
function unsignedBytes(content: ItemContent, { type, publicKey }: Signer, signatureBytes: number): Uint8Array {
  const target = content.target == null ? undefined : idToBytes(content.target);
  const anchor = content.anchor == null ? undefined : anchorBytes(content.anchor);
  const data = bytesOf(content.data ?? '');
  if (!data)
    throw new HeddleError('data-invalid', `the data is ${typeof content.data}, or text that is not well formed`);
  return itemBytes({ type, signatureBytes, owner: publicKey, target, anchor, tags: encodeTags(content.tags), data });
}

function anchorBytes(anchor: string | Uint8Array): Uint8Array {
  const bytes = bytesOf(anchor);
  if (bytes?.length === fieldBytes) return bytes;
  throw new HeddleError(
    'anchor-invalid',
    `the anchor is ${bytes ? `${bytes.length} bytes` : 'neither text nor bytes'}`,
  );
}

function typeOf({ type }: Signer): SignatureType {
  const known = signatureTypes.get(type);
  if (known) return known;
  throw new HeddleError('signature-type-unsupported', `the signer has the unknown signature type ${type}`);
}

function requireLength(what: string, bytes: unknown, length: number): void {
  if (bytes instanceof Uint8Array && bytes.length === length) return;
  const given = bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof bytes;
  throw new HeddleError('signer-failed', `the signer's ${what} is ${given}, not ${length} bytes`, { what, length });
}
