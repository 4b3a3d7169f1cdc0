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
  if (input instanceof Uint8Array) return hashPair(sha384(encoder.encode(`blob${input.length}`)), sha384(input));
  let hash = sha384(encoder.encode(`list${input.length}`));
  for (const entry of input) hash = hashPair(hash, deepHash(entry));
  return hash;
}

function hashPair(first: Uint8Array, second: Uint8Array): Uint8Array {
  pair.set(first);
  pair.set(second, hashBytes);
  return sha384(pair);
}

const encoder = new TextEncoder();
const hashBytes = 48;
const pair = new Uint8Array(2 * hashBytes);
