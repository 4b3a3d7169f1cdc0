import { reasonOf } from '../../core/error.ts';
import type { LogPiece } from '../store.ts';
import { storeDamaged } from './failure.ts';
import { unsealed } from './sealed.ts';
import { keyOf, positionOf, type Tables, tablesFile } from './tables.ts';

/** Reads the log in pieces, several small ones at once, and keeps those that were read last. */
export class PieceReader {
  readonly #folder: string;
  readonly #tables: Tables;
  /** The newest last. */
  readonly #kept: LogPiece[] = [];

  constructor(folder: string, tables: Tables) {
    this.#folder = folder;
    this.#tables = tables;
  }

  /** A piece with `position` in it, of a log whose tables go to `end`. */
  read(position: number, end: number): LogPiece | undefined {
    if (position >= end) return undefined;
    const at = this.#kept.findLastIndex((piece) => holds(piece, position));
    const piece = this.#kept.splice(at, at < 0 ? 0 : 1)[0] ?? this.#readSeveral(position, end);
    if (this.#kept.length >= mostKept) this.#kept.shift();
    this.#kept.push(piece);
    return piece;
  }

  #readSeveral(position: number, end: number): LogPiece {
    const first = this.readOne(position);
    const parts = [first.bytes];
    let next = first.position + first.bytes.length;
    for (let bytes = first.bytes.length; bytes < enoughBytes && next < end; ) {
      const { bytes: more } = this.readOne(next);
      if (bytes + more.length > enoughBytes) break;
      parts.push(more);
      bytes += more.length;
      next += more.length;
    }
    return { position: first.position, bytes: parts.length === 1 ? first.bytes : Buffer.concat(parts) };
  }

  /** The piece with that position in it, as it was stored. */
  readOne(position: number): LogPiece {
    const [at, room] = this.#find(position);
    const bytes = room && unsealed(at, room);
    if (!bytes) throw this.#damaged(position, `the log has other bytes than were written at ${at}`, at);
    if (position < at + bytes.length) return { position: at, bytes };
    throw this.#damaged(position, `the log has nothing at ${position}`, position);
  }

  #find(position: number): readonly [number, Uint8Array | undefined] {
    const { log } = this.#tables;
    try {
      // Pieces are mostly read one after the other.
      const exact = log.get(keyOf(position));
      if (exact) return [position, exact];
      for (const { key, value } of log.getRange({ start: keyOf(position), reverse: true, limit: 1 }))
        return [positionOf(key), value];
    } catch (error) {
      throw this.#damaged(position, `the log cannot be read at ${position}: ${reasonOf(error)}`, position);
    }
    throw this.#damaged(position, `the log has nothing at ${position}`, position);
  }

  #damaged(position: number, what: string, from: number) {
    const text = `${what}, where ${tablesFile} is damaged; all before it is good`;
    return storeDamaged(this.#folder, text, { position, from });
  }
}

const holds = ({ position, bytes }: LogPiece, at: number): boolean => position <= at && at < position + bytes.length;

/** What is read at once. */
const enoughBytes = 65_536;
const mostKept = 64;
