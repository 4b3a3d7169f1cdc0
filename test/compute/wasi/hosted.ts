// The functions that a guest may import, called as a guest calls them but from here.

import { defaultLimits, type Limits } from 'heddle';
import { Host, type HostGiven } from '../../../lib/compute/wasi/host.ts';
import { buildImports } from '../../../lib/compute/wasi/imports.ts';
import { library } from '../../../lib/compute/wasi/library.ts';
import type { FunctionImport } from '../../../lib/compute/wasm/binary.ts';

const signatures = {
  args_get: 'ii>i',
  args_sizes_get: 'ii>i',
  clock_res_get: 'ii>i',
  clock_time_get: 'iji>i',
  environ_get: 'ii>i',
  environ_sizes_get: 'ii>i',
  fd_advise: 'ijji>i',
  fd_allocate: 'ijj>i',
  fd_close: 'i>i',
  fd_datasync: 'i>i',
  fd_fdstat_get: 'ii>i',
  fd_fdstat_set_flags: 'ii>i',
  fd_fdstat_set_rights: 'ijj>i',
  fd_filestat_get: 'ii>i',
  fd_filestat_set_size: 'ij>i',
  fd_filestat_set_times: 'ijji>i',
  fd_pread: 'iiiji>i',
  fd_prestat_dir_name: 'iii>i',
  fd_prestat_get: 'ii>i',
  fd_pwrite: 'iiiji>i',
  fd_read: 'iiii>i',
  fd_readdir: 'iiiji>i',
  fd_renumber: 'ii>i',
  fd_seek: 'ijii>i',
  fd_sync: 'i>i',
  fd_tell: 'ii>i',
  fd_write: 'iiii>i',
  path_create_directory: 'iii>i',
  path_filestat_get: 'iiiii>i',
  path_filestat_set_times: 'iiiiijji>i',
  path_link: 'iiiiiii>i',
  path_open: 'iiiiijjii>i',
  path_readlink: 'iiiiii>i',
  path_remove_directory: 'iii>i',
  path_rename: 'iiiiii>i',
  path_symlink: 'iiiii>i',
  path_unlink_file: 'iii>i',
  poll_oneoff: 'iiii>i',
  random_get: 'ii>i',
  sched_yield: '>i',
  sock_accept: 'iii>i',
  sock_recv: 'iiiiii>i',
  sock_send: 'iiiii>i',
  sock_shutdown: 'ii>i',
} as const;

export type FunctionName = keyof typeof signatures;

export const functionNames = Object.keys(signatures) as readonly FunctionName[]; // Object.keys widens the names

/** The kinds of a function's parameters, a letter each: `i` for 32 bits, `j` for 64. */
export const parametersOf = (name: FunctionName): string => signatures[name].split('>')[0] ?? '';

export const openFlags = { create: 1, folder: 2, exclusive: 4, truncate: 8 };
const allRights = 0x1fff_ffffn;

type Functions = Readonly<Record<string, (...values: readonly (number | bigint)[]) => number>>;
type Given = Partial<Omit<HostGiven, 'limits'>> & { readonly limits?: Partial<Limits> };

/** A guest of two pages that is played by a test, for the length of one turn. */
export class Hosted {
  readonly host: Host;
  readonly memory = new WebAssembly.Memory({ initial: 2 });
  readonly #functions: Functions;

  static async start(given: Given = {}, namespace?: string): Promise<Hosted> {
    await library.load();
    return new Hosted(given, namespace);
  }

  private constructor({ limits, ...given }: Given, namespace = 'wasi_snapshot_preview1') {
    this.host = new Host(
      {
        input: new Uint8Array(0),
        timestampMs: 0,
        seed: 'test',
        files: new Map(),
        gas: Number.POSITIVE_INFINITY,
        ...given,
        limits: { ...defaultLimits, ...limits },
      },
      this.memory,
    );
    const imports = Object.entries(signatures).map(
      ([name, signature]): FunctionImport => ({ module: namespace, name, signature }),
    );
    // What buildImports() makes are functions; its type is that of all import objects.
    this.#functions = buildImports(imports, () => this.host)[namespace] as unknown as Functions;
  }

  call(name: FunctionName, ...values: readonly (number | bigint)[]): number {
    return this.#functions[name]?.(...values) ?? -1;
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes(at, length));
  }

  put(at: number, text: string): readonly [at: number, length: number] {
    const bytes = new TextEncoder().encode(text);
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  }

  /** A list of one part of memory. */
  vector(at: number, length: number): readonly [at: number, count: number] {
    this.view.setUint32(96, at, true);
    this.view.setUint32(100, length, true);
    return [96, 1];
  }

  /** The number of what was opened, or the negative of the error. */
  open(path: string, how = 0, appends = 0, folder = 3): number {
    const failure = this.call('path_open', folder, 0, ...this.put(1000, path), how, allRights, allRights, appends, 200);
    return failure === 0 ? this.view.getUint32(200, true) : -failure;
  }

  /** How much was written, or the negative of the error. */
  write(number: number, text: string, offset?: number): number {
    const vector = this.vector(...this.put(70_000, text));
    const failure =
      offset === undefined
        ? this.call('fd_write', number, ...vector, 200)
        : this.call('fd_pwrite', number, ...vector, BigInt(offset), 200);
    return failure === 0 ? this.view.getUint32(200, true) : -failure;
  }

  read(number: number, length = 50_000, offset?: number): string | number {
    const vector = this.vector(70_000, length);
    const failure =
      offset === undefined
        ? this.call('fd_read', number, ...vector, 200)
        : this.call('fd_pread', number, ...vector, BigInt(offset), 200);
    return failure === 0 ? this.text(70_000, this.view.getUint32(200, true)) : -failure;
  }

  seek(number: number, offset: number, whence = 0): number {
    const failure = this.call('fd_seek', number, BigInt(offset), whence, 208);
    return failure === 0 ? Number(this.view.getBigUint64(208, true)) : -failure;
  }

  createFolder(path: string): number {
    return this.call('path_create_directory', 3, ...this.put(1000, path));
  }

  removeFolder(path: string): number {
    return this.call('path_remove_directory', 3, ...this.put(1000, path));
  }

  removeFile(path: string): number {
    return this.call('path_unlink_file', 3, ...this.put(1000, path));
  }

  rename(from: string, to: string): number {
    return this.call('path_rename', 3, ...this.put(1000, from), 3, ...this.put(2000, to));
  }

  /** The kind and size of what is at a path, or the negative of the error. */
  describe(path: string): readonly [type: number, size: number] | number {
    const failure = this.call('path_filestat_get', 3, 0, ...this.put(1000, path), 240);
    return failure === 0 ? [this.view.getUint8(256), Number(this.view.getBigUint64(272, true))] : -failure;
  }

  /** The names in a folder that is open, folders with a slash. */
  names(number = 3): readonly string[] | number {
    const failure = this.call('fd_readdir', number, 70_000, 50_000, 0n, 200);
    if (failure !== 0) return -failure;
    const names: string[] = [];
    for (let at = 70_000; at < 70_000 + this.view.getUint32(200, true); ) {
      const length = this.view.getUint32(at + 16, true);
      names.push(this.text(at + 24, length) + (this.view.getUint8(at + 20) === 3 ? '/' : ''));
      at += 24 + length;
    }
    return names.filter((name) => name !== './' && name !== '../');
  }

  /** Ends the turn; the files as it leaves them, as text. */
  end(): Record<string, string | null> {
    const { tree } = this.host;
    this.host.free();
    const entries = [...tree].map(([path, content]) => [path, content ? new TextDecoder().decode(content) : null]);
    return Object.fromEntries(entries);
  }
}
