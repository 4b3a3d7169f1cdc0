import type { SlotRef } from '../core/assignment.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { Id } from '../core/id.ts';

/** A process's state after a slot, as its executor wrote it. */
export interface StoredCheckpoint extends SlotRef {
  readonly bytes: Uint8Array;
}

/** What the log adds up to at a position, as bytes: enough to go on from there without reading what comes before. */
export interface StoredLedger {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Bytes of a log, and how many bytes of it come before them. */
export interface LogPiece {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A ledger's bytes, and the records from before its position that whoever goes on from there reads. */
export interface LogBase extends StoredLedger {
  /** Whole records, in their order. */
  readonly kept: readonly LogPiece[];
}

/**
 * Where a system's log, checkpoints and blobs are kept. Bytes that are appended are stored whole or not at all, in their
 * order: what is appended later, and a checkpoint that is put later, is never durable without what came before. One system
 * writes to a store.
 */
export interface Store {
  /**
   * Takes the next bytes of the log, one or more whole records, which are the caller's again afterwards. When it returns,
   * or its promise fulfils, they can be read; they are durable when `flush` says so. Refuses what is not the next.
   */
  append(piece: LogPiece): Awaitable<void>;
  /**
   * A piece of the log with `position` in it that holds whole records; undefined if it ends there, or was trimmed there and
   * the record was not kept. It must not be changed.
   */
  read(position: number): LogPiece | undefined;
  putCheckpoint(checkpoint: StoredCheckpoint): Awaitable<void>;
  /** The newest checkpoint of a process. */
  checkpoint(process: Id): Awaitable<StoredCheckpoint | undefined>;
  /** Keeps it instead of an earlier one. It is never durable without the log up to its position. */
  putLedger(ledger: StoredLedger): Awaitable<void>;
  /** The newest, of those and of bases; of two of one position that of the base. */
  ledger(): Awaitable<StoredLedger | undefined>;
  /** From where on all of the log is there: what is before was trimmed, but for what was kept. */
  readonly trimmed: number;
  /** The position of the newest base; 0 if there is none. */
  readonly base: number;
  /**
   * Keeps a base at the end of the log, which has something in it, and lets go of the log before `before`: the position of this base, or of the one
   * that was the newest until now. When it returns, or its promise fulfils, that is durable, and all that was put before.
   * A store whose program ends meanwhile has done it or has not.
   */
  trim(base: LogBase, before: number): Awaitable<void>;
  /** Keeps bytes under the id that is their SHA-256. */
  putBlob(bytes: Uint8Array): Awaitable<Id>;
  blob(id: Id): Awaitable<Uint8Array | undefined>;
  /** How many bytes of the log are durable: a program that goes on from the store finds them, whatever happens. */
  readonly durableLength: number;
  /** Makes all durable that was appended and put so far. What was caused by it may leave the program afterwards, not before. */
  flush(): Awaitable<void>;
  /** Makes all durable, and lets nothing in any more. */
  close(): Awaitable<void>;
}
