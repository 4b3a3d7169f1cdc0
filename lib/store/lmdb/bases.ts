import { keptAt } from '../kept.ts';
import type { LogBase, LogPiece, StoredLedger } from '../store.ts';
import { ContentFiles } from './content-files.ts';
import { storeDamaged } from './failure.ts';
import { basesFolder, raiseFormat } from './folder.ts';
import {
  type BasePlace,
  type BasePlaces,
  basesKey,
  readBase,
  readBasePlaces,
  writeBase,
  writeBasePlaces,
} from './records.ts';
import { keysBefore, type Tables, tablesFile } from './tables.ts';
import type { Writer, WriterPlace } from './writer.ts';

/** What a trimmed log begins with, and the base that it is trimmed to next: each in a file. */
export class Bases {
  readonly #place: WriterPlace;
  readonly #writer: Writer;
  readonly #files: ContentFiles;
  #places: BasePlaces | undefined;
  /** The one that the log was trimmed to. What it keeps is read as often as the log. */
  #trimmed: LogBase | undefined;

  /** Files are durable when they are there if `isFlushed`. */
  constructor(place: WriterPlace, writer: Writer, isFlushed: boolean) {
    this.#place = place;
    this.#writer = writer;
    this.#files = new ContentFiles(place.folder, basesFolder, place.disk, isFlushed);
    this.#places = basePlacesOf(place.tables, place.folder);
    if (this.#places?.trimmed) this.#trimmed = this.#read(this.#places.trimmed);
  }

  /** From where on all of the log is there. */
  get trimmed(): number {
    return this.#places?.trimmed?.position ?? 0;
  }

  /** The position of the newest base. */
  get newest(): number {
    return this.#places?.newest.position ?? 0;
  }

  /** A record from before the log's beginning. */
  kept(position: number): LogPiece | undefined {
    return this.#trimmed && keptAt(this.#trimmed, position);
  }

  /** The ledger of the newest base. */
  ledger(): StoredLedger | undefined {
    const { newest, trimmed } = this.#places ?? {};
    return newest && (newest.file === trimmed?.file ? this.#trimmed : this.#read(newest));
  }

  /** Keeps a base at the end of the log, all of which is durable, and lets go of the log before `before`. */
  async trim(base: LogBase, before: number): Promise<void> {
    const { position } = base;
    if (position !== this.#writer.length || (before !== position && before !== this.newest)) {
      throw new Error(`a base at ${position} of ${this.#writer.length}, and to be trimmed at ${before}`);
    }
    this.#writer.checkPlace();
    const old = this.#places;
    const newest = { position, file: await this.#files.put(writeBase(base)) };
    const trimmed = before === position ? newest : (old?.newest ?? old?.trimmed);
    const content = trimmed && (trimmed === newest ? base : this.#read(trimmed));
    raiseFormat(this.#place.folder);
    const places = { newest, trimmed };
    await this.#writer.put({ table: 'heads', key: basesKey, value: writeBasePlaces(places) });
    await this.#writer.flush();
    this.#places = places;
    this.#trimmed = content;
    const needed = [newest.file, trimmed?.file];
    for (const { file } of [old?.newest, old?.trimmed].filter((one) => one !== undefined)) {
      if (!needed.includes(file)) this.#files.remove(file);
    }
    await this.#removePieces();
  }

  /** Fulfils when nothing is being removed. */
  settled(): Promise<void> {
    return this.#files.settled();
  }

  /** A store that ends in between does the rest when it is opened. */
  async #removePieces(): Promise<void> {
    for (;;) {
      const keys = keysBefore(this.#place.tables, this.trimmed);
      if (keys.length === 0) return;
      await this.#writer.putAll(keys.map((key) => ({ table: 'log', key, value: undefined })));
      await this.#writer.flush();
    }
  }

  #read({ file }: BasePlace): LogBase {
    const base = readBase(this.#files.readNow(file));
    if (base) return base;
    throw storeDamaged(this.#place.folder, `the file ${basesFolder}/${file} is no base of the log`, {
      file: `${basesFolder}/${file}`,
    });
  }
}

/** Where the bases of a store are; undefined if it has none. */
export function basePlacesOf(tables: Tables, folder: string): BasePlaces | undefined {
  const room = tables.heads.get(basesKey);
  const places = room && readBasePlaces(room);
  if (room && !places) throw storeDamaged(folder, `${tablesFile} does not say where the log begins`);
  return places;
}
