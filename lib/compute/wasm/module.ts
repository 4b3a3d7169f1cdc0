import { enableMemory64 } from '#memory64';
import { readFile } from '#read-file';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { type Address, hashBytes, type Id, idToBytes } from '../../core/id.ts';
import { type Tags, type TagsInput, tagValue, toTags } from '../../core/tags.ts';
import type { Checkpoint, Environment, Executor, Module } from '../executor.ts';
import { Boots } from './boots.ts';
import { Instances } from './instances.ts';
import { type PrepareProgress, prepare } from './prepare/index.ts';
import { maximumBytes, type Program, readProgram } from './program.ts';
import { Shadow } from './shadow.ts';
import { type CompiledProgram, WasmExecutor } from './wasm-executor.ts';

/** What a module is to its processes. */
export interface WasmOptions {
  /** The id of its item on Arweave. Without it, the SHA-256 of the bytes. */
  readonly id?: Id;
  /** Who published it; nobody if left out. */
  readonly owner?: Address;
  /** The tags of its item. Without them, those that AO's publishing tool writes. */
  readonly tags?: TagsInput;
  /**
   * `before`: the module is made twice as fast and its gas is counted, before its first turn. That takes seconds, once on
   * a machine: what comes out is kept in the user's cache folder. `off`, which is the default: it runs as published.
   */
  readonly prepare?: 'before' | 'off';
  /** Is told of each step of a preparation. */
  readonly onPrepare?: (progress: PrepareProgress) => void;
}

/**
 * A module that runs AO's WebAssembly, such as aos. It gives the results that AO's own loader gives, in a host that
 * reads and changes nothing outside the process: files in memory, no shell, no environment, a clock that counts its
 * readings, UTC.
 *
 * Formats: all of AO's. Which one is what the tag `Module-Format` says, or else what the module's exports and imports
 * are of; the `-metering` ones, whose bytes are those of others, take the tag.
 *
 * Throws on `load()`: `module-invalid`, `module-without-handle`, `module-format-unsupported`,
 * `module-import-unsupported`, `memory64-unavailable`. Throws `id-invalid` at once for an id that is none.
 *
 * @example
 * ```ts
 * import { wasm } from 'heddle';
 *
 * const start = async (bytes: Uint8Array) => {
 *   const aos = wasm(bytes); // or: await wasm.fromFile('aos.wasm')
 *   await aos.load();
 *   return aos.id; // the SHA-256 of the bytes
 * };
 * ```
 */
export function wasm(bytes: Uint8Array, options: WasmOptions = {}): Module {
  const id = options.id ?? hashBytes(bytes);
  idToBytes(id);
  const said = options.tags && toTags(options.tags);
  const read = attempt(() => readProgram(bytes, said && tagValue(said, 'Module-Format')));
  const tags = said ?? defaultTags(read.program?.abi.format);
  return new WasmModule(bytes.slice(), read, { id, owner: options.owner ?? '', tags }, options);
}

/** A module from a file, or in a browser from a URL. Rejects with `module-unreadable` if there is none. */
wasm.fromFile = async (path: string | URL, options: WasmOptions = {}): Promise<Module> => {
  try {
    return wasm(await readFile(path), options);
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const facts = { path: String(path) };
    throw new HeddleError('module-unreadable', `${path} cannot be read: ${reasonOf(cause)}`, facts, { cause });
  }
};

type ReadResult =
  | { readonly program: Program; readonly error?: never }
  | { readonly program?: never; readonly error: unknown };

function attempt(read: () => Program): ReadResult {
  try {
    return { program: read() };
  } catch (error) {
    return { error };
  }
}

class WasmModule implements Module {
  readonly id: Id;
  readonly owner: Address;
  readonly tags: Tags;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #read: ReadResult;
  readonly #options: WasmOptions;
  #loading: Promise<CompiledProgram> | undefined;
  #loaded: CompiledProgram | undefined;

  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    read: ReadResult,
    names: Pick<Module, 'id' | 'owner' | 'tags'>,
    options: WasmOptions,
  ) {
    this.#options = options;
    this.id = names.id;
    this.owner = names.owner;
    this.tags = names.tags;
    this.#bytes = bytes;
    this.#read = read;
  }

  async load(): Promise<void> {
    this.#loading ??= this.#compile();
    this.#loaded = await this.#loading;
  }

  start(environment: Environment, from?: Checkpoint): Executor | Promise<Executor> {
    if (this.#loaded) return new WasmExecutor(this.#loaded, environment, from);
    return this.load().then(() => this.start(environment, from));
  }

  async #compile(): Promise<CompiledProgram> {
    const { program, error } = this.#read;
    if (!program) throw error;
    const { bytes, prepared } = await this.#prepared(program);
    validate(bytes, prepared);
    const instances = new Instances(await WebAssembly.compile(bytes), prepared);
    return { id: this.id, instances, boots: new Boots(), shadow: new Shadow() };
  }

  /** The bytes to run and what they are. */
  async #prepared(program: Program): Promise<{ bytes: Uint8Array<ArrayBuffer>; prepared: Program }> {
    const { prepare: when = 'off', onPrepare } = this.#options;
    // The formats that count gas by themselves must count it as AO does.
    if (when === 'off' || program.abi.metering) return { bytes: this.#bytes, prepared: program };
    const { bytes, report } = await prepare(this.#bytes, { maximumBytes, ...(onPrepare && { onProgress: onPrepare }) });
    return { bytes, prepared: { ...readProgram(bytes, program.abi.format), metered: report.metered } };
  }
}

/** Refuses bytes that this runtime cannot run as that program, after switching on what it may need for them. */
export function validate(bytes: Uint8Array<ArrayBuffer>, program: Program): void {
  if (WebAssembly.validate(bytes)) return;
  if (program.interface.memory?.wide && !WebAssembly.validate(wideMemory)) {
    enableMemory64();
    if (!WebAssembly.validate(wideMemory)) {
      throw new HeddleError('memory64-unavailable', 'The module has a 64-bit memory and this runtime has none');
    }
    if (WebAssembly.validate(bytes)) return;
  }
  throw new HeddleError('module-invalid', `The module's ${bytes.length} bytes do not validate as WebAssembly`);
}

/** A module that has nothing but a 64-bit memory of no pages. */
const wideMemory = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 0);

/** What AO's publishing tool tags a module with; a compute unit refuses one without most of them. */
const defaultTags = (format: string | undefined): Tags =>
  toTags({
    'Data-Protocol': 'ao',
    Variant: 'ao.TN.1',
    Type: 'Module',
    ...(format ? { 'Module-Format': format } : {}),
    'Input-Encoding': 'JSON-1',
    'Output-Encoding': 'JSON-1',
    'Memory-Limit': '1-gb',
    'Compute-Limit': '9000000000000',
    'Content-Type': 'application/wasm',
  });
