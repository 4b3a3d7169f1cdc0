import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/**
 * Says what is wrong with the pages of an LMDB file, if anything is. LMDB maps the file and follows what it says, so that
 * a torn or changed one would end the program; what is in the values is found when they are read. The layout is that of
 * the version of LMDB that the lmdb package brings, on machines of 64 bits that write low bytes first; others are not
 * looked at.
 */
export function flawOfPages(path: string): string | undefined {
  if (!isLaidOut) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'it is empty';
    new Pages(file, size).check();
    return undefined;
  } catch (error) {
    if (error instanceof Flaw) return error.message;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A tree: what kind it is, where its root is, and how much it has. */
interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly entries: number;
  readonly root: number;
}

interface Meta {
  readonly transaction: number;
  readonly pageBytes: number;
  readonly mapBytes: number;
  readonly lastPage: number;
  /** The pages that are free, and the tables. */
  readonly trees: readonly [Tree, Tree];
}

class Pages {
  readonly #file: number;
  readonly #size: number;
  readonly #newest: Meta;
  readonly #count: number;
  /** A bit for each page that belongs to something. */
  readonly #taken: Uint8Array;

  constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
    const first = this.#meta(0);
    const second = this.#meta(first.pageBytes);
    if (second.pageBytes !== first.pageBytes) throw new Flaw('its first two pages differ');
    // They are written by turns: the first by even transactions, the second by odd ones, if there was any.
    const distance = Math.abs(first.transaction - second.transaction);
    const isFresh = first.transaction === 0 && second.transaction === 0;
    const isRight = distance === 1 && first.transaction % 2 === 0;
    if (!isFresh && !isRight) throw new Flaw('its first two pages are not of one time');
    this.#newest = first.transaction > second.transaction ? first : second;
    this.#count = Math.floor(size / first.pageBytes);
    const { mapBytes, lastPage } = this.#newest;
    // Free pages at its end need not be there.
    if (lastPage > this.#count + mostMissing) throw new Flaw(`it ends at page ${this.#count}, long before ${lastPage}`);
    if (mapBytes > Math.max(size * 16, 2 ** 40)) throw new Flaw(`its map is said to have ${mapBytes} bytes`);
    this.#taken = new Uint8Array(Math.ceil(this.#count / 8));
  }

  check(): void {
    const [free, tables] = this.#newest.trees;
    this.#checkTree(free, freeFlags, compareNumbers);
    this.#checkTree(tables, tableFlags, Buffer.compare);
  }

  #meta(position: number): Meta {
    const page = this.#read(position, metaBytes, 'the beginning');
    const at = pageHeaderBytes;
    if (page.readUInt16LE(18) !== kinds.meta || page.readUInt32LE(at) !== magic) throw new Flaw('it is no LMDB file');
    const version = page.readUInt32LE(at + 4) & 0xffff;
    if (version !== dataVersion) throw new Flaw(`it is of version ${version} of LMDB, not ${dataVersion}`);
    const pageBytes = page.readUInt32LE(at + 24);
    if (!pageSizes.includes(pageBytes)) throw new Flaw(`its pages are said to have ${pageBytes} bytes`);
    const behind = at + 24 + 2 * treeBytes;
    return {
      transaction: longAt(page, behind + 8),
      pageBytes,
      mapBytes: longAt(page, at + 16),
      lastPage: longAt(page, behind),
      trees: [treeAt(page, at + 24), treeAt(page, at + 24 + treeBytes)],
    };
  }

  #checkTree({ flags, depth, root, entries }: Tree, expectedFlags: number, compare: Compare): void {
    if (flags !== expectedFlags) throw new Flaw(`a tree is of the kind ${flags}, not ${expectedFlags}`);
    if (depth > mostDepth || (depth === 0) !== (root === none)) throw new Flaw(`a tree is said to be ${depth} deep`);
    const found = root === none ? 0 : this.#checkPage(root, { levels: depth, compare });
    if (found !== entries) throw new Flaw(`a tree has ${found} entries, not ${entries}`);
  }

  /** How many entries are in a page, or below it. */
  #checkPage(number: number, bounds: Bounds): number {
    const { pageBytes } = this.#newest;
    const { levels } = bounds;
    this.#take(number, 1);
    const page = this.#read(number * pageBytes, pageBytes, `page ${number}`);
    const kind = page.readUInt16LE(18);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const room = pageBytes - pageHeaderBytes;
    const isRight = longAt(page, 0) === number && kind === (levels > 1 ? kinds.branch : kinds.leaf);
    if (!isRight || lower % 2 === 1 || lower > upper || upper > room)
      throw new Flaw(`page ${number} is no page of a tree`);
    const nodes: Buffer[] = [];
    for (let at = 0; at < lower; at += 2) {
      const offset = page.readUInt16LE(pageHeaderBytes + at);
      const node = page.subarray(pageHeaderBytes + offset);
      const isOutside = offset < upper || offset + nodeHeaderBytes > room || endOfKey(node) > node.length;
      if (isOutside) throw new Flaw(`page ${number} has an entry outside of it`);
      nodes.push(node);
    }
    checkOrder(nodes.map(keyOf), number, bounds);
    if (levels === 1) return nodes.reduce((entries, node) => entries + this.#checkEntry(node, number), 0);
    return nodes.reduce((entries, node, at) => {
      const child = node.readUInt32LE(0) + node.readUInt16LE(4) * 2 ** 32;
      const [from, to] = [at === 0 ? bounds.from : keyOf(node), nodes[at + 1]];
      return entries + this.#checkPage(child, { ...bounds, levels: levels - 1, from, to: to ? keyOf(to) : bounds.to });
    }, 0);
  }

  #checkEntry(node: Buffer, page: number): number {
    const bytes = node.readUInt32LE(0);
    const flags = node.readUInt16LE(4);
    const from = endOfKey(node);
    const isElsewhere = (flags & nodeFlags.elsewhere) > 0;
    if (from + (isElsewhere ? longRunBytes : bytes) > node.length)
      throw new Flaw(`a value of page ${page} is outside of it`);
    const { pageBytes } = this.#newest;
    if (isElsewhere) this.#take(longAt(node, from), Math.ceil((pageHeaderBytes + bytes) / pageBytes));
    if ((flags & nodeFlags.tree) > 0) {
      if (isElsewhere || bytes !== treeBytes) throw new Flaw(`a tree of page ${page} is none`);
      this.#checkTree(treeAt(node, from), tableFlags, Buffer.compare);
    }
    return 1;
  }

  #take(from: number, count: number): void {
    if (from < 2 || from + count > this.#count || from + count - 1 > this.#newest.lastPage) {
      throw new Flaw(`it ends at page ${this.#count}, before page ${from + count - 1}`);
    }
    for (let page = from; page < from + count; page++) {
      const bit = 1 << (page & 7);
      if (((this.#taken[page >> 3] ?? 0) & bit) > 0) throw new Flaw(`page ${page} belongs to two places`);
      this.#taken[page >> 3] = (this.#taken[page >> 3] ?? 0) | bit;
    }
  }

  #read(position: number, bytes: number, what: string): Buffer {
    if (position + bytes > this.#size) throw new Flaw(`it ends before ${what}`);
    const buffer = Buffer.allocUnsafe(bytes);
    if (readSync(this.#file, buffer, 0, bytes, position) < bytes) throw new Flaw(`it ends before ${what}`);
    return buffer;
  }
}

class Flaw extends Error {}

type Compare = (one: Buffer, other: Buffer) => number;

/** What is known of a page before it is read. */
interface Bounds {
  /** How many levels of pages there are, itself included. */
  readonly levels: number;
  readonly compare: Compare;
  /** Its keys are not before this one. */
  readonly from?: Buffer | undefined;
  /** They are before this one. */
  readonly to?: Buffer | undefined;
}

function checkOrder(keys: readonly Buffer[], page: number, { levels, compare, from, to }: Bounds): void {
  // The first key of a page that leads to others stands for all that is before the second.
  const counted = levels > 1 ? keys.slice(1) : keys;
  let last = from;
  for (const [at, key] of counted.entries()) {
    const order = last === undefined ? -1 : compare(last, key);
    const isFirstOfAll = at === 0 && levels === 1;
    if (order > 0 || (order === 0 && !isFirstOfAll)) throw new Flaw(`the keys of page ${page} are not in their order`);
    last = key;
  }
  if (last && to && compare(last, to) >= 0) throw new Flaw(`the keys of page ${page} belong to another`);
}

const endOfKey = (node: Buffer): number => nodeHeaderBytes + node.readUInt16LE(6);
const keyOf = (node: Buffer): Buffer => node.subarray(nodeHeaderBytes, endOfKey(node));

function compareNumbers(one: Buffer, other: Buffer): number {
  if (one.length !== 8 || other.length !== 8) throw new Flaw('a free page has no number');
  return longAt(one, 0) - longAt(other, 0);
}

const treeAt = (bytes: Buffer, at: number): Tree => ({
  flags: bytes.readUInt16LE(at + 4),
  depth: bytes.readUInt16LE(at + 6),
  entries: longAt(bytes, at + 32),
  root: longAt(bytes, at + 40),
});

/** Eight bytes as a number; what is larger than a safe one is wrong wherever it stands, but for {@link none}. */
const longAt = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;

const isLaidOut = endianness() === 'LE' && ['x64', 'arm64', 'ppc64', 'riscv64', 'loong64'].includes(process.arch);
const magic = 0xbeefc0de;
const dataVersion = 2;
const pageHeaderBytes = 24;
const nodeHeaderBytes = 8;
const treeBytes = 48;
const metaBytes = pageHeaderBytes + 24 + 2 * treeBytes + 16;
/** What stands for a value of its own pages: the first of them, when it was written and how many they are. */
const longRunBytes = 24;
const pageSizes: readonly number[] = Array.from({ length: 8 }, (_, power) => 512 * 2 ** power);
const mostDepth = 32;
/** More than one transaction of ours takes. */
const mostMissing = 65_536;
/** Numbers as keys, and a file instead of a folder; the tables are of the usual kind. */
const freeFlags = 0x4008;
const tableFlags = 0;
/** The root of a tree without entries. */
const none = 2 ** 64;
const kinds = { branch: 1, leaf: 2, meta: 8 } as const;
const nodeFlags = { elsewhere: 1, tree: 2 } as const;
