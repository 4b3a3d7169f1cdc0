import type { Process } from './process.ts';

/** Who watches whom, and who is linked with whom, in the order in which that was asked for. */
export class Bonds {
  /** For each watched process its watchers, with the references of their requests. */
  readonly #watchers = new Map<Process, Map<Process, string>>();
  readonly #watched = new Map<Process, Set<Process>>();
  readonly #links = new Map<Process, Set<Process>>();

  /** How many processes a process watches or is linked with. */
  count(process: Process): number {
    return (this.#watched.get(process)?.size ?? 0) + (this.#links.get(process)?.size ?? 0);
  }

  /** `reference` is what a notice carries as `X-Reference`. */
  watch(watcher: Process, watched: Process, reference: string): void {
    entry(this.#watchers, watched, newMap).set(watcher, reference);
    entry(this.#watched, watcher, newSet).add(watched);
  }

  unwatch(watcher: Process, watched: Process): void {
    this.#watchers.get(watched)?.delete(watcher);
    this.#watched.get(watcher)?.delete(watched);
  }

  link(one: Process, other: Process): void {
    this.linkOneWay(one, other);
    this.linkOneWay(other, one);
  }

  /** Notes at one of two that they are linked; each keeps its own order. */
  linkOneWay(one: Process, other: Process): void {
    entry(this.#links, one, newSet).add(other);
  }

  /** All that is watched: what `watch` was told, with the watchers of each in their order. */
  *watches(): Generator<{ readonly watcher: Process; readonly watched: Process; readonly reference: string }> {
    for (const [watched, watchers] of this.#watchers) {
      for (const [watcher, reference] of watchers) yield { watcher, watched, reference };
    }
  }

  /** All links, each from both sides. */
  *links(): Generator<{ readonly one: Process; readonly other: Process }> {
    for (const [one, others] of this.#links) for (const other of others) yield { one, other };
  }

  unlink(one: Process, other: Process): void {
    this.#links.get(one)?.delete(other);
    this.#links.get(other)?.delete(one);
  }

  /** The watchers of a process, with their references. */
  watchersOf(process: Process): Iterable<readonly [Process, string]> {
    return this.#watchers.get(process) ?? [];
  }

  linkedWith(process: Process): Iterable<Process> {
    return this.#links.get(process) ?? [];
  }

  /** Forgets a process that has ended for good. */
  forget(process: Process): void {
    for (const watched of this.#watched.get(process) ?? []) this.#watchers.get(watched)?.delete(process);
    for (const watcher of this.#watchers.get(process)?.keys() ?? []) this.#watched.get(watcher)?.delete(process);
    for (const other of this.#links.get(process) ?? []) this.#links.get(other)?.delete(process);
    this.#watched.delete(process);
    this.#watchers.delete(process);
    this.#links.delete(process);
  }
}

function entry<V>(all: Map<Process, V>, process: Process, make: () => V): V {
  const known = all.get(process);
  if (known) return known;
  const made = make();
  all.set(process, made);
  return made;
}

const newMap = (): Map<Process, string> => new Map();
const newSet = (): Set<Process> => new Set();
