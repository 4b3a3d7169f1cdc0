import type { Assignment } from '../core/assignment.ts';
import type { Commit, SlotRef } from '../core/commit.ts';
import { hashBytes, type Id } from '../core/id.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Store, StoredCheckpoint } from './store.ts';

/**
 * A store that lives as long as the program. It is the default.
 *
 * @example
 * ```ts
 * import { createSystem, memoryStore } from 'heddle';
 *
 * const store = memoryStore();
 * const system = createSystem({ store });
 * await system.settle();
 * console.log([...store.commits()].length);
 * ```
 */
export function memoryStore(): MemoryStore {
  return new MemoryStore();
}

/**
 * What {@link memoryStore} makes: everything it answers, it answers at once.
 *
 * @example
 * ```ts
 * import { type MemoryStore, memoryStore } from 'heddle';
 *
 * const store: MemoryStore = memoryStore();
 * const id = store.putBlob(new Uint8Array([1, 2, 3]));
 * console.log(store.blob(id)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export class MemoryStore implements Store {
  readonly #commits: Commit[] = [];
  readonly #schedules = new Map<Id, Assignment[]>();
  readonly #outcomes = new Map<Id, Outcome[]>();
  readonly #slots = new Map<Id, SlotRef[]>();
  readonly #checkpoints = new Map<Id, StoredCheckpoint>();
  readonly #blobs = new Map<Id, Uint8Array>();

  commit(commit: Commit): void {
    if (commit.sequence !== this.#commits.length) throw new Error('another system has written to the store');
    this.#commits.push(commit);
    if (commit.turn) listIn(this.#outcomes, commit.turn.process)[commit.turn.slot] = commit.turn.outcome;
    for (const { assignment } of commit.assigned) {
      const { process, slot, message } = assignment;
      listIn(this.#schedules, process)[slot] = assignment;
      listIn(this.#slots, message.id).push({ process, slot });
    }
  }

  *commits(from = 0): Generator<Commit> {
    for (const commit of this.#commits) if (commit.sequence >= from) yield commit;
  }

  *schedule(process: Id, fromSlot = 0): Generator<Assignment> {
    yield* (this.#schedules.get(process) ?? []).slice(fromSlot);
  }

  outcome(process: Id, slot: number): Outcome | undefined {
    return this.#outcomes.get(process)?.[slot];
  }

  slotsOf(message: Id): readonly SlotRef[] {
    return this.#slots.get(message) ?? [];
  }

  putCheckpoint(checkpoint: StoredCheckpoint): void {
    this.#checkpoints.set(checkpoint.process, checkpoint);
  }

  checkpoint(process: Id): StoredCheckpoint | undefined {
    return this.#checkpoints.get(process);
  }

  putBlob(bytes: Uint8Array): Id {
    const id = hashBytes(bytes);
    // A slice of a Buffer would be no copy.
    this.#blobs.set(id, new Uint8Array(bytes));
    return id;
  }

  blob(id: Id): Uint8Array | undefined {
    return this.#blobs.get(id)?.slice();
  }

  close(): void {}
}

function listIn<T>(lists: Map<Id, T[]>, id: Id): T[] {
  const known = lists.get(id);
  if (known) return known;
  const list: T[] = [];
  lists.set(id, list);
  return list;
}
