import type { Assignment } from '../core/assignment.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { Commit, SlotRef } from '../core/commit.ts';
import type { Id } from '../core/id.ts';
import type { Outcome } from '../core/outcome.ts';

/** A process's state after a slot, as its executor wrote it. */
export interface StoredCheckpoint extends SlotRef {
  readonly bytes: Uint8Array;
}

/**
 * Where a system's commits are kept. A commit is stored whole or not at all, and what is read was committed. One system
 * writes to a store.
 */
export interface Store {
  /** Stores one commit. When it returns, or its promise fulfils, the commit is as durable as the store makes it. */
  commit(commit: Commit): Awaitable<void>;
  /** The commits from a sequence number on, in order. */
  commits(from?: number): Iterable<Commit> | AsyncIterable<Commit>;
  /** The assignments of a process from a slot on, in order. */
  schedule(process: Id, fromSlot?: number): Iterable<Assignment> | AsyncIterable<Assignment>;
  /** The outcome of a slot; undefined while it is not evaluated. */
  outcome(process: Id, slot: number): Awaitable<Outcome | undefined>;
  /** The slots that a message got, in the order in which it got them. */
  slotsOf(message: Id): Awaitable<readonly SlotRef[]>;
  putCheckpoint(checkpoint: StoredCheckpoint): Awaitable<void>;
  /** The newest checkpoint of a process. */
  checkpoint(process: Id): Awaitable<StoredCheckpoint | undefined>;
  /** Keeps bytes under the id that is their SHA-256. */
  putBlob(bytes: Uint8Array): Awaitable<Id>;
  blob(id: Id): Awaitable<Uint8Array | undefined>;
  close(): Awaitable<void>;
}
