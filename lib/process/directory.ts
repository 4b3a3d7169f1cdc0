import type { ErrorCode } from '../core/error-codes.ts';
import type { NameChange } from '../core/name-change.ts';
import { Group, type Routing } from './group.ts';
import type { Process } from './process.ts';

/** A change of the names, as a log has it. */
export type Naming =
  | { readonly change: 'registered' | 'joined' | 'left' | 'chosen'; readonly name: string; readonly process: Process }
  | { readonly change: 'unregistered'; readonly name: string }
  | {
      readonly change: 'grouped';
      readonly name: string;
      readonly routing: Routing;
      readonly keyTag: string | undefined;
    };

/** The same as plain data. */
export function nameChange(naming: Naming): NameChange {
  if (naming.change === 'unregistered') return naming;
  if (naming.change !== 'grouped') return { change: naming.change, name: naming.name, process: naming.process.id };
  const { change, name, routing, keyTag } = naming;
  return { change, name, routing, ...(keyTag !== undefined && { keyTag }) };
}

/** The names under which processes can be written to: each is that of one process or of a group. */
export class Directory {
  readonly #registered = new Map<string, Process>();
  readonly #groups = new Map<string, Group>();
  /** The groups that a process has made by joining, which are gone with their last members. */
  readonly #joined = new Set<Group>();
  /** The names that each process has registered, and of the groups that it is in. */
  readonly #held = new Map<Process, Set<string>>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The process that has registered a name. */
  registered(name: string): Process | undefined {
    return this.#registered.get(name);
  }

  group(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  has(name: string): boolean {
    return this.#registered.has(name) || this.#groups.has(name);
  }

  /** Why a change cannot be made; undefined if it can. */
  refusal(naming: Naming): ErrorCode | undefined {
    const { name } = naming;
    const isNew = !this.has(name);
    switch (naming.change) {
      case 'registered':
      case 'grouped':
        return isNew ? this.#refusalOfNew(name) : 'name-taken';
      case 'joined':
        // Whoever joins first makes the group.
        return isNew ? this.#refusalOfNew(name) : this.#groups.has(name) ? undefined : 'name-taken';
      case 'unregistered':
        return this.#registered.has(name) ? undefined : 'name-unknown';
      default:
        return this.#groups.has(name) ? undefined : 'name-unknown';
    }
  }

  /** Makes a change that was not refused. */
  apply(naming: Naming): void {
    const { name } = naming;
    switch (naming.change) {
      case 'registered':
        this.#registered.set(name, naming.process);
        this.#hold(naming.process, name);
        return;
      case 'unregistered':
        this.#letGo(name, this.#registered.get(name));
        return;
      case 'grouped':
        this.#groups.set(name, new Group(name, naming.routing, naming.keyTag));
        return;
      case 'joined':
        this.#groupToJoin(name).add(naming.process);
        this.#hold(naming.process, name);
        return;
      case 'left':
        this.#letGo(name, naming.process);
        return;
      case 'chosen':
        this.#groups.get(name)?.chose([naming.process]);
    }
  }

  /** Changes that make an empty directory the same as this one. */
  *namings(): Generator<Naming> {
    for (const [name, process] of this.#registered) yield { change: 'registered', name, process };
    for (const [name, group] of this.#groups) {
      const { routing, keyTag, lastChosen } = group;
      if (!this.#joined.has(group)) yield { change: 'grouped', name, routing, keyTag };
      for (const process of group.members) yield { change: 'joined', name, process };
      if (lastChosen) yield { change: 'chosen', name, process: lastChosen };
    }
  }

  /** Takes a process that has ended for good out of all. */
  forget(process: Process): void {
    for (const name of this.#held.get(process) ?? []) this.#letGo(name, process);
    this.#held.delete(process);
  }

  #groupToJoin(name: string): Group {
    const known = this.#groups.get(name);
    if (known) return known;
    const group = new Group(name, 'broadcast');
    this.#groups.set(name, group);
    this.#joined.add(group);
    return group;
  }

  /** Takes from a process what it has of a name, so that nothing stays of what it had. */
  #letGo(name: string, process: Process | undefined): void {
    if (!process) return;
    this.#held.get(process)?.delete(name);
    if (this.#registered.get(name) === process) this.#registered.delete(name);
    const group = this.#groups.get(name);
    group?.remove(process);
    if (group?.members.length === 0 && this.#joined.delete(group)) this.#groups.delete(name);
  }

  #hold(process: Process, name: string): void {
    const held = this.#held.get(process) ?? new Set();
    this.#held.set(process, held.add(name));
  }

  #refusalOfNew(name: string): ErrorCode | undefined {
    if (!isName(name)) return 'name-invalid';
    return this.#registered.size + this.#groups.size >= this.#most ? 'names-over-limit' : undefined;
  }
}

/** Whether a text can be a name: one that cannot be taken for an address. */
const isName = (name: string): boolean =>
  /^[\w.:/-]{1,100}$/.test(name) && !/^[\w-]{42,44}$/.test(name) && !/^0x/i.test(name);
