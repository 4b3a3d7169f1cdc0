import { type Awaitable, isPending } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { LogPiece, Store, StoredCheckpoint, StoredLedger } from '../store.ts';
import { ContentFiles } from './content-files.ts';
import { type Disk, realDisk } from './disk.ts';
import { storeDamaged, storeFailed } from './failure.ts';
import { blobsFolder, checkpointsFolder, openFolder } from './folder.ts';
import { headOf, openTables } from './open-tables.ts';
import { type LmdbOptions, lmdbOptionsOf } from './options.ts';
import { PieceReader } from './piece-reader.ts';
import {
  checkpointHeader,
  type Reference,
  readCheckpointHeader,
  readReference,
  writeBlobEntry,
  writeReference,
} from './records.ts';
import { idOf, nameOf } from './sweep.ts';
import type { Tables } from './tables.ts';
import { Writer } from './writer.ts';

/**
 * A store in a folder, which outlives the program: the log and small checkpoints in LMDB, larger ones and blobs in files
 * of their own. One program at a time has it open. A store that is there is continued, and a new one is made in a folder
 * that is empty or not there.
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
 * What {@link lmdbStore} makes. Reading the log is done at once, all else in its time.
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
export class LmdbStore implements Store {
  /** The folder itself, whatever links led to it. */
  readonly folder: string;
  readonly #release: () => void;
  readonly #tables: Tables;
  readonly #writer: Writer;
  readonly #reader: PieceReader;
  readonly #checkpoints: ContentFiles;
  readonly #blobs: ContentFiles;
  /** The references that are not in the tables yet. */
  readonly #newReferences = new Map<Id, Reference>();
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
    const length = headOf(this.#tables, path).length;
    this.#writer = new Writer({ folder: path, tables: this.#tables, disk, length }, options);
    this.#reader = new PieceReader(path, this.#tables);
    this.#checkpoints = new ContentFiles(path, checkpointsFolder, disk, waits);
    this.#blobs = new ContentFiles(path, blobsFolder, disk, waits);
  }

  /** How many bytes of log it holds, durable or not. */
  get length(): number {
    return this.#writer.length;
  }

  get durableLength(): number {
    return this.#writer.durableLength;
  }

  append(piece: LogPiece): Awaitable<void> {
    this.#checkOpen();
    if (piece.position !== this.length) throw new Error('another system has written to the store');
    if (piece.bytes.length > 0) return this.#writer.append(piece);
  }

  read(position: number): LogPiece | undefined {
    this.#checkOpen();
    return this.#writer.read(position) ?? this.#reader.read(position, this.#writer.durableLength);
  }

  async putCheckpoint({ process, slot, bytes }: StoredCheckpoint): Promise<void> {
    this.#checkOpen();
    const logLength = this.length;
    const isSmall = bytes.length <= smallBytes;
    const file = isSmall ? undefined : await this.#checkpoints.put([checkpointHeader(process, slot), bytes]);
    const reference = { slot, logLength, file, bytes: isSmall ? bytes.slice() : undefined };
    const before = this.#reference(process)?.file;
    this.#newReferences.set(process, reference);
    const put = this.#writer.put(
      { table: 'checkpoints', key: process, value: writeReference(process, reference) },
      () => {
        if (this.#newReferences.get(process) === reference) this.#newReferences.delete(process);
        if (before !== undefined && before !== file) this.#checkpoints.remove(before);
      },
    );
    if (isPending(put)) await put;
  }

  async checkpoint(process: Id): Promise<StoredCheckpoint | undefined> {
    this.#checkOpen();
    const reference = this.#reference(process);
    if (!reference) return undefined;
    const { slot, file } = reference;
    if (file === undefined) return { process, slot, bytes: (reference.bytes ?? new Uint8Array()).slice() };
    const content = await this.#checkpoints.read(file);
    const header = readCheckpointHeader(content);
    if (header?.process !== process || header.slot !== slot) {
      throw storeDamaged(this.folder, `the checkpoint of ${process} at slot ${slot} is another one`, { process });
    }
    return { process, slot, bytes: content.subarray(header.from) };
  }

  /** A checkpoint like those of processes. */
  putLedger({ position, bytes }: StoredLedger): Promise<void> {
    return this.putCheckpoint({ process: ledgerKey, slot: position, bytes });
  }

  async ledger(): Promise<StoredLedger | undefined> {
    const kept = await this.checkpoint(ledgerKey);
    return kept && { position: kept.slot, bytes: kept.bytes };
  }

  /** Keeps bytes under the id that is their SHA-256, durably when it answers. */
  async putBlob(bytes: Uint8Array): Promise<Id> {
    this.#checkOpen();
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

  flush(): Awaitable<void> {
    this.#checkOpen();
    return this.#writer.flush();
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
      if (!this.#writer.isGivenUp) await this.#writer.flush();
    } finally {
      await Promise.all([this.#checkpoints.settled(), this.#blobs.settled()]);
      await this.#tables.close();
      this.#release();
    }
  }

  #reference(process: Id): Reference | undefined {
    const fresh = this.#newReferences.get(process);
    if (fresh) return fresh;
    const room = this.#tables.checkpoints.get(process);
    const reference = room && readReference(process, room);
    if (room && !reference) {
      throw storeDamaged(this.folder, `what is kept of the checkpoint of ${process} cannot be read`, { process });
    }
    return reference;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new HeddleError('store-failed', `the store in ${this.folder} is closed`, { folder: this.folder });
  }
}

/** What the checkpoint of the ledger is kept under: no process has such an id. */
const ledgerKey = 'ledger';

/** Up to here a checkpoint stands in LMDB: it takes a file, its flush and a block of the disk less. */
const smallBytes = 16_384;
