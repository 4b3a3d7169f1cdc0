import { type Awaitable, isPending } from '../../core/awaitable.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import { inStore, isStoreFailure } from '../guard.ts';
import type { LogPiece, Store } from '../store.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { LogDigest } from './log-digest.ts';

/**
 * The log of a system's run: records, one after the other, of all that was committed. It is written here and kept in a
 * store. A position in it is the number of bytes before it.
 */
export class Log {
  readonly #store: Store;
  #digest = new LogDigest();
  /** The newest records. Whatever is written to it belongs to the record under way. */
  readonly writer = new ByteWriter(roomBytes);
  /** The position of the writer's first byte. */
  #start = 0;
  /** How much of what the writer holds is in the store. */
  #stored = 0;
  /** How much of what the writer holds is whole records. */
  #ended = 0;
  /** Where the newest whole record begins. */
  #newest = 0;
  /** Where in the writer the eight bytes are that a digest leaves out. */
  readonly #aside: number[] = [];
  /** The positions of the records that are read, while somebody notes them. */
  #noted: Set<number> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Where the record under way begins. */
  get end(): number {
    return this.#start + this.#ended;
  }

  /** Where the newest whole record that was written here begins. */
  get newest(): number {
    return this.#newest;
  }

  /** The newest whole record that was written here, whether the store has it or not. */
  get newestBytes(): Uint8Array {
    const position = this.#newest;
    if (position >= this.#start) return this.writer.bytes.subarray(position - this.#start, this.#ended);
    const piece = this.#read(position);
    if (piece) return piece.bytes.subarray(position - piece.position);
    throw missing(position);
  }

  /** The digest of all that is stored, but for what is written aside. */
  get digest(): Id {
    return this.#digest.with(this.#counted(this.writer.bytes, this.#stored));
  }

  /** Ends the record under way. */
  endRecord(): void {
    this.#newest = this.end;
    this.#ended = this.writer.at;
  }

  /** Writes eight bytes that the digest counts as none. */
  writeAside(value: bigint): void {
    this.#aside.push(this.writer.at);
    this.writer.long(value);
  }

  /** Puts all whole records into the store. */
  flush(): Awaitable<void> {
    if (this.#stored === this.#ended) return;
    const ended = this.#ended;
    const bytes = this.writer.bytes.subarray(this.#stored, ended);
    const piece = { position: this.#start + this.#stored, bytes };
    const kept = inStore('the log was not stored', () => this.#store.append(piece));
    return isPending(kept) ? kept.then(() => this.#flushed(ended)) : this.#flushed(ended);
  }

  /** From where on all of it is there. */
  get trimmed(): number {
    return this.#store.trimmed;
  }

  /** The position of the store's newest base. */
  get base(): number {
    return this.#store.base;
  }

  /** A reader of the record at `position`. Throws `history-trimmed` if it was trimmed. */
  at(position: number): ByteReader {
    const { bytes, position: start } = this.#with(position);
    return new ByteReader(bytes, position - start);
  }

  /** The bytes of the record at `position`, all of which `read` reads. */
  recordAt(position: number, read: (reader: ByteReader) => void): Uint8Array {
    const { bytes, position: start } = this.#with(position);
    const reader = new ByteReader(bytes, position - start);
    read(reader);
    return new Uint8Array(bytes.subarray(position - start, reader.at));
  }

  /** Does `work`, which is given the positions of the records that are read meanwhile, as they are. */
  notingReads(work: (positions: ReadonlySet<number>) => void): void {
    const noted = new Set<number>();
    this.#noted = noted;
    try {
      work(noted);
    } finally {
      this.#noted = undefined;
    }
  }

  #with(position: number): LogPiece {
    this.#noted?.add(position);
    // While the store is being taken in, the writer has nothing.
    if (position >= this.#start && this.#ended > 0 && position >= this.trimmed) {
      return { position: this.#start, bytes: this.writer.bytes };
    }
    const piece = this.#read(position);
    if (piece) return piece;
    throw position < this.trimmed ? this.#gone(position) : missing(position);
  }

  #gone(position: number): HeddleError {
    const what = `what the log had at ${position} was trimmed: it begins at ${this.trimmed}`;
    return new HeddleError('history-trimmed', what, { position, trimmed: this.trimmed });
  }

  /** What the digest has come to where the record under way begins. All is stored. */
  get digestState(): Uint8Array {
    const digest = new LogDigest(this.#digest.state);
    for (const part of this.#counted(this.writer.bytes, this.#stored)) digest.update(part);
    return digest.state;
  }

  /** Goes on at `position` of what the store holds, where the digest had come to `digestState`. */
  goOnFrom(position: number, digestState: Uint8Array): void {
    this.#start = position;
    this.#digest = new LogDigest(digestState);
  }

  /**
   * Takes in what the store holds behind what was taken in before: calls `take` for each record, which reads all of it.
   */
  recover(take: (reader: ByteReader, position: number) => void): void {
    if (this.#start < this.trimmed) throw this.#gone(this.#start);
    for (let piece = this.#read(this.#start); piece; piece = this.#read(this.#start)) {
      const bytes = piece.bytes.subarray(this.#start - piece.position);
      const reader = new ByteReader(bytes, 0, this.#aside);
      let taken = 0;
      try {
        for (; !reader.ended; taken = reader.at) take(reader, this.#start + taken);
      } finally {
        // One that is not taken in may be tried again.
        this.#take(bytes, taken);
      }
    }
  }

  /** All whole records, in pieces. */
  *pieces(): Generator<Uint8Array> {
    if (this.trimmed > 0) throw this.#gone(0);
    const stored = this.#start + this.#stored;
    for (let position = 0; position < stored; ) {
      const piece = this.#read(position);
      if (!piece) throw missing(position);
      yield piece.bytes.subarray(position - piece.position);
      position = piece.position + piece.bytes.length;
    }
    yield this.writer.bytes.slice(this.#stored, this.#ended);
  }

  #flushed(ended: number): void {
    this.#stored = ended;
    // What was written in the meantime is still needed.
    if (ended < pieceBytes || ended < this.writer.at) return;
    this.#take(this.writer.bytes, ended);
    this.#stored = 0;
    this.#ended = 0;
    this.writer.at = 0;
  }

  /** Takes the first of `bytes` into the digest, for good. */
  #take(bytes: Uint8Array, length: number): void {
    for (const part of this.#counted(bytes, length)) this.#digest.update(part);
    this.#aside.length = 0;
    this.#start += length;
  }

  /** What the digest counts of the first of `bytes`. */
  #counted(bytes: Uint8Array, length: number): readonly Uint8Array[] {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (const at of this.#aside) {
      if (at >= length) break;
      parts.push(bytes.subarray(from, at));
      from = at + asideBytes;
    }
    parts.push(bytes.subarray(from, length));
    return parts;
  }

  #read(position: number): LogPiece | undefined {
    try {
      return this.#store.read(position);
    } catch (cause) {
      if (isStoreFailure(cause)) throw cause;
      throw new HeddleError('store-failed', `the log was not read: ${reasonOf(cause)}`, { position }, { cause });
    }
  }
}

const missing = (position: number): HeddleError =>
  new HeddleError('store-failed', `the store has nothing at ${position} of the log`, { position });

/** What is hashed in one piece. */
const pieceBytes = 65_536;
const roomBytes = 4_096;
const asideBytes = 8;
