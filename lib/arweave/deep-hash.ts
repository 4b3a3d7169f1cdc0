import { sha384 } from '#crypto';

/** What a deep hash is made of: bytes, or a list of such. */
export type DeepHashInput = Uint8Array | readonly DeepHashInput[];

/**
 * Arweave's deep hash with SHA-384, which is what is signed of data items and transactions: of bytes, the hash of the
 * hash of `blob` and their length and of their own hash; of a list, the hash of `list` and its length, hashed with the
 * deep hash of each entry in turn.
 *
 * @example
 * ```ts
 * import { deepHash } from 'heddle/arweave';
 *
 * const utf8 = new TextEncoder();
 * deepHash([utf8.encode('a'), [utf8.encode('b')]]).length; // 48
 * ```
 */
export function deepHash(input: DeepHashInput): Uint8Array {
  return input instanceof Uint8Array ? blobHash(input) : listHash(headHash('list', input.length), input);
}

/** The hash of a list, or of its beginning if more is to follow: `hash` taken on by each of `entries`. */
export function listHash(hash: Uint8Array, entries: readonly DeepHashInput[]): Uint8Array {
  let all = hash;
  for (const entry of entries) all = pairHash(all, deepHash(entry));
  return all;
}

/** The hash that a list of so many entries, or a blob of so many bytes, begins with. */
export const headHash = (kind: 'blob' | 'list', length: number): Uint8Array =>
  sha384(encoder.encode(`${kind}${length}`));

function blobHash(blob: Uint8Array): Uint8Array {
  if (blob.length === 0) return emptyHash;
  if (blob.length >= shortBlobs) return pairHash(headHash('blob', blob.length), sha384(blob));
  let head = headsOfShort[blob.length];
  if (!head) {
    head = headHash('blob', blob.length);
    headsOfShort[blob.length] = head;
  }
  return pairHash(head, sha384(blob));
}

function pairHash(first: Uint8Array, second: Uint8Array): Uint8Array {
  pair.set(first);
  pair.set(second, hashBytes);
  return sha384(pair);
}

const encoder = new TextEncoder();
const hashBytes = 48;
const pair = new Uint8Array(2 * hashBytes);
/** Below this length, blobs have lengths that come again and again: those of keys, ids and small data. */
const shortBlobs = 1_024;
const headsOfShort: (Uint8Array | undefined)[] = [];
/** That of no bytes: most items lack some part. */
const emptyHash = pairHash(headHash('blob', 0), sha384(new Uint8Array()));
