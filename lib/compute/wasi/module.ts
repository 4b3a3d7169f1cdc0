import { readFile } from '#read-file';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { type Address, hashBytes, type Id, idToBytes } from '../../core/id.ts';
import { defaultLimits } from '../../core/limits.ts';
import { type Tags, type TagsInput, toTags } from '../../core/tags.ts';
import type { Checkpoint, Environment, Executor, Module } from '../executor.ts';
import { moduleBytes } from '../given-bytes.ts';
import { allowanceOf } from '../wasm/allowance.ts';
import { pageBytes } from '../wasm/guest-memory.ts';
import { Instances } from './instances.ts';
import { library } from './library.ts';
import { type Program, readProgram } from './program.ts';
import { rewrite } from './rewrite.ts';
import { WasiExecutor } from './wasi-executor.ts';

/** What a WASI module is to its processes. */
export interface WasiOptions {
  /** The id of its item on Arweave. Without it, the SHA-256 of the bytes. */
  readonly id?: Id;
  /** Who published it; nobody if left out. */
  readonly owner?: Address;
  /** The tags of its item. `Memory-Limit` and `Compute-Limit` among them hold for its processes. */
  readonly tags?: TagsInput;
}

/**
 * A module of a program that was built for WASI, preview 1: from Rust, Go, C, Zig, AssemblyScript and others. For each
 * message it reads one line of JSON from its standard input, `{"Message":…,"Process":…,"Module":…}`, and prints the
 * outcome, `{"Output":…,"Messages":[…],"Spawns":[…],"Assignments":[…]}` or `{"Error":…}`. If it exports `_start` it is a
 * command and runs from its beginning each time; its files are its state. If it exports `handle`, a function of nothing
 * to nothing, it is a reactor, stays, and keeps its memory as well. Files are in memory, in `@wasmer/wasi`.
 *
 * The clock shows the message's timestamp, random bytes follow from process and slot, the environment is empty, and there
 * is no network, so the same messages lead to the same outcomes.
 *
 * Throws on `load()`: `module-invalid`, `module-import-unsupported`, `wasi-module-unsupported`. Throws `id-invalid` at
 * once for an id that is none, and `module-invalid` for what holds no bytes.
 *
 * @example
 * ```ts
 * import { createSystem } from 'heddle';
 * import { wasi } from 'heddle/wasi';
 *
 * await using system = createSystem();
 * const counter = await system.spawn(await wasi.fromFile('counter.wasm'));
 * const receipt = await counter.send({ tags: { Action: 'Count' } });
 * console.log((await receipt.outcome()).output); // what the program printed as its Output
 * ```
 */
export function wasi(given: Uint8Array | ArrayBuffer, options: WasiOptions = {}): Module {
  const bytes = moduleBytes(given);
  const id = options.id ?? hashBytes(bytes);
  idToBytes(id);
  const tags = toTags(options.tags ?? defaultTags);
  return new WasiModule(bytes, { id, owner: options.owner ?? '', tags });
}

/** A module from a file, or in a browser from a URL. Rejects with `module-unreadable` if there is none. */
wasi.fromFile = async (path: string | URL, options: WasiOptions = {}): Promise<Module> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const facts = { path: String(path) };
    throw new HeddleError('module-unreadable', `${path} cannot be read: ${reasonOf(cause)}`, facts, { cause });
  }
  return wasi(bytes, options);
};

class WasiModule implements Module {
  readonly id: Id;
  readonly owner: Address;
  readonly tags: Tags;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #program: Program | undefined;
  #loading: Promise<void> | undefined;
  /** By the pages that a process may have: the engine then says no at the same place as any other would. */
  readonly #compiled = new Map<number, Instances | Promise<Instances>>();

  constructor(bytes: Uint8Array<ArrayBuffer>, names: Pick<Module, 'id' | 'owner' | 'tags'>) {
    this.id = names.id;
    this.owner = names.owner;
    this.tags = names.tags;
    this.#bytes = bytes;
  }

  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  start(environment: Environment, from?: Checkpoint): Executor | Promise<Executor> {
    const compiled = this.#compiled.get(pagesOf(environment));
    if (compiled instanceof Instances) return new WasiExecutor(this.id, compiled, environment, from);
    return this.#start(environment, from);
  }

  async #start(environment: Environment, from?: Checkpoint): Promise<Executor> {
    await this.load();
    return new WasiExecutor(this.id, await this.#instances(pagesOf(environment)), environment, from);
  }

  async #load(): Promise<void> {
    this.#program = readProgram(this.#bytes);
    await library.load();
    // What most of its processes will have.
    const identity = { id: this.id, owner: this.owner, tags: this.tags };
    await this.#instances(
      pagesOf({
        process: { ...identity, tags: [] },
        module: identity,
        limits: defaultLimits,
        supervisor: 'supervisor',
        past: () => [],
      }),
    );
  }

  #instances(pages: number): Instances | Promise<Instances> {
    const known = this.#compiled.get(pages) ?? this.#compile(pages);
    this.#compiled.set(pages, known);
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= mostCompiled) break;
      this.#compiled.delete(oldest);
    }
    return known;
  }

  async #compile(pages: number): Promise<Instances> {
    const program = this.#program ?? readProgram(this.#bytes);
    const { bytes, metered } = rewrite(program, pages);
    const instances = new Instances(await WebAssembly.compile(bytes), program, metered);
    if (this.#compiled.has(pages)) this.#compiled.set(pages, instances);
    return instances;
  }
}

/** Strangers may spawn processes with limits of their own. */
const mostCompiled = 16;

/** How many pages a process's memory may have. */
const pagesOf = (environment: Environment): number =>
  Math.min(mostPages, Math.floor(allowanceOf(environment).memoryBytes / pageBytes));

/** 4 GiB less a page: what every supported runtime can give. */
const mostPages = 65_535;

const defaultTags = {
  'Data-Protocol': 'ao',
  Variant: 'ao.TN.1',
  Type: 'Module',
  'Module-Format': 'heddle-wasi',
  'Input-Encoding': 'JSON-1',
  'Output-Encoding': 'JSON-1',
  'Memory-Limit': '1-gb',
  'Compute-Limit': '9000000000000',
  'Content-Type': 'application/wasm',
};
