import type { Awaitable } from '../../core/awaitable.ts';
import type { Id } from '../../core/id.ts';
import { ContentFiles } from './content-files.ts';
import { storeDamaged } from './failure.ts';
import { folderOf } from './folder.ts';
import { checkpointHeader, type Reference, readCheckpointHeader, readReference, writeReference } from './records.ts';
import type { KeptTable } from './tables.ts';
import type { Writer, WriterPlace } from './writer.ts';

interface Kept {
  readonly slot: number;
  readonly bytes: Uint8Array;
}

/** Bytes under keys, the newest of each: small ones in a table of LMDB, larger ones in files that it refers to. */
export class KeptBytes {
  readonly #table: KeptTable;
  readonly #place: WriterPlace;
  readonly #writer: Writer;
  readonly #files: ContentFiles;
  /** The references that are not in the table yet. */
  readonly #fresh = new Map<Id, Reference>();
  /** Fulfils when no file is being written that something waits behind. */
  #written: Promise<void> | undefined;

  /** Files are durable when they are there if `isFlushed`. */
  constructor(table: KeptTable, place: WriterPlace, writer: Writer, isFlushed: boolean) {
    this.#table = table;
    this.#place = place;
    this.#writer = writer;
    this.#files = new ContentFiles(place.folder, folderOf[table], place.disk, isFlushed);
  }

  /**
   * Keeps bytes behind all that was put before: of a slot, or of how often something was kept under that key. They must not
   * change until it is done.
   */
  put(key: Id, bytes: Uint8Array, slot?: number): Awaitable<void> {
    const logLength = this.#writer.length;
    if (bytes.length <= smallBytes && !this.#written) return this.#putSmall(key, logLength, bytes, slot);
    const written = this.#putBehind(this.#written, key, logLength, bytes, slot);
    const settled = written.then(ignore, ignore).then(() => {
      if (this.#written === settled) this.#written = undefined;
    });
    this.#written = settled;
    return written;
  }

  /** What is kept under a key, and the slot that it is of. The bytes are the caller's. */
  async get(key: Id): Promise<Kept | undefined> {
    const reference = this.#reference(key);
    const file = reference?.file;
    return reference && this.#kept(key, reference, file && (await this.#files.read(file)));
  }

  /** The same while this thread waits. */
  getNow(key: Id): Kept | undefined {
    const reference = this.#reference(key);
    const file = reference?.file;
    return reference && this.#kept(key, reference, file && this.#files.readNow(file));
  }

  /** The slot of what is kept under a key. */
  slotOf(key: Id): number | undefined {
    return this.#reference(key)?.slot;
  }

  /** Fulfils when all that was put so far is given to the writer. */
  get written(): Promise<void> | undefined {
    return this.#written;
  }

  /** Fulfils when nothing is being removed. */
  settled(): Promise<void> {
    return this.#files.settled();
  }

  async #putBehind(
    before: Promise<void> | undefined,
    key: Id,
    logLength: number,
    bytes: Uint8Array,
    given: number | undefined,
  ): Promise<void> {
    await before;
    if (bytes.length <= smallBytes) return this.#putSmall(key, logLength, bytes, given);
    const slot = given ?? this.#nextSlot(key);
    const file = await this.#files.put([checkpointHeader(key, slot), bytes]);
    await this.#refer(key, { slot, logLength, file, bytes: undefined });
  }

  #putSmall(key: Id, logLength: number, bytes: Uint8Array, given: number | undefined): Awaitable<void> {
    return this.#refer(key, {
      slot: given ?? this.#nextSlot(key),
      logLength,
      file: undefined,
      bytes: new Uint8Array(bytes),
    });
  }

  /** So that no two files of a key have one name: the earlier is removed while the later is there. */
  #nextSlot(key: Id): number {
    return (this.#reference(key)?.slot ?? 0) + 1;
  }

  #kept(key: Id, { slot, bytes }: Reference, content: Uint8Array | '' | undefined): Kept {
    if (!content) return { slot, bytes: (bytes ?? new Uint8Array()).slice() };
    const header = readCheckpointHeader(content);
    if (header?.process === key && header.slot === slot) return { slot, bytes: content.subarray(header.from) };
    throw this.#damaged(`what is kept in ${this.#table} of ${key} at slot ${slot} is another one`, key);
  }

  #refer(key: Id, reference: Reference): Awaitable<void> {
    const before = this.#reference(key)?.file;
    this.#fresh.set(key, reference);
    return this.#writer.put({ table: this.#table, key, value: writeReference(key, reference) }, () => {
      if (this.#fresh.get(key) === reference) this.#fresh.delete(key);
      if (before !== undefined && before !== reference.file) this.#files.remove(before);
    });
  }

  #reference(key: Id): Reference | undefined {
    const fresh = this.#fresh.get(key);
    if (fresh) return fresh;
    const room = this.#place.tables[this.#table].get(key);
    const reference = room && readReference(key, room);
    if (room && !reference) throw this.#damaged(`what is kept in ${this.#table} of ${key} cannot be read`, key);
    return reference;
  }

  #damaged(what: string, key: Id) {
    return storeDamaged(this.#place.folder, what, { [this.#table === 'checkpoints' ? 'process' : 'note']: key });
  }
}

const ignore = (): void => {};

/** Up to here bytes stand in LMDB: it takes a file, its flush and a block of the disk less. */
const smallBytes = 16_384;
