import type { Id } from '../core/id.ts';

/** What the processes of one module did. */
export class ModuleCounts {
  spawned = 0;
  evaluated = 0;
  errors = 0;
  gasUsed = 0n;

  reset(): void {
    this.spawned = 0;
    this.evaluated = 0;
    this.errors = 0;
    this.gasUsed = 0n;
  }
}

/** Counts by module, of so many modules at most. */
export class ModuleTable {
  readonly #byName = new Map<string, ModuleCounts>();
  readonly #limit: number;
  readonly #nameOf: (module: Id) => string;

  constructor(limit: number, nameOf: (module: Id) => string = (module) => module) {
    this.#limit = limit;
    this.#nameOf = nameOf;
  }

  /** The counts of a module, which it may share with others. */
  of(module: Id): ModuleCounts {
    const name = this.#nameOf(module);
    const known = this.#byName.get(name);
    if (known) return known;
    const { size } = this.#byName;
    const named = this.#byName.has(others) ? size - 1 : size;
    return named < this.#limit ? this.#added(name) : (this.#byName.get(others) ?? this.#added(others));
  }

  /** By name, in the order of names. */
  get entries(): readonly (readonly [name: string, counts: ModuleCounts])[] {
    return [...this.#byName].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  reset(): void {
    for (const counts of this.#byName.values()) counts.reset();
  }

  #added(name: string): ModuleCounts {
    const counts = new ModuleCounts();
    this.#byName.set(name, counts);
    return counts;
  }
}

/** What modules beyond the limit are called. */
const others = 'other';
