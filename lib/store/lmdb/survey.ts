import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { LogPiece } from '../store.ts';
import { contentNames, isIntact, isMissing, isRefused } from './content-files.ts';
import { blobsFolder, folderOf, type OpenFolder } from './folder.ts';
import { type LogStart, possibleStarts, startOf, wholeLog } from './log-start.ts';
import { LoosePieces } from './loose-pieces.ts';
import { tablesIn } from './open-tables.ts';
import { flawOfPages } from './pages.ts';
import { PieceReader } from './piece-reader.ts';
import { type Reference, readBlobEntry, readReference } from './records.ts';
import { unsealed } from './sealed.ts';
import { idOf, nameOf } from './sweep.ts';
import { type KeptTable, positionOf, type Tables, tablesFile } from './tables.ts';

/** Something in a store that is not as it was written. */
export interface StoreDamage {
  readonly what: 'file' | 'log' | 'record' | 'base' | 'checkpoint' | 'note' | 'blob';
  readonly reason: string;
  /** In the log: from which byte on. */
  readonly position?: number;
  /** Whose checkpoint. */
  readonly process?: Id;
  /** Under which key. */
  readonly note?: Id;
  readonly blob?: Id;
}

/** What is in a store's folder, looked at without changing it. */
export class Survey {
  readonly folder: string;
  readonly damages: StoreDamage[] = [];
  /** The tables, unless LMDB cannot be let at them. */
  readonly tables: Tables | undefined;
  /** How long the log is to be; undefined if nobody can tell. */
  readonly logLength: number | undefined;
  /** Where the log begins. */
  readonly start: LogStart;
  readonly #pieces: PieceReader | LoosePieces;

  /** `flaw` is why the folder does not say what it is, if it does not. */
  constructor({ path: folder, flaw }: Pick<OpenFolder, 'path' | 'flaw'>) {
    this.folder = folder;
    if (flaw) this.damages.push({ what: 'file', reason: flaw });
    const tables = this.#openTables();
    this.tables = tables;
    this.#pieces = tables ? new PieceReader(folder, tables) : new LoosePieces(join(folder, tablesFile));
    const head = tables?.head();
    if (typeof head === 'object') this.logLength = head.length;
    else this.damages.push({ what: 'log', reason: `${tablesFile} does not say how long the log is` });
    const said = tables && startOf(folder, tables, (reason) => this.damages.push({ what: 'base', reason }));
    this.start = said ?? this.#likelyStart();
  }

  /** The pieces from the beginning of the log on, as long as they are good. */
  *goodPieces(start = this.start): Generator<LogPiece> {
    const end = start.isLost ? 0 : (this.logLength ?? Number.POSITIVE_INFINITY);
    for (let { position } = start; position < end; ) {
      const piece = this.goodPiece(position);
      if (!piece) return;
      yield piece;
      position += piece.bytes.length;
    }
  }

  /** Notes what is wrong with the pieces behind `goodLength`, which was found to be the end of the good ones. */
  noteLog(goodLength: number): void {
    // What it begins with is what is wrong.
    if (this.start.isLost) return;
    if (this.logLength === undefined ? !this.tables : goodLength < this.logLength) {
      this.damages.push({ what: 'log', reason: 'the log has no good piece there', position: goodLength });
    }
    if (!this.tables) return;
    for (const { key, value } of this.tables.log.getRange({})) {
      const position = positionOf(key);
      // What was let go of may be there still.
      const isNoted =
        position < this.start.position || position === goodLength || unsealed(position, value) !== undefined;
      if (!isNoted) this.damages.push({ what: 'log', reason: 'a piece has other bytes than were written', position });
    }
  }

  /** The checkpoints or notes that are good; puts those that are not to the damages. */
  *good(table: KeptTable): Generator<readonly [Id, Reference]> {
    for (const { key, value } of this.tables?.[table].getRange({}) ?? []) {
      const reference = readReference(key, value);
      const reason = reference ? this.#flawOfFile(folderOf[table], reference.file) : 'its reference cannot be read';
      if (!reason && reference) yield [key, reference];
      else if (reason && table === 'notes') this.damages.push({ what: 'note', reason, note: key });
      else if (reason) this.damages.push({ what: 'checkpoint', reason, process: key });
    }
  }

  /** The blobs that are good; notes which are not. */
  *goodBlobs(): Generator<Id> {
    for (const { key: blob, value } of this.tables?.blobs.getRange({}) ?? []) {
      const isKept = readBlobEntry(blob, value) !== undefined;
      const reason = isKept ? this.#flawOfFile(blobsFolder, nameOf(blob)) : 'its reference cannot be read';
      if (reason) this.damages.push({ what: 'blob', reason, blob });
      else yield blob;
    }
    if (this.tables) return;
    // Nobody knows which there are to be, but those that are there say what they are.
    const names = readdirSync(join(this.folder, blobsFolder)).filter((name) => contentNames.test(name));
    for (const name of names) if (!this.#flawOfFile(blobsFolder, name)) yield idOf(name);
  }

  async close(): Promise<void> {
    if (this.#pieces instanceof LoosePieces) this.#pieces.close();
    await this.tables?.close();
  }

  #openTables(): Tables | undefined {
    try {
      const flaw = flawOfPages(join(this.folder, tablesFile));
      if (flaw === undefined) return tablesIn(this.folder, { readOnly: true });
      this.damages.push({ what: 'file', reason: `${tablesFile} is torn or changed: ${flaw}` });
    } catch (error) {
      if (!isDamaged(error)) throw error;
      this.damages.push({ what: 'file', reason: error.what });
    }
    return undefined;
  }

  /** Where most of the log is found to begin: what was let go of may be in the file still. */
  #likelyStart(): LogStart {
    let [likely, most] = [wholeLog, -1];
    for (const start of possibleStarts(this.folder)) {
      let length = start.position;
      for (const piece of this.goodPieces(start)) length = piece.position + piece.bytes.length;
      if (length > most) [likely, most] = [start, length];
    }
    return likely;
  }

  /** The piece that begins at a position, if it is good. */
  goodPiece(position: number): LogPiece | undefined {
    try {
      const piece = this.#pieces.readOne(position);
      return piece?.position === position ? piece : undefined;
    } catch (error) {
      if (isDamaged(error)) return undefined;
      throw error;
    }
  }

  #flawOfFile(folder: string, name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const file = `${folder}/${name}`;
    try {
      return isIntact(join(this.folder, folder), name) ? undefined : `${file} has other bytes than were written`;
    } catch (error) {
      if (isRefused(error)) throw error;
      return isMissing(error) ? `${file} is missing` : `${file} cannot be read: ${reasonOf(error)}`;
    }
  }
}

const isDamaged = (error: unknown): error is HeddleError =>
  error instanceof HeddleError && error.code === 'store-damaged';
