import type { JSVirtualFile, MemFS, WASI } from '@wasmer/wasi';
import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';
import type { FileTree } from './file-tree.ts';
import { library } from './library.ts';
import { lender, shimModule } from './shim.ts';

/** The number of the root in @wasmer/wasi, which keeps 3 for the folder above all that it shows a guest. */
export const rootFolder = 4;

/** Files as @wasmer/wasi keeps them and serves them to a guest. Nothing here asks whether a guest may do what it wants. */
export class ServedFiles {
  readonly #memory: WebAssembly.Memory;
  readonly #handles = new Set<JSVirtualFile>();
  #wasi: WASI;
  #fs: MemFS;
  #functions: Functions;

  constructor(tree: FileTree, memory: WebAssembly.Memory) {
    this.#memory = memory;
    [this.#wasi, this.#fs, this.#functions] = library.call(() => serve(filled(tree), memory));
  }

  /** Calls a function of WASI, whose pointers are into the guest's memory. */
  call(name: string, ...values: readonly (number | bigint)[]): void {
    const failure = library.call(() => this.#functions[name]?.(...values));
    if (failure !== 0) throw new FileError(failure ?? errno.noSystem);
  }

  kindOf(path: string): 'file' | 'folder' | undefined {
    if (path === '') return 'folder';
    // The package says no more than that it is an object.
    const found = library.attempt(() => this.#fs.metadata(`/${path}`) as { filetype: { dir: boolean } });
    return found && (found.filetype.dir ? 'folder' : 'file');
  }

  sizeOf(path: string): number {
    return this.#with(path, (handle) => Number(handle.size()));
  }

  contentOf(path: string): Uint8Array {
    return this.#with(path, (handle) => tail(handle, 0));
  }

  /** The paths of what is in a folder. */
  pathsIn(folder: string): readonly string[] {
    // The package says no more than that it is a list of objects.
    const found = library.call(() => this.#fs.readDir(`/${folder}`) as readonly { path: string }[]);
    return found.map(({ path }) => path.slice(1));
  }

  /** A way to change a file, to be given to {@link release}. */
  handle(path: string): JSVirtualFile {
    const handle = library.call(() => this.#fs.open(`/${path}`, { read: true, write: true }));
    this.#handles.add(handle);
    return handle;
  }

  release(handle: JSVirtualFile): void {
    if (this.#handles.delete(handle)) library.call(() => handle.free());
  }

  /**
   * Writes `bytes` over what is at `position`. The package would push aside what is there, and fill no gap: so what
   * follows is taken off before, and put on again.
   */
  write(handle: JSVirtualFile, bytes: Uint8Array, position: number): void {
    library.call(() => {
      const size = Number(handle.size());
      const end = position + bytes.length;
      const rest = end < size ? tail(handle, end) : undefined;
      if (position !== size) handle.setLength(BigInt(position));
      handle.seek(position);
      handle.write(bytes);
      if (rest) handle.write(rest);
    });
  }

  resize(handle: JSVirtualFile, size: number): void {
    library.call(() => handle.setLength(BigInt(size)));
  }

  /** Has the package look anew: it remembers where things were that it has seen in a folder. Nothing may be open. */
  forget(): void {
    const old = this.#wasi;
    [this.#wasi, this.#fs, this.#functions] = library.call(() => {
      const served = serve(this.#fs, this.#memory);
      old.free();
      return served;
    });
  }

  /** Gives back the memory that all this takes, which nothing else would. */
  free(): void {
    library.call(() => {
      for (const handle of this.#handles) handle.free();
      this.#fs.free();
      this.#wasi.free();
    });
  }

  #with<T>(path: string, look: (handle: JSVirtualFile) => T): T {
    return library.call(() => {
      const handle = this.#fs.open(`/${path}`, { read: true });
      const seen = look(handle);
      handle.free();
      return seen;
    });
  }
}

type Functions = Readonly<Record<string, (...values: readonly (number | bigint)[]) => number>>;

/** Has the package serve files to a guest. It takes what it is given of them; `wasi.fs` is the way to them then. */
function serve(fs: MemFS, memory: WebAssembly.Memory): [WASI, MemFS, Functions] {
  const wasi = new library.package.WASI({ args: [], env: {}, preopens: { '/': '/' }, fs });
  shim ??= new WebAssembly.Module(shimModule(namespace, ['path_open']));
  // It is an object of objects of functions by their names in WASI.
  const imports = wasi.getImports(shim) as WebAssembly.Imports;
  wasi.instantiate(new WebAssembly.Instance(shim, { ...imports, [lender]: { memory } }));
  // Called with what the types of WASI prescribe, they return an error number.
  return [wasi, wasi.fs, imports[namespace] as unknown as Functions];
}

/** A file system of the package that holds `tree`. */
function filled(tree: FileTree): MemFS {
  const fs = new library.package.MemFS();
  for (const [path, content] of tree) {
    if (!content) {
      fs.createDir(`/${path}`);
      continue;
    }
    const handle = fs.open(`/${path}`, { read: true, write: true, create: true });
    handle.write(content);
    handle.free();
  }
  return fs;
}

/** The bytes of a file from `position` on. All handles of a file share one place in it. */
function tail(handle: JSVirtualFile, position: number): Uint8Array {
  handle.seek(position);
  return handle.read();
}

let shim: WebAssembly.Module | undefined;
const namespace = 'wasi_snapshot_preview1';
