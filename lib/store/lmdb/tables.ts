import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Database, type Key, open, type RootDatabase } from 'lmdb';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Id } from '../../core/id.ts';
import { type Head, headKey, readHead } from './records.ts';
import { checkRoom } from './room.ts';

/** The file of LMDB in a store's folder. It makes another beside it, in which nothing is kept. */
export const tablesFile = 'log.mdb';

/** The same while it is made anew. */
export const newTablesFile = 'new.tmp.mdb';

/** The tables of what is kept under keys, some of it in files. */
export type KeptTable = (typeof keptTables)[number];
export const keptTables = ['checkpoints', 'notes'] as const;

/** A value to be put under a key, or to be removed. */
export interface Change {
  readonly table: 'heads' | 'log' | 'blobs' | KeptTable;
  readonly key: Uint8Array | string;
  readonly value: Uint8Array | undefined;
}

export interface TablesOptions {
  /** Whether commits wait for the disk. */
  readonly waits?: boolean;
  /** Whether the tables are made if they are not there. */
  readonly isNew?: boolean;
  readonly readOnly?: boolean;
}

/** The key of a piece of the log: its position, so that they are in their order. */
export function keyOf(position: number): Uint8Array {
  const key = new Uint8Array(keyBytes);
  new DataView(key.buffer).setBigUint64(0, BigInt(Math.max(0, position)));
  return key;
}

/** The position that a key stands for. */
export const positionOf = (key: Uint8Array): number =>
  key.length === keyBytes ? Number(new DataView(key.buffer, key.byteOffset).getBigUint64(0)) : Number.NaN;

const keyBytes = 8;

/** The keys of the first pieces of the log that begin before a position. */
export const keysBefore = ({ log }: Tables, position: number): readonly Uint8Array[] =>
  position === 0 ? [] : [...log.getKeys({ end: keyOf(position), limit: atOnce })].map((key) => new Uint8Array(key));

const atOnce = 1_000;

/** What a store has in LMDB. */
export class Tables {
  /** Not a table of its own but among the tables: what is put with each piece of the log is in a page less. */
  readonly heads: Database<Uint8Array, string>;
  /** The pieces of the log by their positions. */
  readonly log: Database<Uint8Array, Uint8Array>;
  readonly checkpoints: Database<Uint8Array, Id>;
  readonly notes: Database<Uint8Array, Id>;
  readonly blobs: Database<Uint8Array, Id>;
  readonly root: RootDatabase<Uint8Array, string>;
  readonly #path: string;

  constructor(path: string, { waits = true, isNew = false, readOnly = false }: TablesOptions = {}) {
    this.#path = path;
    tryFiles(path, readOnly);
    // LMDB's own way of flushing: its adapter's, which overlaps commits, makes no more of them. Batches that the adapter
    // makes of its own accord have promises that nobody sees: one that is rejected would end the program.
    const usual = { encoding: 'binary', overlappingSync: false, eventTurnBatching: false } as const;
    this.root = open<Uint8Array, string>({ ...usual, path, maxDbs: 8, noSync: !waits, readOnly });
    // Its types leave `create` out.
    const own = { ...usual, create: isNew };
    const there = <K extends Key>(
      name: string,
      table: Database<Uint8Array, K> | undefined,
    ): Database<Uint8Array, K> => {
      if (table) return table;
      void this.root.close();
      throw new Error(`the table ${name} is missing`);
    };
    this.heads = this.root;
    this.log = there('log', this.root.openDB<Uint8Array, Uint8Array>('log', { ...own, keyEncoding: 'binary' }));
    this.checkpoints = there('checkpoints', this.root.openDB<Uint8Array, Id>('checkpoints', own));
    this.notes = there('notes', this.root.openDB<Uint8Array, Id>('notes', own));
    this.blobs = there('blobs', this.root.openDB<Uint8Array, Id>('blobs', own));
  }

  /** How far the log goes: undefined in a new store, and `damaged` if nobody can tell. */
  head(): Head | 'damaged' | undefined {
    const bytes = this.heads.get(headKey);
    return bytes && (readHead(bytes) ?? 'damaged');
  }

  /** Makes all changes or none, in this thread. */
  commit(changes: readonly Change[]): void {
    this.#checkRoom(changes);
    this.root.transactionSync(() => {
      for (const change of changes) this.#put(change);
    });
  }

  /** The same in another thread. */
  async commitLater(changes: readonly Change[]): Promise<void> {
    this.#checkRoom(changes);
    try {
      await this.root.batch(() => {
        for (const change of changes) this.#put(change);
      });
    } catch (error) {
      // What went wrong is a promise in its error.
      const { commitError } = error as { readonly commitError?: Promise<never> };
      await commitError;
      throw error;
    }
  }

  /** LMDB's adapter writes over memory that is not its own when a disk is full, so it is not let at one. */
  #checkRoom(changes: readonly Change[]): void {
    const bytes = changes.reduce((sum, { value }) => sum + (value ? value.length + pagesBytes : 0), 0);
    checkRoom(dirname(this.#path), bytes);
  }

  #put({ table, key, value }: Change): Awaitable<unknown> {
    // Each table has keys of one kind.
    const database = this[table] as Database<Uint8Array, Uint8Array | string>;
    return value ? database.put(key, value) : database.remove(key);
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

/** LMDB's adapter ends the program where its files cannot be opened, so that is tried before. */
function tryFiles(path: string, readOnly: boolean): void {
  const files: number[] = [];
  try {
    if (existsSync(path)) files.push(openSync(path, readOnly ? 'r' : 'r+'));
    while (files.length < filesAtOnce) files.push(openSync(`${path}-lock`, 'a+'));
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** At least as many as LMDB opens. */
const filesAtOnce = 8;

/** What a value takes besides itself: the rest of its last page, and its share of the pages that lead to it. */
const pagesBytes = 12_288;
