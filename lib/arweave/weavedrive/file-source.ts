import type { Awaitable } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { AttestationQuery, DriveSource } from './drive-source.ts';

/** The data of an item: bytes, or a `Blob`, of which only what is read is in memory. Node's `fs.openAsBlob` makes one of a file. */
export type DriveData = Uint8Array | Blob;

/** Data by ids: a table, or a function that says what there is under one. */
export type DriveDataById = Readonly<Record<Id, DriveData>> | ((id: Id) => Awaitable<DriveData | undefined>);

/**
 * Has a drive read data that is at hand, by ids that need not be on Arweave. What is not among it, headers and attestations,
 * is asked of `otherwise`; without it there are none, and processes read nothing but with the drive's mode `test`.
 *
 * @example
 * ```ts
 * import { memoryStore, wasm } from 'heddle';
 * import { fromFiles, weaveDrive } from 'heddle/arweave';
 *
 * const text = new TextEncoder().encode('return "hello"');
 * const blobs = memoryStore();
 * const id = blobs.putBlob(text);
 * const drive = weaveDrive(fromFiles((id) => blobs.blob(id)), { mode: 'test' });
 * const aos = (binary: Uint8Array) => wasm(binary, { drive });
 * console.log(`load(io.open('/data/${id}'):read(${text.length}))()`); // Lua that says hello
 * ```
 */
export const fromFiles = (files: DriveDataById, otherwise?: DriveSource): DriveSource =>
  new FileSource(
    typeof files === 'function' ? files : (id) => (Object.hasOwn(files, id) ? files[id] : undefined),
    otherwise,
  );

class FileSource implements DriveSource {
  readonly #files: (id: Id) => Awaitable<DriveData | undefined>;
  readonly #otherwise: DriveSource | undefined;

  constructor(files: (id: Id) => Awaitable<DriveData | undefined>, otherwise: DriveSource | undefined) {
    this.#files = files;
    this.#otherwise = otherwise;
  }

  async size(id: Id, signal: AbortSignal): Promise<number> {
    const data = await this.#files(id);
    if (!data) return this.#other(id).size(id, signal);
    return data instanceof Uint8Array ? data.length : data.size;
  }

  async range(id: Id, from: number, to: number, signal: AbortSignal): Promise<Uint8Array> {
    const data = await this.#files(id);
    if (!data) return this.#other(id).range(id, from, to, signal);
    return data instanceof Uint8Array ? data.slice(from, to) : new Uint8Array(await data.slice(from, to).arrayBuffer());
  }

  async transaction(id: Id, signal: AbortSignal): Promise<string> {
    return this.#other(id).transaction(id, signal);
  }

  async block(height: number, signal: AbortSignal): Promise<string> {
    return this.#other(`block ${height}`).block(height, signal);
  }

  async height(signal: AbortSignal): Promise<number> {
    return this.#otherwise?.height(signal) ?? Number.MAX_SAFE_INTEGER;
  }

  async attests(query: AttestationQuery, signal: AbortSignal): Promise<boolean> {
    return this.#otherwise?.attests(query, signal) ?? false;
  }

  #other(what: string): DriveSource {
    if (this.#otherwise) return this.#otherwise;
    throw new HeddleError('gateway-not-found', `There is no ${what} among the files`, { what });
  }
}
