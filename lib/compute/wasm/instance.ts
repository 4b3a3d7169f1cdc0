import { HeddleError } from '../../core/error.ts';
import { type Abi, fromGuest, toGuest } from './abi.ts';
import type { Guest, GuestExports } from './guest.ts';
import { GuestMemory } from './guest-memory.ts';
import { buildImports } from './host.ts';
import type { Program } from './program.ts';

/** Where an instance's C stack lies. It grows downwards from `base` and must not pass `end`. */
export interface StackBounds {
  readonly end: number;
  readonly base: number;
}

/** What a call of `handle` gave back, and how far it reached. */
export interface HandleResult {
  readonly text: string;
  /** The end of the heap. */
  readonly heapEnd: number;
  /** Below this lies what the call left on the stack besides its arguments. */
  readonly argumentsStart: number;
}

/**
 * One running copy of a module: its memory, its clock and the calls into it. Any of them may trap or never return, so
 * they are made under the watchdog.
 */
export class Instance implements Guest {
  readonly abi: Abi;
  readonly stack: StackBounds;
  /** Where the stack pointer is between calls. */
  readonly stackPointer: number;
  clockMs: number;
  readonly #memory: GuestMemory | undefined;
  readonly #exports: GuestExports | undefined;

  constructor(module: WebAssembly.Module, program: Program, clockMs: number) {
    this.abi = program.abi;
    this.clockMs = clockMs;
    const { exports } = instantiate(module, buildImports(program.interface.imports, this));
    // The kinds and types of the exports used here are those that readProgram() checked.
    this.#exports = exports as unknown as GuestExports;
    this.#memory = new GuestMemory(exports.memory as WebAssembly.Memory, program.abi, program.maximumBytes);
    this.#call('emscripten_stack_init');
    this.stack = this.#stackBounds();
    this.stackPointer = this.#call('emscripten_stack_get_current');
    if (this.stackPointer < this.stack.end || this.stackPointer > this.stack.base) {
      throw new HeddleError('guest-trap', 'The module starts with its stack pointer outside its stack');
    }
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
    this.#writeCookies();
    this.#call('__wasm_call_ctors');
    return this.#call('sbrk', 0);
  }

  /**
   * Calls `handle`. The texts are put on the C stack, the message first, because the address where they end goes into
   * the seed of Lua's hash tables, and with it into the order of `pairs`.
   */
  handle(message: Uint8Array, environment: Uint8Array): HandleResult {
    const messageAt = this.#push(message);
    const environmentAt = this.#push(environment);
    const resultAt = this.#call('handle', messageAt, environmentAt);
    this.#call('_emscripten_stack_restore', this.stackPointer);
    return { text: this.memory.readText(resultAt), heapEnd: this.#call('sbrk', 0), argumentsStart: environmentAt };
  }

  #push(text: Uint8Array): number {
    const at = this.#call('_emscripten_stack_alloc', text.length + 1);
    if (at < this.stack.end || at + text.length >= this.stack.base) {
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

  #stackBounds(): StackBounds {
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

/** Bytes at the end of the stack that hold the cookies. */
export const cookieBytes = 16;

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    if (!(cause instanceof RangeError) || /call stack/i.test(cause.message)) throw cause;
    throw new HeddleError(
      'memory-unavailable',
      'The host has no room for another instance of the module',
      {},
      { cause },
    );
  }
}
