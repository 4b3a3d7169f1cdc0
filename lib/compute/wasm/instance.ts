import { HeddleError } from '../../core/error.ts';
import { defaultLimits } from '../../core/limits.ts';
import { type Abi, fromGuest, toGuest } from './abi.ts';
import { Asyncify } from './asyncify.ts';
import { errno, Files, firstState } from './files/index.ts';
import type { Guest, GuestExports } from './guest.ts';
import { GuestMemory } from './guest-memory.ts';
import { buildImports } from './host.ts';
import { instantiate } from './instantiate.ts';
import { gasExport } from './prepare/meter.ts';
import type { Program } from './program.ts';
import { newRegisters, type Registers } from './registers.ts';
import { endOfTraces } from './traces.ts';

/** Where an instance's C stack lies. It grows downwards from `base` and must not pass `end`. */
export interface StackBounds {
  readonly end: number;
  readonly base: number;
}

/** What a call of `handle` gave back, and how far it reached. */
export interface HandleResult {
  readonly text: string;
  /** What the module said it used, if it counts that. */
  readonly gasUsed: number;
  /** The end of the heap. */
  readonly heapEnd: number;
  /** Below this lies what the call left on the stack besides its arguments. */
  readonly argumentsStart: number;
}

/**
 * One running copy of a module: its memory, its clock, its files and the calls into it. Any of them may trap or never
 * return, so they are made under the watchdog.
 */
export class Instance implements Guest {
  readonly abi: Abi;
  readonly stack: StackBounds;
  /** Where the stack pointer is between calls. */
  readonly stackPointer: number;
  clockMs: number;
  readonly files: Files;
  readonly registers: Registers;
  /** Whether the module counts its gas itself. */
  readonly countsGas: boolean;
  readonly #memory: GuestMemory | undefined;
  readonly #exports: GuestExports | undefined;
  readonly #argumentsAt: number;
  readonly #asyncify: Asyncify | undefined;
  readonly #gas: WebAssembly.Global<'i64'> | undefined;

  /** Of a module, or of an instance of it that was made elsewhere with imports that end here and at `registers`. */
  constructor(
    module: WebAssembly.Module | WebAssembly.Instance,
    program: Program,
    clockMs = program.abi.clockStartMs,
    registers = newRegisters(),
  ) {
    this.abi = program.abi;
    this.registers = registers;
    this.clockMs = clockMs;
    const noFolder = program.abi.generation === 2 ? errno.access : errno.notDirectory;
    this.files = new Files(firstFiles[program.abi.generation], defaultLimits, () => this.clockMs++, noFolder);
    const { exports } =
      module instanceof WebAssembly.Module
        ? instantiate(module, buildImports(program.interface.imports, this))
        : module;
    // The kinds and types of the exports used here are those that readProgram() checked.
    const named = withCurrentNames(program.abi, exports);
    // Preparing put it there, so it is a mutable i64; any module may export something of that name.
    this.#gas = program.metered ? (exports[gasExport] as WebAssembly.Global<'i64'>) : undefined;
    this.#exports = named as unknown as GuestExports;
    this.#memory = new GuestMemory(named.memory as WebAssembly.Memory, program.abi, program.maximumBytes);
    if (this.#exports.emscripten_stack_init) this.#call('emscripten_stack_init');
    // The loader's second generation leaves the program's arguments on the stack for good.
    this.#argumentsAt = this.abi.generation === 2 ? this.#reserveArguments() : 0;
    this.stackPointer = this.#call('emscripten_stack_get_current');
    this.stack = this.#stackBounds();
    if (this.stackPointer < this.stack.end || this.stackPointer > this.stack.base) {
      throw new HeddleError('guest-trap', 'The module starts with its stack pointer outside its stack');
    }
    // What was called so far has been counted.
    this.countsGas = registers.gasUsed > 0;
    if (this.countsGas && Asyncify.fits(this)) this.#asyncify = new Asyncify(this);
  }

  get memory(): GuestMemory {
    if (!this.#memory) throw new HeddleError('guest-trap', 'The module called the host before it was there');
    return this.#memory;
  }

  get exports(): GuestExports {
    if (!this.#exports) throw new HeddleError('guest-trap', 'The module called the host before it was there');
    return this.#exports;
  }

  /** Runs the module's constructors, which a restored process has behind it. Returns the end of the heap. */
  boot(): number {
    if (this.abi.generation > 1) this.#writeCookies();
    this.#call('__wasm_call_ctors');
    if (this.abi.generation < 4) this.#callMain();
    this.registers.gasUsed = 0;
    return this.#heapEnd();
  }

  /**
   * Calls `handle`. The texts are put on the C stack, the message first, because the address where they end goes into
   * the seed of Lua's hash tables, and with it into the order of `pairs`.
   */
  handle(message: Uint8Array, environment: Uint8Array): HandleResult {
    this.registers.gasUsed = 0;
    // It belongs to no state, so no turn may find what another left.
    this.registers.highHalf = 0;
    // Of no use, but a module that counts its gas counts it, as in the loader.
    if (this.countsGas) this.#call('emscripten_stack_get_current');
    const [messageAt, environmentAt] = this.#metered(() => [this.#push(message), this.#push(environment)] as const);
    const call = () => this.#call('handle', messageAt, environmentAt);
    const resultAt = this.#metered(() => this.#asyncify?.run(call) ?? call());
    const { gasUsed: counted } = this.registers;
    this.#metered(() => this.#call('_emscripten_stack_restore', this.stackPointer));
    const text = this.#readResult(resultAt);
    const gasUsed = this.metered ? counted : this.registers.gasUsed;
    // What the host asks below is not the turn's.
    this.registers.gasUsed = 0;
    return { text, gasUsed, heapEnd: this.#metered(() => this.#heapEnd()), argumentsStart: environmentAt };
  }

  readonly pause = (result: () => number): number => this.#asyncify?.pause(result) ?? result();

  /** After a call that threw, in an instance that goes on. What the host asks then is not the turn's. */
  recover(): void {
    this.registers.gasUsed = 0;
    this.#asyncify?.reset();
    this.#call('_emscripten_stack_restore', this.stackPointer);
  }

  #readResult(at: number): string {
    const { memory, registers } = this;
    const most = registers.resultBytes;
    const room = memory.part(at, Math.min(at + most + 1, memory.length));
    if (room.length > most && room.indexOf(0) < 0) {
      throw new HeddleError('result-malformed', `The module's result has more than ${most} bytes`, { limit: most });
    }
    return memory.readText(at);
  }

  /** Whether gas is counted by the module itself, as preparing it made it do. */
  get metered(): boolean {
    return this.#gas !== undefined;
  }

  /** Makes a call with as much gas as the registers allow, and notes what it used: what the guest ran and had the host do. */
  #metered<T>(call: () => T): T {
    const gas = this.#gas;
    if (!gas) return call();
    const { registers } = this;
    const { gasLimit } = registers;
    let made: { readonly result: T } | undefined;
    let trap: { readonly thrown: unknown } | undefined;
    gas.value = BigInt(gasLimit);
    registers.hostGas = 0;
    registers.hostGasLimit = gasLimit;
    try {
      made = { result: call() };
    } catch (thrown) {
      trap = { thrown };
    }
    registers.gasUsed = gasLimit - Number(gas.value) + Math.ceil(registers.hostGas);
    // While an instance starts, only the watchdog counts.
    gas.value = endless;
    registers.hostGasLimit = Number.POSITIVE_INFINITY;
    if (registers.gasUsed > gasLimit) throw new HeddleError('guest-over-gas', 'out of gas!', { gasLimit });
    if (!made) throw trap?.thrown;
    return made.result;
  }

  /** AO's loader runs the older formats' program once, which may end by exiting. */
  #callMain(): void {
    const list = this.#argumentsAt;
    if (list !== 0) {
      const text = list - argumentBytes;
      this.memory.writePointer(list, text);
      this.memory.writePointer(list + this.abi.pointerBytes, 0);
      this.memory.writeText(text, programName);
    }
    try {
      this.exports.main?.(list === 0 ? 0 : 1, list);
    } catch (thrown) {
      if (!(thrown instanceof HeddleError && thrown.code === 'guest-exit')) throw thrown;
    }
    this.#call('_emscripten_stack_restore', this.stackPointer);
  }

  #reserveArguments(): number {
    const list = this.#call('_emscripten_stack_alloc', 2 * this.abi.pointerBytes);
    this.#call('_emscripten_stack_alloc', programName.length + 1);
    return list;
  }

  /** Where the heap ends, or, in a module that does not say, where zeros begin. */
  #heapEnd(): number {
    if (this.exports.sbrk) return this.#call('sbrk', 0);
    return endOfTraces(this.memory.bytes, this.stackPointer);
  }

  #push(text: Uint8Array): number {
    const reserved = this.abi.generation < 3 ? 4 * utf16Length(text) : text.length;
    const at = this.#call('_emscripten_stack_alloc', reserved + 1);
    if (at < this.#stackFloor || at + text.length >= this.stack.base) {
      const facts = { bytes: text.length, stackBytes: this.stack.base - this.stack.end };
      throw new HeddleError(
        'guest-trap',
        `The message takes ${text.length} bytes and does not fit the module's stack`,
        facts,
      );
    }
    const place = this.memory.part(at, at + text.length + 1);
    place.set(text);
    place[text.length] = 0;
    return at;
  }

  #call(name: string, ...values: number[]): number {
    return fromGuest(this.abi, this.exports[name]?.(...values.map((value) => toGuest(this.abi, value))) ?? 0);
  }

  /** The oldest format does not say where its stack ends. */
  get #stackFloor(): number {
    return this.exports.emscripten_stack_get_end ? this.stack.end : lowestData;
  }

  /** A stack of no known size counts as part of what lies around it. */
  #stackBounds(): StackBounds {
    const { stackPointer } = this;
    if (!this.exports.emscripten_stack_get_end) return { end: stackPointer - cookieBytes, base: stackPointer };
    const end = this.#call('emscripten_stack_get_end');
    const base = this.#call('emscripten_stack_get_base');
    if (!(end % 4 === 0 && end + cookieBytes <= base && base <= this.memory.length)) {
      throw new HeddleError('guest-trap', `The module says its stack is from ${base} down to ${end}`, { end, base });
    }
    return { end, base };
  }

  /** Marks at the stack's end and at address 0, by which Emscripten's own code would notice an overrun. */
  #writeCookies(): void {
    const { end } = this.stack;
    const at = end === 0 ? 4 : end;
    this.memory.view.setUint32(at, 0x0213_5467, true);
    this.memory.view.setUint32(at + 4, 0x89ba_cdfe, true);
    this.memory.view.setUint32(0, 0x6373_6d65, true);
  }
}

/** Below this, Emscripten puts nothing. */
const lowestData = 1024;

/** What programs of the second generation are called. The loader has the name of whatever program runs it. */
const programName = './this.program';
/** Its bytes on the stack. */
const argumentBytes = 16;

const endless = 2n ** 63n - 1n;

const withData = firstState(true);
const withoutData = firstState(false);
/** Only the newer formats have a folder for data. */
const firstFiles = { 1: withoutData, 2: withoutData, 3: withoutData, 4: withData };

/** The exports by the names they have in generation 4. */
function withCurrentNames({ exports: names }: Abi, exports: WebAssembly.Exports): WebAssembly.Exports {
  const renamed = Object.entries(names).map(([current, own]) => [current, exports[own]]);
  return renamed.length === 0 ? exports : { ...exports, ...Object.fromEntries(renamed) };
}

/** How long a UTF-8 text is as JavaScript counts, by which the older formats' loader makes room for it. */
function utf16Length(text: Uint8Array): number {
  let length = 0;
  for (const byte of text) {
    if ((byte & 0xc0) !== 0x80) length++;
    if (byte >= 0xf0) length++;
  }
  return length;
}

/** Bytes at the end of the stack that hold the cookies. */
export const cookieBytes = 16;
