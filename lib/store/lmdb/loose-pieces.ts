import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LogPiece } from '../store.ts';
import { sealBytes, unsealed } from './sealed.ts';
import { positionOf } from './tables.ts';

/** Where in a file the sealed bytes of a piece are. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * The pieces of the log that are anywhere in an LMDB file whose pages do not hang together any more. What has a seal that
 * fits its position was written there: pieces are never changed, and a file has one history only.
 */
export class LoosePieces {
  readonly #file: number;
  readonly #size: number;
  readonly #pageBytes: number;
  readonly #places = new Map<number, Place>();

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.#size = fstatSync(this.#file).size;
    const said = this.#read({ at: pageBytesAt, length: 4 })?.readUInt32LE(0) ?? 0;
    this.#pageBytes = said >= 512 && said <= 65_536 && Math.log2(said) % 1 === 0 ? said : usualPageBytes;
    for (let at = 0; at < this.#size; at += this.#pageBytes) this.#look(at);
  }

  /** The piece that begins at a position. */
  readOne(position: number): LogPiece | undefined {
    const place = this.#places.get(position);
    const room = place && this.#read(place);
    const bytes = room && unsealed(position, room);
    return bytes && { position, bytes };
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Looks for pieces in a page that may hold entries of a table. */
  #look(pageAt: number): void {
    const page = this.#read({ at: pageAt, length: Math.min(this.#pageBytes, this.#size - pageAt) });
    if (!page || page.length < headerBytes || page.readUInt16LE(18) !== leaf) return;
    const lower = page.readUInt16LE(20);
    for (let at = headerBytes; at < headerBytes + lower && at + 2 <= page.length; at += 2) {
      const node = headerBytes + page.readUInt16LE(at);
      // A key of eight bytes, and something behind it.
      if (node + 16 > page.length || page.readUInt16LE(node + 6) !== 8) continue;
      const position = positionOf(page.subarray(node + 8, node + 16));
      if (!Number.isSafeInteger(position) || this.#places.has(position)) continue;
      const place = this.#placeOf(page, node, pageAt);
      const room = place && place.length > sealBytes ? this.#read(place) : undefined;
      if (place && room && unsealed(position, room)) this.#places.set(position, place);
    }
  }

  #placeOf(page: Buffer, node: number, pageAt: number): Place | undefined {
    const length = page.readUInt32LE(node);
    const isElsewhere = (page.readUInt16LE(node + 4) & 1) > 0;
    if (!isElsewhere) return { at: pageAt + node + 16, length };
    if (node + 24 > page.length) return undefined;
    const number = page.readUInt32LE(node + 16) + page.readUInt32LE(node + 20) * 2 ** 32;
    return { at: number * this.#pageBytes + headerBytes, length };
  }

  #read({ at, length }: Place): Buffer | undefined {
    if (at + length > this.#size) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    return readSync(this.#file, bytes, 0, length, at) === length ? bytes : undefined;
  }
}

const headerBytes = 24;
const leaf = 2;
const usualPageBytes = 4_096;
/** Where the first page says how large pages are. */
const pageBytesAt = 48;
