import { HeddleError } from '../core/error.ts';
import { hashBytes, type Id, idToBytes } from '../core/id.ts';

/** Bytes of a page, the leaf of the tree. */
export const treePageBytes = 4096;

/** What shows that a page belongs to a memory with a known root: the hashes beside the way up, from the leaf. */
export interface PageProof {
  readonly page: number;
  readonly pages: number;
  readonly siblings: readonly Id[];
}

/**
 * A Merkle tree over the pages of a memory. A leaf is the SHA-256 of its page, a node that of its two children, and what
 * is missing to a power of two counts as zero pages. Most of a memory is zero, and those parts are hashed once.
 */
export class PageTree {
  readonly #pages: number;
  /** The hashes of each level that are not those of a memory full of zeros, leaves first. */
  readonly #levels: readonly ReadonlyMap<number, Id>[];

  /** `parts` are all the bytes of the memory that may not be zero, each at its address; they must not overlap. */
  constructor(memoryBytes: number, parts: readonly { readonly at: number; readonly bytes: Uint8Array }[]) {
    this.#pages = Math.ceil(memoryBytes / treePageBytes);
    const levels = [leaves(parts)];
    for (let level = 0; level < depthOf(this.#pages); level++) levels.push(parents(levels[level] ?? new Map(), level));
    this.#levels = levels;
  }

  get root(): Id {
    return this.#at(this.#levels.length - 1, 0);
  }

  /** The proof for one page; log2 of the number of pages is its length. */
  proof(page: number): PageProof {
    if (!Number.isSafeInteger(page) || page < 0 || page >= this.#pages) {
      throw new HeddleError('option-invalid', `page ${page} is not one of ${this.#pages}`, { page });
    }
    const siblings = this.#levels.slice(0, -1).map((_, level) => this.#at(level, (page >> level) ^ 1));
    return { page, pages: this.#pages, siblings };
  }

  #at(level: number, index: number): Id {
    return this.#levels[level]?.get(index) ?? zeroHash(level);
  }
}

/**
 * Whether `bytes` are the page of a memory with that root. A proof may be a stranger's: one that is none shows nothing.
 *
 * @example
 * ```ts
 * import { type Id, type PageProof, verifyPage } from 'heddle';
 *
 * const check = (digest: Id, proof: PageProof, page: Uint8Array) => verifyPage(digest, proof, page);
 * ```
 */
export function verifyPage(root: Id, { page, pages, siblings }: PageProof, bytes: Uint8Array): boolean {
  if (!(Number.isSafeInteger(page) && page >= 0 && page < pages)) return false;
  if (bytes.length !== treePageBytes || !Array.isArray(siblings) || siblings.length !== depthOf(pages)) return false;
  if (!siblings.every(isId)) return false;
  let hash = hashBytes(bytes);
  for (const [level, sibling] of siblings.entries()) {
    hash = (page >> level) & 1 ? parent(sibling, hash) : parent(hash, sibling);
  }
  return hash === root;
}

function isId(text: Id): boolean {
  try {
    return idToBytes(text).length > 0;
  } catch {
    return false;
  }
}

const depthOf = (pages: number): number => Math.ceil(Math.log2(Math.max(1, pages)));

const parent = (left: Id, right: Id): Id => hashBytes(idToBytes(left), idToBytes(right));

const zeroHashes = [hashBytes(new Uint8Array(treePageBytes))];

/** The hash of a subtree of zero pages. */
function zeroHash(level: number): Id {
  for (let next = zeroHashes.length; next <= level; next++) {
    const below = zeroHashes[next - 1] ?? '';
    zeroHashes.push(parent(below, below));
  }
  return zeroHashes[level] ?? '';
}

function leaves(parts: readonly { readonly at: number; readonly bytes: Uint8Array }[]): Map<number, Id> {
  const pages = new Map<number, Uint8Array>();
  for (const { at, bytes } of parts) {
    for (let done = 0; done < bytes.length; ) {
      const page = Math.floor((at + done) / treePageBytes);
      const offset = (at + done) % treePageBytes;
      const piece = bytes.subarray(done, done + treePageBytes - offset);
      const whole = pages.get(page) ?? new Uint8Array(treePageBytes);
      whole.set(piece, offset);
      pages.set(page, whole);
      done += piece.length;
    }
  }
  const hashes = new Map<number, Id>();
  for (const [page, bytes] of pages) {
    const hash = hashBytes(bytes);
    if (hash !== zeroHash(0)) hashes.set(page, hash);
  }
  return hashes;
}

function parents(children: ReadonlyMap<number, Id>, level: number): Map<number, Id> {
  const hashes = new Map<number, Id>();
  for (const index of children.keys()) {
    const above = index >> 1;
    if (hashes.has(above)) continue;
    const [left, right] = [children.get(above * 2), children.get(above * 2 + 1)];
    hashes.set(above, parent(left ?? zeroHash(level), right ?? zeroHash(level)));
  }
  return hashes;
}
