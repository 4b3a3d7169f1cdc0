import { givenBytes, moduleBytes } from '../compute/given-bytes.ts';
import { defaultGasLimit } from '../compute/wasm/registers.ts';
import { HeddleError } from '../core/error.ts';
import { BlankArrays } from './blank-arrays.ts';
import { callGuest, readResponse } from './loader-response.ts';
import type { LoaderResult } from './loader-result.ts';
import { type Instantiate, sourceOfBytes, sourceOfFunction } from './loader-source.ts';
import { type Contents, Resident, unfitting } from './resident.ts';

export type { LoaderResult } from './loader-result.ts';
export type { Instantiate } from './loader-source.ts';

/**
 * What AO's loader takes. Everything but `format`, `computeLimit`, `UNSAFE_MEMORY` and `WeaveDrive` changes no result,
 * there or here, and is accepted as it is.
 */
export interface LoaderOptions {
  /**
   * Any of AO's, such as `wasm64-unknown-emscripten-draft_2024_02_15` or `wasm32-unknown-emscripten4`. Left out, the
   * module's own. `wasm64-unknown-emscripten-draft_2024_10_16-metering` and `wasm32-unknown-emscripten-metering` are those
   * two made to count gas, which takes the package `@permaweb/wasm-metering`, and about a second.
   */
  readonly format?: string | undefined;
  readonly inputEncoding?: unknown;
  readonly outputEncoding?: unknown;
  /** Not observed, as in AO's loader: a memory grows as far as its module says. */
  readonly memoryLimit?: unknown;
  /**
   * How much gas loading and each call may use, as a number or what JavaScript makes one of; 9e15 if left out. Observed in
   * modules that count it.
   */
  readonly computeLimit?: unknown;
  readonly extensions?: unknown;
  readonly spawn?: unknown;
  readonly module?: unknown;
  readonly blockHeight?: unknown;
  readonly mode?: unknown;
  readonly admissableList?: unknown;
  /** Accepted, as compute units give it to every module. A module that opens a path of it is stopped: `option-invalid`. */
  readonly WeaveDrive?: unknown;
  readonly ARWEAVE?: unknown;
  /** Gives the memory itself as `Memory`, an `ArrayBuffer` that the next call changes, instead of a copy. */
  readonly UNSAFE_MEMORY?: boolean | undefined;
}

/**
 * Evaluates `message` on `buffer` in the environment `env`. Without a buffer it goes on with what the last call left.
 *
 * Rejects with the module's response if that says that it is not ok, which may be text or anything else; with the
 * engine's error after a trap; with `{ name: 'ExitStatus', message, status }` if the module exits; with an error that says
 * `out of gas!` after more than `computeLimit`. Nothing is taken back then: pass the buffer from before.
 */
export type LoaderHandle<Memory> = (
  buffer: Uint8Array | ArrayBuffer | null | undefined,
  message: unknown,
  env: unknown,
) => Promise<LoaderResult<Memory>>;

/** A module's bytes, or a function that instantiates it. */
export type LoaderBinary = Uint8Array | ArrayBuffer | Instantiate;

/**
 * A drop-in for the default export of `@permaweb/ao-loader`: the same calls, results and rejections, in a host that
 * changes no global, runs no shell and needs no flag, at a fraction of the cost.
 *
 * `Memory` is a `Uint8Array` of the whole memory, safe to keep, to save, and to pass again at any time and to any
 * handle of the module; so is one of AO's loader. One that was returned here is recognised by its buffer, and the blocks
 * of 64 KiB that held something are read again, so what is changed there counts. Where all was zero nobody looks: pass a
 * copy (`Memory.slice()`) after changing that, and it is read in full.
 *
 * Rejects with `module-invalid`, `module-without-handle`, `module-format-unsupported`, `module-import-unsupported`,
 * `memory64-unavailable`, `metering-unavailable`, and with the error `out of gas!` if loading takes more than
 * `computeLimit`; a handle with `option-invalid` and `checkpoint-invalid` for arguments it cannot take.
 *
 * @example
 * ```ts
 * import { AoLoader } from 'heddle/loader';
 *
 * const run = async (binary: Uint8Array, messages: readonly object[], env: object) => {
 *   const handle = await AoLoader(binary, { format: 'wasm64-unknown-emscripten-draft_2024_02_15' });
 *   let memory: Uint8Array | null = null;
 *   for (const message of messages) {
 *     const result = await handle(memory, message, env);
 *     if (!result.Error) memory = result.Memory;
 *     console.log(result.Output, result.Messages);
 *   }
 *   return memory;
 * };
 * ```
 */
export function AoLoader(
  binary: LoaderBinary,
  options: LoaderOptions & { readonly UNSAFE_MEMORY: true },
): Promise<LoaderHandle<ArrayBuffer>>;
export function AoLoader(
  binary: LoaderBinary,
  options?: (LoaderOptions & { readonly UNSAFE_MEMORY?: false | undefined }) | null,
): Promise<LoaderHandle<Uint8Array<ArrayBuffer>>>;
export async function AoLoader(
  binary: LoaderBinary,
  options?: LoaderOptions | null,
): Promise<LoaderHandle<ArrayBuffer | Uint8Array<ArrayBuffer>>> {
  const { format, computeLimit, UNSAFE_MEMORY, WeaveDrive } = options ?? {};
  const may = { gasLimit: Number(computeLimit || defaultGasLimit), refuseDrive: Boolean(WeaveDrive) };
  const source =
    typeof binary === 'function'
      ? await sourceOfFunction(binary, format, may)
      : await sourceOfBytes(moduleBytes(binary), format, may);
  const initialBytes = source.first.memory.length;
  callGuest(() => source.first.boot());
  let resident = new Resident(source.first);

  const restore = (image: Uint8Array) => {
    const known = copies.get(image.buffer);
    if (image.length === 0 && !known) return;
    if (image.buffer === resident.instance.memory.bytes.buffer) return;
    if (image.length < initialBytes) throw unfitting(image.length, `is no copy of one of ${initialBytes} or more`);
    // A memory does not shrink, and a module sees how large it is.
    const shrinks = image.length < resident.instance.memory.length;
    const target = shrinks && source.another ? new Resident(source.another()) : resident;
    // Only a view of all of it is what was returned.
    target.put(image, known?.memoryBytes === image.length ? known : target.survey(image));
    resident = target;
  };

  return async (buffer, message, env) => {
    const [messageBytes, environmentBytes] = [encode('message', message), encode('env', env)];
    if (buffer !== null && buffer !== undefined) restore(memoryBytes(buffer));
    const response = readResponse(callGuest(() => resident.call(messageBytes, environmentBytes)));
    return { Memory: UNSAFE_MEMORY ? resident.instance.memory.bytes.buffer : copyOf(resident), ...response };
  };
}

/** What is known of the copies that were returned, by their buffers, for all handles: a copy can be passed to any. */
const copies = new WeakMap<ArrayBufferLike, Contents>();

const blanks = new BlankArrays();

/** The system maps a large array of zeros when it is touched, so a copy costs what it holds. */
function copyOf(resident: Resident): Uint8Array<ArrayBuffer> {
  const copy = blanks.take(resident.instance.memory.length);
  copies.set(copy.buffer, resident.take(copy));
  return copy;
}

function memoryBytes(buffer: unknown): Uint8Array {
  // One that was transferred away is still known by its buffer.
  const bytes = buffer instanceof Uint8Array ? buffer : givenBytes(buffer);
  if (bytes) return bytes;
  throw new HeddleError('option-invalid', `A memory was given as ${typeof buffer}`, { type: typeof buffer });
}

function encode(name: string, value: unknown): Uint8Array {
  const json = value === null && name === 'message' ? undefined : JSON.stringify(value);
  if (json === undefined) throw new HeddleError('option-invalid', `The ${name} is no JSON`, { argument: name });
  return utf8.encode(json);
}

const utf8 = new TextEncoder();
