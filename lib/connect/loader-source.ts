import type { Abi } from '../compute/wasm/abi.ts';
import { formats } from '../compute/wasm/formats.ts';
import { pageBytes } from '../compute/wasm/guest-memory.ts';
import type { Instance } from '../compute/wasm/instance.ts';
import { validate } from '../compute/wasm/module.ts';
import { type Program, readProgram } from '../compute/wasm/program.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { allImports, GuestLink } from './guest-link.ts';

/**
 * Instantiates a module that is compiled already, as Emscripten's `instantiateWasm` does: it gets the import object and
 * calls `receiveInstance` with the instance, at once or later. It is called once.
 */
export type Instantiate = (
  imports: WebAssembly.Imports,
  receiveInstance: (instance: WebAssembly.Instance) => WebAssembly.Exports,
) => unknown;

/** Where the instances of one loaded module come from. None of them is booted. */
export interface LoaderSource {
  readonly first: Instance;
  /** Makes another one. Undefined if somebody else instantiates, who expects to be asked once. */
  readonly another: (() => Instance) | undefined;
}

/** Of a module's bytes. */
export async function sourceOfBytes(bytes: Uint8Array<ArrayBuffer>, format: string | undefined, refuseDrive: boolean) {
  const program = readProgram(bytes, format);
  const { abi } = program;
  if (abi.metering) throw unsupported(format);
  validate(bytes, program);
  const code = await WebAssembly.compile(bytes);
  const another = (): Instance => {
    const link = new GuestLink(abi, program.interface.imports, refuseDrive);
    return link.link(instantiate(code, link.imports), program);
  };
  return { first: another(), another } satisfies LoaderSource;
}

function instantiate(code: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(code, imports);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const what = 'The host has no room for another instance of the module';
    throw new HeddleError('memory-unavailable', what, {}, { cause });
  }
}

/** Of somebody who instantiates. */
export async function sourceOfFunction(call: Instantiate, format: string | undefined, refuseDrive: boolean) {
  const abi = abiOf(format);
  const link = new GuestLink(abi, allImports(abi), refuseDrive);
  const received = await new Promise<WebAssembly.Instance>((resolve, reject) => {
    const receive = (instance: WebAssembly.Instance) => {
      resolve(instance);
      return instance?.exports;
    };
    // Emscripten takes no promise here, but who passes an asynchronous function wants to hear of its failure.
    Promise.resolve(call(link.imports, receive)).catch(reject);
  });
  checkExports(received?.exports, abi);
  return { first: link.link(received, unreadProgram(abi)), another: undefined } satisfies LoaderSource;
}

function abiOf(format: string | undefined): Abi {
  const abi = formats.find((one) => one.format === format);
  if (!abi) throw unsupported(format);
  return abi;
}

/** Formats that are metered are other formats whose gas the loader counts; here nobody does yet. */
function unsupported(format: string | undefined): HeddleError {
  const what = format === undefined ? 'The option format is missing' : `The option format is ${format}`;
  return new HeddleError('module-format-unsupported', what, { said: format ?? null });
}

function checkExports(exports: WebAssembly.Exports | undefined, abi: Abi): void {
  const named = (name: string) => exports?.[abi.exports[name] ?? name];
  const stackPointer = named('emscripten_stack_get_current');
  if (typeof stackPointer !== 'function' || typeof named('handle') !== 'function') {
    throw new HeddleError('module-without-handle', `What was received is no instance of a module of ${abi.format}`);
  }
  if (typeof stackPointer() !== (abi.wide ? 'bigint' : 'number')) {
    const what = `The instance is not of the format ${abi.format}`;
    throw new HeddleError('module-format-unsupported', what, { said: abi.format });
  }
}

/** What is known of a module that was compiled elsewhere. Its memory may grow as far as its format allows. */
const unreadProgram = (abi: Abi): Program => ({
  abi,
  interface: {
    imports: [],
    otherImports: [],
    functions: new Map(),
    tables: new Set(),
    memory: undefined,
    memoryName: undefined,
  },
  initialBytes: 0,
  maximumBytes: Math.min(mostPages, Math.floor(abi.heapBytes / pageBytes)) * pageBytes,
});

const mostPages = 65_535;

/** The bytes of a module in any of the forms that a program may have them. Refuses what is none with its type. */
export function moduleBytes(binary: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(binary)) {
    return new Uint8Array(new Uint8Array(binary.buffer, binary.byteOffset, binary.byteLength));
  }
  if (binary instanceof ArrayBuffer) return new Uint8Array(binary);
  throw new HeddleError('module-invalid', `A module was given as ${reasonOf(binary).slice(0, 60)}`);
}
