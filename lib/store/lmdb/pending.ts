import type { LogPiece } from '../store.ts';
import { headKey, writeHead } from './records.ts';
import { seal, sealBytes } from './sealed.ts';
import { type Change, keyOf } from './tables.ts';

/** A piece of the log with room for its seal before it and for more behind it. */
interface Piece {
  readonly position: number;
  readonly room: Uint8Array;
  length: number;
}

/** What is to be durable together. */
export class Pending {
  readonly #pieces: Piece[] = [];
  readonly #changes: Change[] = [];
  readonly #afterwards: (() => void)[] = [];
  /** How many bytes it holds. */
  bytes = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0 && this.#changes.length === 0;
  }

  append({ position, bytes }: LogPiece): void {
    let piece = this.#pieces.at(-1);
    if (!piece || sealBytes + piece.length + bytes.length > piece.room.length) {
      // The first may be alone.
      const roomBytes = piece ? Math.max(bytes.length, pieceBytes) : bytes.length;
      piece = { position, room: new Uint8Array(sealBytes + roomBytes), length: 0 };
      this.#pieces.push(piece);
    }
    piece.room.set(bytes, sealBytes + piece.length);
    piece.length += bytes.length;
    this.bytes += bytes.length;
  }

  /** Adds another change, and what is to be done when it is durable. */
  put(change: Change, afterwards?: () => void): void {
    this.#changes.push(change);
    if (afterwards) this.#afterwards.push(afterwards);
    this.bytes += change.value?.length ?? 0;
  }

  /** The piece with that position in it. */
  read(position: number): LogPiece | undefined {
    const piece = this.#pieces.findLast((one) => one.position <= position);
    if (!piece || position >= piece.position + piece.length) return undefined;
    return { position: piece.position, bytes: piece.room.subarray(sealBytes, sealBytes + piece.length) };
  }

  /** All changes, where the log goes to `logLength`. */
  changes(logLength: number): readonly Change[] {
    const pieces = this.#pieces.map(({ position, room, length }): Change => {
      const value = room.subarray(0, sealBytes + length);
      seal(position, value);
      return { table: 'log', key: keyOf(position), value };
    });
    const head: Change = { table: 'heads', key: headKey, value: writeHead({ length: logLength }) };
    return pieces.length === 0 ? this.#changes : [...pieces, head, ...this.#changes];
  }

  /** Does what was to be done when it is durable. */
  isDurable(): void {
    for (const afterwards of this.#afterwards) afterwards();
  }
}

/** What is worth a piece of its own. */
const pieceBytes = 65_536;
