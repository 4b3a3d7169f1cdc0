import { HeddleError } from '../../core/error.ts';
import { pageBytes } from '../wasm/guest-memory.ts';
import { gasExport } from '../wasm/prepare/index.ts';
import type { Host } from './host.ts';
import { buildImports } from './imports.ts';
import type { Program } from './program.ts';
import { globalExport, type startExport } from './rewrite.ts';

/** All that a guest keeps between two calls, besides its files. */
export interface Image {
  readonly memory: Uint8Array;
  /** Of the globals that change, in their order. */
  readonly globals: readonly (number | bigint)[];
}

type Entry = '_start' | '_initialize' | 'handle' | typeof startExport;

/** One running copy of a module. */
export class Instance {
  readonly memory: WebAssembly.Memory;
  readonly metered: boolean;
  readonly #globals: readonly WebAssembly.Global[];
  readonly #gas: WebAssembly.Global<'i64'> | undefined;
  readonly #exports: WebAssembly.Exports;
  #host: Host | undefined;

  constructor(code: WebAssembly.Module, program: Program, metered: boolean) {
    const imports = buildImports(program.imports, () => this.#running());
    const { exports } = instantiate(code, imports);
    // What is exported under these names was read, or put there by rewriting.
    this.memory = exports.memory as WebAssembly.Memory;
    this.#globals = program.globals.map(({ index }) => exports[globalExport(index)] as WebAssembly.Global);
    this.#gas = metered ? (exports[gasExport] as WebAssembly.Global<'i64'>) : undefined;
    this.#exports = exports;
    this.metered = metered;
  }

  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** A copy of what it holds, in `into` if that is long enough. */
  image(into?: Uint8Array): Image {
    const bytes = new Uint8Array(this.memory.buffer);
    const memory = into && into.length >= bytes.length ? into.subarray(0, bytes.length) : new Uint8Array(bytes.length);
    memory.set(bytes);
    return { memory, globals: this.#globals.map(({ value }) => value as number | bigint) }; // All of them are numbers.
  }

  /** Makes it hold `image`. False if its memory is larger already, which never shrinks, or cannot become as large. */
  put({ memory, globals }: Image): boolean {
    const growth = memory.length - this.memoryBytes;
    if (growth < 0 || (growth > 0 && !this.#grow(growth))) return false;
    new Uint8Array(this.memory.buffer).set(memory);
    for (const [i, global] of this.#globals.entries()) global.value = globals[i];
    return true;
  }

  /** Calls those of `entries` that it has, one after the other, with so much gas for all. Returns what was used. */
  run(host: Host, entries: readonly Entry[], gas: number): number {
    this.#host = host;
    if (this.#gas) this.#gas.value = BigInt(gas);
    let trap: { readonly thrown: unknown } | undefined;
    try {
      // Functions of nothing to nothing, as was read.
      for (const entry of entries) (this.#exports[entry] as (() => void) | undefined)?.();
    } catch (thrown) {
      trap = { thrown };
    }
    this.#host = undefined;
    const used = this.#gas ? gas - Number(this.#gas.value) + Math.ceil(host.gasUsed) : 0;
    if (used > gas) throw new Ended(used, new HeddleError('guest-over-gas', 'out of gas!', { gasLimit: gas }));
    if (trap) throw new Ended(used, trap.thrown);
    return used;
  }

  #running(): Host {
    if (!this.#host) throw new HeddleError('guest-trap', 'The module called the host outside a turn');
    return this.#host;
  }

  #grow(bytes: number): boolean {
    try {
      this.memory.grow(bytes / pageBytes);
      return true;
    } catch {
      return false;
    }
  }
}

/** Thrown for whatever ended a guest before it returned. */
export class Ended extends Error {
  readonly gasUsed: number;
  readonly thrown: unknown;

  constructor(gasUsed: number, thrown: unknown) {
    super('ended');
    this.gasUsed = gasUsed;
    this.thrown = thrown;
  }
}

function instantiate(code: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(code, imports);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new HeddleError('memory-unavailable', 'There is no memory for another instance of the module', {}, { cause });
  }
}
