import { Sha256 } from '#sha256';
import { joined } from '../../core/bytes.ts';
import { HeddleError } from '../../core/error.ts';
import { hashBytes, idToBytes } from '../../core/id.ts';

// Data of a transaction of format 2 is split into chunks, which are the leaves of a binary tree of hashes; the transaction
// holds the root's. The format is that of Arweave's nodes (ar_merkle.erl), and of version 1.15.7 of the `arweave` client,
// which tests compare this with.

const mostChunkBytes = 262_144;
const leastChunkBytes = 32_768;
/** Of a hash, and of a number. */
const fieldBytes = 32;

/** A part of the data, from `start` up to `end`. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/**
 * How data of that size is split: into chunks of 256 KiB, of which the last two share what is left if the last one would
 * have less than 32 KiB. Of data that this divides evenly, an empty chunk is the last leaf.
 */
export function chunkRanges(dataBytes: number): readonly ChunkRange[] {
  const ranges: ChunkRange[] = [];
  let start = 0;
  while (dataBytes - start >= mostChunkBytes) {
    const end = start + chunkBytes(dataBytes - start);
    ranges.push({ start, end });
    start = end;
  }
  ranges.push({ start, end: dataBytes });
  return ranges;
}

/** Where the chunk begins that holds the byte `at`: the same, without going through all of them. */
export function chunkStart(dataBytes: number, at: number): number {
  // All but the last two are of the same size.
  let start = Math.max(0, Math.floor(at / mostChunkBytes) - 1) * mostChunkBytes;
  for (let end = start; end <= at && end < dataBytes; end += chunkBytes(dataBytes - end)) start = end;
  return start;
}

/** How much of what is left the next chunk takes. */
function chunkBytes(rest: number): number {
  const next = rest - mostChunkBytes;
  return next > 0 && next < leastChunkBytes ? Math.ceil(rest / 2) : Math.min(rest, mostChunkBytes);
}

interface TreeNode {
  readonly hash: Uint8Array;
  /** Where what is below it ends. */
  readonly end: number;
}

/** The tree of data that comes bit by bit, which keeps 32 bytes of each chunk. */
export class DataTree {
  readonly chunks: readonly ChunkRange[];
  readonly #dataHashes: Uint8Array[] = [];
  #hash = new Sha256();
  #at = 0;
  #levels: readonly (readonly TreeNode[])[] | undefined;

  constructor(dataBytes: number) {
    this.chunks = chunkRanges(dataBytes);
  }

  /** Takes the next bytes. There may not be more of them than was said. */
  push(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const chunk = this.chunks[this.#dataHashes.length];
      if (!chunk) throw new RangeError('there are more bytes than the tree was made for');
      const part = rest.subarray(0, chunk.end - this.#at);
      this.#hash.update(part);
      this.#at += part.length;
      if (this.#at === chunk.end) this.#endChunk();
      rest = rest.subarray(part.length);
    }
  }

  /** The hash at the top, or undefined as long as bytes are missing. */
  get root(): Uint8Array | undefined {
    return this.#tree()?.at(-1)?.[0]?.hash;
  }

  /** What proves that a chunk is where it is: the hashes on the way down from the root, for {@link provenChunk}. */
  proof(chunk: number): Uint8Array {
    const levels = this.#tree() ?? [];
    const parts: Uint8Array[] = [];
    for (let level = levels.length - 2; level >= 0; level--) {
      const left = levels[level]?.[(chunk >> level) & ~1];
      const right = levels[level]?.[(chunk >> level) | 1];
      // A node without a sibling is passed upward as it is.
      if (left && right) parts.push(left.hash, right.hash, note(left.end));
    }
    parts.push(this.#dataHashes[chunk] ?? new Uint8Array(0), note(this.chunks[chunk]?.end ?? 0));
    const proof = new Uint8Array(parts.length * fieldBytes);
    for (const [at, part] of parts.entries()) proof.set(part, at * fieldBytes);
    return proof;
  }

  #endChunk(): void {
    this.#dataHashes.push(idToBytes(this.#hash.with([])));
    this.#hash = new Sha256();
  }

  #tree() {
    if (this.#levels) return this.#levels;
    // The last chunk may be empty.
    if (this.#dataHashes.length === this.chunks.length - 1 && this.#at === this.chunks.at(-1)?.end) this.#endChunk();
    if (this.#dataHashes.length < this.chunks.length) return undefined;
    let nodes: TreeNode[] = this.#dataHashes.map((dataHash, at) => {
      const end = this.chunks[at]?.end ?? 0;
      return { hash: leafHash(dataHash, end), end };
    });
    const levels = [nodes];
    while (nodes.length > 1) {
      nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, at) => joinedNode(nodes, at));
      levels.push(nodes);
    }
    this.#levels = levels;
    return levels;
  }
}

/**
 * The part of the data that `chunk` is, which a proof says: the one that holds the byte `at`, of data of `dataBytes` whose
 * tree has that root. Refuses with `response-unverified`.
 */
export function provenChunk(
  root: Uint8Array,
  dataBytes: number,
  at: number,
  proof: Uint8Array,
  chunk: Uint8Array,
): ChunkRange {
  let hash = root;
  let [start, end] = [0, dataBytes];
  let from = 0;
  for (; proof.length - from > 2 * fieldBytes; from += 3 * fieldBytes) {
    const left = field(proof, from);
    const right = field(proof, from + fieldBytes);
    const middle = field(proof, from + 2 * fieldBytes);
    if (!isEqual(hash, nodeHash(left, right, middle))) throw unproven();
    const split = toNumber(middle);
    if (split <= start || split > end) throw unproven();
    if (at < split) {
      hash = left;
      end = split;
    } else {
      hash = right;
      start = split;
    }
  }
  const leaf = joined([sha256(chunk), note(end)]);
  if (!isEqual(proof.subarray(from), leaf) || !isEqual(hash, leafHash(field(leaf, 0), end))) throw unproven();
  if (chunk.length !== end - start) throw unproven();
  return { start, end };
}

/** Whether two lists of bytes are the same. */
export const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

const unproven = () => new HeddleError('response-unverified', 'a chunk is not the one that the transaction names');

const joinedNode = (nodes: readonly TreeNode[], at: number): TreeNode => {
  const [left, right] = nodes.slice(2 * at, 2 * at + 2) as [TreeNode, TreeNode?]; // there is one for each two of them
  return right ? { hash: nodeHash(left.hash, right.hash, note(left.end)), end: right.end } : left;
};

const leafHash = (dataHash: Uint8Array, end: number) => sha256(sha256(dataHash), sha256(note(end)));

const nodeHash = (left: Uint8Array, right: Uint8Array, middle: Uint8Array) =>
  sha256(sha256(left), sha256(right), sha256(middle));

const sha256 = (...parts: readonly Uint8Array[]) => idToBytes(hashBytes(...parts));

const field = (proof: Uint8Array, at: number) => proof.subarray(at, at + fieldBytes);

/** A number as 32 bytes, the highest first. */
function note(value: number): Uint8Array {
  const bytes = new Uint8Array(fieldBytes);
  new DataView(bytes.buffer).setBigUint64(fieldBytes - 8, BigInt(value));
  return bytes;
}

/** A number that is too large to be a place in data is one that lies behind all of it. */
function toNumber(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLarge = bytes.length !== fieldBytes || bytes.subarray(0, fieldBytes - 8).some((byte) => byte !== 0);
  return isLarge ? Number.POSITIVE_INFINITY : Number(view.getBigUint64(fieldBytes - 8));
}
