import type { Assignment } from '../core/assignment.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { Address, Id } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Tags } from '../core/tags.ts';
import type { PageProof } from './page-tree.ts';

/** What names a process or a module to the code that runs. */
export interface Identity {
  readonly id: Id;
  readonly owner: Address;
  readonly tags: Tags;
}

/** A turn whose outcome is committed. */
export interface PastTurn {
  readonly assignment: Assignment;
  /** Whether its outcome was an error, so that it left the state as it was. */
  readonly failed: boolean;
}

/** What an executor is told of its process besides the assignments. */
export interface Environment {
  readonly process: Identity;
  readonly module: Identity;
  readonly limits: Limits;
  /** The address that takes what processes ask of the system. */
  readonly supervisor: Address;
  /** The committed turns of the process from a slot on, for executors that go back by doing them again. */
  past(fromSlot: number): Iterable<PastTurn>;
}

/** A process's state after `slot`, enough to continue from there. Its bytes mean something to the same module only. */
export interface Checkpoint {
  readonly slot: number;
  readonly bytes: Uint8Array;
}

/** A message that is evaluated and forgotten: it takes no slot. */
export type DryRun = Pick<Assignment, 'process' | 'message' | 'timestampMs' | 'blockHeight'>;

/** How large a state is, and what identifies it. */
export interface StateReport {
  /** Bytes the process could address, touched or not. */
  readonly memoryBytes: number;
  /** Bytes that make up the state. */
  readonly liveBytes: number;
  /**
   * The root of a tree of hashes over the state, for which `proof` shows single pages. Of a module of AO's it is over the
   * memory, which is what the network's checkpoints hold too: clock and files are in heddle's checkpoints alone.
   */
  readonly digest: Id;
}

/**
 * Turns state and an assignment into the next state and an outcome, for one process. It keeps the state warm. A guest
 * that reports an error, traps or returns nonsense is an outcome with `error`, on which the state is as before; an
 * executor that throws has crashed, its state is lost, and its process is restarted on another one.
 */
export interface Executor {
  /** The last slot whose outcome is in the state; -1 before the first. */
  readonly slot: number;
  /** Bytes of memory that closing it would give back, about; left out if they are not worth counting. */
  readonly residentBytes?: number;
  /** Whether it takes an assignment before the outcomes of earlier ones are committed. */
  readonly runsAhead?: boolean;
  /** The first slot that it may read back from the committed turns when it goes on from a checkpoint of now; its next if left out. */
  readonly pastFrom?: number | undefined;
  evaluate(assignment: Assignment): Awaitable<Outcome>;
  /** Evaluates without leaving a trace in the state. */
  dryRun(message: DryRun): Awaitable<Outcome>;
  /** The state as it is now. */
  checkpoint(): Awaitable<Checkpoint>;
  /** Measures and hashes the state; if absent, its checkpoint is measured. */
  state?(): Awaitable<StateReport>;
  /** Shows that a page of the state belongs to its digest; absent if the state has no pages. */
  proof?(page: number): Awaitable<PageProof>;
  /** Gives back what it holds. Nothing may be asked of it afterwards. */
  close(): Awaitable<void>;
}

/**
 * Code to run: a Wasm binary, a TypeScript behavior, or anything else that can start an executor. It is loaded once and
 * shared by its processes.
 */
export interface Module {
  readonly id: Id;
  readonly owner: Address;
  readonly tags: Tags;
  /** Compiles and checks the code, before the first process needs it. Throws what is wrong with it. */
  load(): Awaitable<void>;
  /** An executor for one process, blank or continuing from a checkpoint of its own. */
  start(environment: Environment, from?: Checkpoint): Awaitable<Executor>;
}
