import { readFile } from '#read-file';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { type Address, hashBytes, type Id, idToBytes } from '../../core/id.ts';
import { type Tags, type TagsInput, tagValue, toTags } from '../../core/tags.ts';
import type { Drive } from '../drive.ts';
import type { Checkpoint, Environment, Executor, Module } from '../executor.ts';
import { moduleBytes } from '../given-bytes.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type CompiledModule, type CompiledProgram, programOf } from './compiled.ts';
import { imageOfMemory, memoryOfImage } from './full-memory.ts';
import { limitTables, type PrepareReport, type PrepareStep, prepare } from './prepare/index.ts';
import { maximumBytes, type Program, readProgram } from './program.ts';
import { ReplayingExecutor } from './replaying-executor.ts';
import { validate } from './validate.ts';
import { WasmExecutor } from './wasm-executor.ts';

/** What a module is to its processes. */
export interface WasmOptions {
  /** The id of its item on Arweave. Without it, the SHA-256 of the bytes. */
  readonly id?: Id;
  /** Who published it; nobody if left out. */
  readonly owner?: Address;
  /** The tags of its item. Without them, those that AO's publishing tool writes. */
  readonly tags?: TagsInput;
  /**
   * When the module is made faster, which takes seconds, once on a machine: what comes out is kept in the user's cache
   * folder.
   *
   * - `before`, the default: before its first turn, and its gas is counted.
   * - `lazy`: in the background. Turns are taken at once, on the module as published, and from some turn on by what came
   *   out, with the same outcomes. They have no gas, since it would depend on when that was.
   * - `off`: never. It runs as published.
   *
   * A module that counts gas itself, as AO's metering makes it do, runs as published. So does one that cannot be prepared.
   */
  readonly prepare?: 'before' | 'lazy' | 'off';
  /** Is told how the preparation goes on. Not called if there is none. If it throws, loading fails with what it threw. */
  readonly onPrepare?: (progress: PrepareProgress) => void;
  /** Where its processes read `/data/<id>`, `/tx/<id>` and `/block/<height>`; without one, there are no such files. */
  readonly drive?: Drive;
}

/** How a preparation goes on. */
export interface PrepareProgress {
  /** What is about to be done, unless what comes out is in the cache; in the end, in any case, `done`. */
  readonly step: PrepareStep | 'done';
  /** With `done`: what could not be done, and why. The module runs without. */
  readonly leftOut?: PrepareReport['leftOut'];
}

/**
 * A module of AO's WebAssembly. States of its processes cross over to AO and back as full memories: a compute unit keeps
 * them so, and publishes them as the gzipped data of items tagged `Type: Checkpoint`, with the slot as `Nonce`. Clock and
 * files are in no memory: a process that comes over starts with those of a new one, as it does in AO itself.
 *
 * @example
 * ```ts
 * import { type Environment, wasm } from 'heddle';
 *
 * // Goes on from the data of such an item, unzipped, and gives back what the state is then.
 * const goOn = async (binary: Uint8Array, environment: Environment, memory: Uint8Array, nonce: number) => {
 *   const aos = wasm(binary);
 *   const executor = await aos.start(environment, await aos.checkpointOf(memory, nonce));
 *   // executor.evaluate(…) takes the messages after it.
 *   return aos.memoryOf(await executor.checkpoint());
 * };
 * ```
 */
export interface WasmModule extends Module {
  /**
   * The state in a full memory, after `slot`. Rejects with `checkpoint-invalid` what is no memory of this module, and with
   * `option-invalid` a slot that is none.
   */
  checkpointOf(memory: Uint8Array | ArrayBuffer, slot: number): Promise<Checkpoint>;
  /** The full memory of the state in a checkpoint of this module. Rejects with `checkpoint-invalid` what is none. */
  memoryOf(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>>;
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
 * `module-import-unsupported`, `memory64-unavailable`. Throws at once `id-invalid` for an id that is none,
 * `option-invalid` for another `prepare` than there is, and `module-invalid` for what holds no bytes.
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
export function wasm(given: Uint8Array | ArrayBuffer, options: WasmOptions = {}): WasmModule {
  const bytes = moduleBytes(given);
  checkPrepare(options.prepare);
  const id = options.id ?? hashBytes(bytes);
  idToBytes(id);
  const said = options.tags && toTags(options.tags);
  const read = attempt(() => readProgram(bytes, said && tagValue(said, 'Module-Format')));
  const tags = said ?? defaultTags(read.program);
  return new CodeModule(bytes, read, { id, owner: options.owner ?? '', tags }, options);
}

/** A module from a file, or in a browser from a URL. Rejects with `module-unreadable` if there is none. */
wasm.fromFile = async (path: string | URL, options: WasmOptions = {}): Promise<WasmModule> => {
  try {
    return wasm(await readFile(path), options);
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const facts = { path: String(path) };
    throw new HeddleError('module-unreadable', `${path} cannot be read: ${reasonOf(cause)}`, facts, { cause });
  }
};

/** One that is not known would go unnoticed: the module would run as published, without gas. */
function checkPrepare(prepare: unknown): void {
  if (prepare === undefined || prepare === 'before' || prepare === 'lazy' || prepare === 'off') return;
  const what = `prepare is ${String(prepare)}, not before, lazy or off`;
  throw new HeddleError('option-invalid', what, { option: 'prepare' });
}

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

/** Whether a module's code is WebAssembly that other threads can run. */
export const isWasm = (module: Module): module is CodeModule => module instanceof CodeModule;

class CodeModule implements WasmModule {
  readonly id: Id;
  readonly owner: Address;
  readonly tags: Tags;
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #read: ReadResult;
  readonly #options: WasmOptions;
  #loading: Promise<CompiledModule> | undefined;
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
    await this.#ready();
  }

  /** The module as other threads can take it. */
  compiled(): Promise<CompiledModule> {
    this.#loading ??= this.#compile();
    return this.#loading;
  }

  start(environment: Environment, from?: Checkpoint): Executor | Promise<Executor> {
    const { drive } = this.#options;
    if (this.#loaded && drive) return new ReplayingExecutor(this.#loaded, environment, drive, from);
    if (this.#loaded) return new WasmExecutor(this.#loaded, environment, from);
    return this.load().then(() => this.start(environment, from));
  }

  async checkpointOf(memory: Uint8Array | ArrayBuffer, slot: number): Promise<Checkpoint> {
    if (!(Number.isSafeInteger(slot) && slot >= 0)) {
      throw new HeddleError('option-invalid', `A memory is said to be of slot ${slot}`, { slot: String(slot) });
    }
    const { instances } = await this.#ready();
    const blank = instances.blank(trialMs);
    return writeCheckpoint(this.id, slot, imageOfMemory(memory, blank, instances.program), blank);
  }

  async memoryOf(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
    const { instances } = await this.#ready();
    const blank = instances.blank(trialMs);
    return memoryOfImage(readCheckpoint(this.id, checkpoint, blank), blank, instances.program);
  }

  async #ready(): Promise<CompiledProgram> {
    const compiled = await this.compiled();
    this.#loaded ??= programOf(compiled);
    return this.#loaded;
  }

  async #compile(): Promise<CompiledModule> {
    const { program, error } = this.#read;
    if (!program) throw error;
    validate(this.#bytes, program);
    this.#bytes = limitTables(this.#bytes);
    const { prepare: when = 'before' } = this.#options;
    const countsGas = program.interface.imports.some(({ module }) => module === 'metering');
    if (when === 'before' && !countsGas) {
      const { report, ...prepared } = await this.#prepare(program, { meter: true });
      this.#options.onPrepare?.({ step: 'done', leftOut: report.leftOut });
      return prepared;
    }
    const { drive } = this.#options;
    const published = { id: this.id, code: await WebAssembly.compile(this.#bytes), program, drive };
    if (when === 'lazy' && !countsGas) void this.#replace(published);
    return published;
  }

  async #prepare(
    program: Program,
    how: { readonly meter: boolean; readonly background?: boolean },
  ): Promise<CompiledModule & { readonly report: PrepareReport }> {
    let failed: { readonly thrown: unknown } | undefined;
    const onStep = (step: PrepareStep) => {
      try {
        this.#options.onPrepare?.({ step });
      } catch (thrown) {
        // Others may wait for the same preparation, which is not to blame.
        failed ??= { thrown };
      }
    };
    const { bytes, report } = await prepare(this.#bytes, { ...how, maximumBytes, onStep });
    if (failed) throw failed.thrown;
    const prepared = { ...readProgram(bytes, program.abi.format), metered: report.metered };
    const { drive } = this.#options;
    return { id: this.id, code: await WebAssembly.compile(bytes), program: prepared, drive, report };
  }

  /** Prepares the module in the background, and has what comes out take the place of `published`. */
  async #replace(published: CompiledModule): Promise<void> {
    let leftOut: PrepareReport['leftOut'];
    try {
      const { report, ...prepared } = await this.#prepare(published.program, { meter: false, background: true });
      leftOut = report.leftOut;
      if (report.asyncifyFolded || report.lowered) this.#swap(published, prepared);
    } catch (thrown) {
      leftOut = [{ step: 'validate', reason: reasonOf(thrown) }];
    }
    this.#options.onPrepare?.({ step: 'done', leftOut });
  }

  #swap(published: CompiledModule, prepared: CompiledModule): void {
    const now = (this.#loaded ?? programOf(published)).instances;
    const { instances } = programOf(prepared);
    const blanks = [instances, now].map((one) => one.blank(trialMs));
    const states = blanks.map(({ low, high, files, ...rest }) =>
      [low, high].map((part) => hashBytes(part)).join(JSON.stringify(rest)),
    );
    // Else an image of the one would be none of the other.
    if (states[0] !== states[1]) throw new Error('What came out starts in another state');
    this.#loading = Promise.resolve(prepared);
    if (this.#loaded) this.#loaded.instances = instances;
  }
}

/** Within this, any module that is worth it has started. */
const trialMs = 5000;

/** What AO's publishing tool tags a module with; a compute unit refuses one without most of them. */
const defaultTags = (program: Program | undefined): Tags =>
  toTags({
    'Data-Protocol': 'ao',
    Variant: 'ao.TN.1',
    Type: 'Module',
    ...(program ? { 'Module-Format': program.abi.format } : {}),
    'Input-Encoding': 'JSON-1',
    'Output-Encoding': 'JSON-1',
    // One that starts with more, such as a language model, says how much at most.
    'Memory-Limit': (program?.initialBytes ?? 0) > 2 ** 30 ? '4-gb' : '1-gb',
    'Compute-Limit': '9000000000000',
    'Content-Type': 'application/wasm',
  });
