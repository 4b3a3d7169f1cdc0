import type { Abi } from '../compute/wasm/abi.ts';
import { formats, meteringFormats } from '../compute/wasm/formats.ts';
import { pageBytes } from '../compute/wasm/guest-memory.ts';
import type { Instance } from '../compute/wasm/instance.ts';
import { instantiate } from '../compute/wasm/instantiate.ts';
import { limitTables } from '../compute/wasm/prepare/index.ts';
import { type Program, readProgram } from '../compute/wasm/program.ts';
import { validate } from '../compute/wasm/validate.ts';
import { HeddleError } from '../core/error.ts';
import { allImports, GuestLink, type LinkOptions } from './guest-link.ts';
import { callGuest } from './loader-response.ts';
import { meter } from './metering.ts';

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
export async function sourceOfBytes(given: Uint8Array<ArrayBuffer>, format: string | undefined, options: LinkOptions) {
  const { bytes, program } = await metered(given, readProgram(given, format));
  const code = await WebAssembly.compile(limitTables(bytes));
  const another = (): Instance => {
    const link = new GuestLink(program.abi, program.interface.imports, options);
    return link.link(instantiate(code, link.imports), program);
  };
  return { first: callGuest(another), another } satisfies LoaderSource;
}

/** A module that was read and is valid, made to count its gas if its format says so. */
async function metered(bytes: Uint8Array<ArrayBuffer>, program: Program) {
  validate(bytes, program);
  const { abi } = program;
  if (!abi.metering) return { bytes, program };
  const counting = await meter(bytes, abi);
  validate(counting, program);
  return { bytes: counting, program: readProgram(counting, abi.format) };
}

/** Of somebody who instantiates. */
export async function sourceOfFunction(call: Instantiate, format: string | undefined, options: LinkOptions) {
  const abi = abiOf(format);
  const link = new GuestLink(abi, allImports(abi), options);
  const received = await new Promise<WebAssembly.Instance>((resolve, reject) => {
    const receive = (instance: WebAssembly.Instance) => {
      resolve(instance);
      return instance?.exports;
    };
    // Emscripten takes no promise here, but who passes an asynchronous function wants to hear of its failure.
    Promise.resolve(call(link.imports, receive)).catch(reject);
  });
  const first = callGuest(() => {
    checkExports(received?.exports, abi);
    return link.link(received, unreadProgram(abi));
  });
  if (abi.metering && !first.countsGas) throw uncounted(abi);
  return { first, another: undefined } satisfies LoaderSource;
}

function abiOf(format: string | undefined): Abi {
  const abi = [...formats, ...meteringFormats].find((one) => one.format === format);
  if (abi) return abi;
  const what = format === undefined ? 'The option format is missing' : `The option format is ${format}`;
  throw new HeddleError('module-format-unsupported', what, { said: format ?? null });
}

/** AO's loader changes WebAssembly.compile, so that it meters. Here that is left to who compiles, who may not know. */
function uncounted({ format }: Abi): HeddleError {
  const what = `What was received counts no gas, as ${format} does: compile what @permaweb/wasm-metering makes of its bytes`;
  return new HeddleError('module-format-unsupported', what, { said: format });
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
    memories: 1,
  },
  initialBytes: 0,
  maximumBytes: Math.min(mostPages, Math.floor(abi.heapBytes / pageBytes)) * pageBytes,
});

const mostPages = 65_535;
