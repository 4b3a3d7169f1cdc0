import { rmSync } from 'node:fs';
import { type Awaitable, chained, isPending } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import { checkBytes, checkKey, type Notes } from '../notes.ts';
import type { LogBase, LogPiece, Store, StoredCheckpoint, StoredLedger } from '../store.ts';
import { Bases } from './bases.ts';
import { ContentFiles } from './content-files.ts';
import { type Disk, realDisk } from './disk.ts';
import { storeFailed } from './failure.ts';
import { blobsFolder, openFolder } from './folder.ts';
import { KeptBytes } from './kept-bytes.ts';
import { headOf, openTables } from './open-tables.ts';
import { type LmdbOptions, lmdbOptionsOf } from './options.ts';
import { PieceReader } from './piece-reader.ts';
import { writeBlobEntry } from './records.ts';
import { idOf, leftIn, nameOf } from './sweep.ts';
import type { Tables } from './tables.ts';
import { Writer } from './writer.ts';

/**
 * A store in a folder, which outlives the program: the log, small checkpoints and notes in LMDB, larger ones and blobs in
 * files of their own. One program at a time has it open. A store that is there is continued, and a new one is made in a
 * folder that is empty or not there.
 *
 * Throws `store-locked` if another has it open, `store-invalid` if the folder holds something else or a store of a newer
 * version, `store-damaged` if it cannot be read, `store-failed` if the system does not let it, with what to do.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { lmdbStore } from 'heddle/store/lmdb';
 *
 * const system = createSystem({ store: lmdbStore('data/shop', { durability: 'batched' }) });
 * await system.settle();
 * await system.flush(); // from here on nothing of it can be lost
 * await system.close();
 * ```
 */
export const lmdbStore = (folder: string, options: LmdbOptions = {}): LmdbStore =>
  new LmdbStore(folder, options, realDisk);

/**
 * What {@link lmdbStore} makes. Reading the log and notes is done at once, all else in its time.
 *
 * @example
 * ```ts
 * import { type LmdbStore, lmdbStore } from 'heddle/store/lmdb';
 *
 * const store: LmdbStore = lmdbStore('data/shop');
 * const id = await store.putBlob(new Uint8Array([1, 2, 3]));
 * console.log(await store.blob(id), store.length - store.durableLength); // Uint8Array(3) [ 1, 2, 3 ] 0
 * await store.close();
 * ```
 */
export class LmdbStore implements Store, Notes {
  /** The folder itself, whatever links led to it. */
  readonly folder: string;
  readonly #release: () => void;
  readonly #tables: Tables;
  readonly #writer: Writer;
  readonly #reader: PieceReader;
  readonly #checkpoints: KeptBytes;
  readonly #notes: KeptBytes;
  readonly #blobs: ContentFiles;
  readonly #bases: Bases;
  /** What is to be removed, when it is clear that this is the store that was meant: when somebody writes to it. */
  #left: readonly string[];
  #closed: Promise<void> | undefined;

  /** @internal `disk` is what its folder is changed by. */
  constructor(folder: string, given: LmdbOptions, disk: Disk) {
    const options = lmdbOptionsOf(given);
    const waits = options.durability !== 'memory';
    const opened = openFolder(folder);
    const { path } = opened;
    this.folder = path;
    this.#release = opened.release;
    try {
      this.#tables = openTables(opened, waits);
    } catch (error) {
      opened.release();
      throw storeFailed('the store was not opened', path, error);
    }
    const { length } = headOf(this.#tables, path);
    const { isThere } = opened;
    const place = { folder: path, tables: this.#tables, disk, isThere, length };
    this.#writer = new Writer(place, options);
    this.#reader = new PieceReader(path, this.#tables);
    this.#checkpoints = new KeptBytes('checkpoints', place, this.#writer, waits);
    this.#notes = new KeptBytes('notes', place, this.#writer, waits);
    this.#blobs = new ContentFiles(path, blobsFolder, disk, waits);
    try {
      this.#bases = new Bases(place, this.#writer, waits);
      this.#left = leftIn(path, this.#tables);
    } catch (error) {
      void this.#tables.close();
      opened.release();
      throw storeFailed('the store was not opened', path, error);
    }
  }

  /** How many bytes of log it holds, durable or not. */
  get length(): number {
    return this.#writer.length;
  }

  get durableLength(): number {
    return this.#writer.durableLength;
  }

  append(piece: LogPiece): Awaitable<void> {
    this.#beginWriting();
    // What failed before has been counted.
    this.#writer.check();
    if (piece.position !== this.length) throw new Error('another system has written to the store');
    if (piece.bytes.length > 0) return this.#writer.append(piece);
  }

  read(position: number): LogPiece | undefined {
    this.#checkOpen();
    if (position < this.trimmed) return this.#bases.kept(position);
    return this.#writer.read(position) ?? this.#reader.read(position, this.#writer.durableLength);
  }

  async putCheckpoint({ process, slot, bytes }: StoredCheckpoint): Promise<void> {
    this.#beginWriting();
    const put = this.#checkpoints.put(process, bytes, slot);
    if (isPending(put)) await put;
  }

  async checkpoint(process: Id): Promise<StoredCheckpoint | undefined> {
    this.#checkOpen();
    const kept = await this.#checkpoints.get(process);
    return kept && { process, slot: kept.slot, bytes: kept.bytes };
  }

  /** A checkpoint like those of processes. */
  putLedger({ position, bytes }: StoredLedger): Promise<void> {
    return this.putCheckpoint({ process: ledgerKey, slot: position, bytes });
  }

  async ledger(): Promise<StoredLedger | undefined> {
    this.#checkOpen();
    // One from before a base may be of the same position, and know less.
    if ((this.#checkpoints.slotOf(ledgerKey) ?? 0) <= this.base) return this.#bases.ledger();
    const kept = await this.checkpoint(ledgerKey);
    return kept && { position: kept.slot, bytes: kept.bytes };
  }

  get trimmed(): number {
    return this.#bases.trimmed;
  }

  get base(): number {
    return this.#bases.newest;
  }

  async trim(base: LogBase, before: number): Promise<void> {
    this.#beginWriting();
    await this.flush();
    await this.#bases.trim(base, before);
  }

  /** Keeps bytes under the id that is their SHA-256, durably when it answers. */
  async putBlob(bytes: Uint8Array): Promise<Id> {
    this.#beginWriting();
    checkBytes(bytes);
    const { length } = bytes;
    const id = idOf(await this.#blobs.put([bytes]));
    const put = this.#writer.put({ table: 'blobs', key: id, value: writeBlobEntry(id, { length }) });
    if (isPending(put)) await put;
    await this.flush();
    return id;
  }

  async blob(id: Id): Promise<Uint8Array | undefined> {
    this.#checkOpen();
    return this.#tables.blobs.doesExist(id) ? this.#blobs.read(nameOf(id)) : undefined;
  }

  putNote(key: Id, bytes: Uint8Array): Awaitable<void> {
    this.#beginWriting();
    checkKey(key);
    checkBytes(bytes);
    return this.#notes.put(key, new Uint8Array(bytes));
  }

  note(key: Id): Uint8Array | undefined {
    this.#checkOpen();
    checkKey(key);
    return this.#notes.getNow(key)?.bytes;
  }

  flush(): Awaitable<void> {
    this.#checkOpen();
    return chained(this.#written(), () => this.#writer.flush());
  }

  /**
   * Makes all durable, and lets others open the folder, whether that succeeded or not. Throws `store-failed` if it did not
   * and nobody was told before.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#written();
      if (!this.#writer.isGivenUp) await this.#writer.flush();
    } finally {
      await Promise.all([this.#checkpoints, this.#notes, this.#blobs, this.#bases].map((files) => files.settled()));
      await this.#tables.close();
      this.#release();
    }
  }

  /** Fulfils when files that are being written are there and referred to. */
  #written(): Awaitable<unknown> {
    const { written: checkpoints } = this.#checkpoints;
    const { written: notes } = this.#notes;
    return checkpoints || notes ? Promise.all([checkpoints, notes]) : undefined;
  }

  #beginWriting(): void {
    this.#checkOpen();
    const left = this.#left;
    if (left.length === 0) return;
    this.#left = [];
    try {
      for (const path of left) rmSync(path, { force: true });
    } catch (error) {
      throw storeFailed('what was left behind was not removed', this.folder, error);
    }
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new HeddleError('store-failed', `the store in ${this.folder} is closed`, { folder: this.folder });
  }
}

/** What the checkpoint of the ledger is kept under: no process has such an id. */
const ledgerKey = 'ledger';
