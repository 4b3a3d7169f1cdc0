import { hashBytes, type Id } from '../core/id.ts';
import { keptAt } from './kept.ts';
import { checkBytes, checkKey, type Notes } from './notes.ts';
import type { LogBase, LogPiece, Store, StoredCheckpoint, StoredLedger } from './store.ts';

/**
 * A store that lives as long as the program. It is the default.
 *
 * @example
 * ```ts
 * import { createSystem, memoryStore } from 'heddle';
 *
 * const store = memoryStore();
 * const first = createSystem({ store });
 * await first.close();
 * const second = createSystem({ store }); // goes on where the first ended
 * await second.settle();
 * ```
 */
export function memoryStore(): MemoryStore {
  return new MemoryStore();
}

/**
 * What {@link memoryStore} makes: everything it answers, it answers at once.
 *
 * @example
 * ```ts
 * import { type MemoryStore, memoryStore } from 'heddle';
 *
 * const store: MemoryStore = memoryStore();
 * const id = store.putBlob(new Uint8Array([1, 2, 3]));
 * console.log(store.blob(id)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export class MemoryStore implements Store, Notes {
  /** The log in pieces, each with room behind it but the last. */
  #pieces: Piece[] = [];
  #length = 0;
  /** What the log was trimmed to, and the newest base. */
  #trimmed: LogBase = noBase;
  #base: LogBase = noBase;
  readonly #checkpoints = new Map<Id, StoredCheckpoint>();
  /** The newest but for bases. */
  #ledger: StoredLedger | undefined;
  readonly #blobs = new Map<Id, Uint8Array>();
  readonly #notes = new Map<Id, Uint8Array>();

  /** How many bytes of log it holds. */
  get length(): number {
    return this.#length;
  }

  append({ position, bytes }: LogPiece): void {
    const { length } = this;
    if (position !== length) throw new Error('another system has written to the store');
    let piece = this.#pieces.at(-1);
    // A base is at the beginning of a piece.
    if (!piece || position === this.#base.position || piece.length + bytes.length > piece.room.length) {
      // As much again as there is, within bounds.
      const roomBytes = Math.min(Math.max(length, leastRoomBytes), mostRoomBytes);
      piece = { position, room: new Uint8Array(Math.max(roomBytes, bytes.length)), length: 0 };
      this.#pieces.push(piece);
    }
    piece.room.set(bytes, piece.length);
    piece.length += bytes.length;
    this.#length += bytes.length;
  }

  read(position: number): LogPiece | undefined {
    if (position >= this.length) return undefined;
    if (position < this.trimmed) return keptAt(this.#trimmed, position);
    let low = 0;
    for (let high = this.#pieces.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.position ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    return piece && { position: piece.position, bytes: piece.room.subarray(0, piece.length) };
  }

  putCheckpoint(checkpoint: StoredCheckpoint): void {
    this.#checkpoints.set(checkpoint.process, checkpoint);
  }

  checkpoint(process: Id): StoredCheckpoint | undefined {
    return this.#checkpoints.get(process);
  }

  putLedger(ledger: StoredLedger): void {
    if (ledger.position > this.base) this.#ledger = ledger;
  }

  ledger(): StoredLedger | undefined {
    return this.#ledger ?? (this.base > 0 ? this.#base : undefined);
  }

  get trimmed(): number {
    return this.#trimmed.position;
  }

  get base(): number {
    return this.#base.position;
  }

  trim(base: LogBase, before: number): void {
    if (base.position !== this.length || (before !== base.position && before !== this.base)) {
      throw new Error(`a base at ${base.position} of ${this.length}, and to be trimmed at ${before}`);
    }
    if (before === base.position) this.#trimmed = base;
    else if (before > this.trimmed) this.#trimmed = this.#base;
    this.#base = base;
    this.#ledger = undefined;
    this.#pieces = this.#pieces.filter(({ position }) => position >= before);
  }

  putBlob(bytes: Uint8Array): Id {
    checkBytes(bytes);
    const id = hashBytes(bytes);
    // A slice of a Buffer would be no copy.
    this.#blobs.set(id, new Uint8Array(bytes));
    return id;
  }

  blob(id: Id): Uint8Array | undefined {
    return this.#blobs.get(id)?.slice();
  }

  putNote(key: Id, bytes: Uint8Array): void {
    checkKey(key);
    checkBytes(bytes);
    this.#notes.set(key, new Uint8Array(bytes));
  }

  note(key: Id): Uint8Array | undefined {
    checkKey(key);
    return this.#notes.get(key);
  }

  /** The same as `length`: memory is all there is. */
  get durableLength(): number {
    return this.length;
  }

  flush(): void {}

  close(): void {}
}

const noBase: LogBase = { position: 0, bytes: new Uint8Array(), kept: [] };

interface Piece {
  readonly position: number;
  readonly room: Uint8Array;
  length: number;
}

const leastRoomBytes = 4_096;
const mostRoomBytes = 1_048_576;
