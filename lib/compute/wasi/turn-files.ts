import type { JSVirtualFile } from '@wasmer/wasi';
import type { Limits } from '../../core/limits.ts';
import { FileError } from '../wasm/files/index.ts';
import { costs } from '../wasm/host-gas.ts';
import { errno } from './errno.ts';
import { type FileTree, toTree, treeBytes } from './file-tree.ts';
import { parentOf } from './path.ts';
import { ServedFiles } from './served-files.ts';

/** A file that is open. Where it is read and written next is counted here, not by the package. */
export interface OpenFile {
  readonly kind: 'file';
  readonly path: string;
  /** Its number in @wasmer/wasi. */
  readonly inner: number;
  readonly handle: JSVirtualFile;
  readonly readable: boolean;
  readonly writable: boolean;
  append: boolean;
  position: number;
}

/** A path that a guest names: where the text is in its memory, from which folder it is seen, and what it comes to. */
export interface Place {
  readonly path: string;
  readonly folder: number;
  readonly at: number;
  readonly length: number;
}

/**
 * The files of one process for the length of a turn, in @wasmer/wasi. Everything the guest does to them happens there;
 * what the package does wrong, or breaks at, is checked or done before it is asked. A failure throws `FileError` and has
 * changed nothing.
 */
export class TurnFiles {
  /** How many files and folders there are. */
  count: number;
  readonly #before: FileTree;
  readonly #limits: Limits;
  readonly #memory: WebAssembly.Memory;
  readonly #served: ServedFiles;
  /** Which files may hold other bytes than before; undefined if that may be any. */
  #written: Set<string> | undefined = new Set();
  readonly #charge: (units: number) => void;
  #changed = false;
  #bytes: number;

  /** Of which the guest pays for everything with `charge`. */
  constructor(before: FileTree, memory: WebAssembly.Memory, limits: Limits, charge: (units: number) => void) {
    this.#before = before;
    this.#charge = charge;
    this.#memory = memory;
    this.#limits = limits;
    this.#bytes = treeBytes(before);
    this.count = before.size;
    charge(startUnits + before.size * this.#callUnits + this.#bytes * costs.byte);
    this.#served = new ServedFiles(before, memory);
  }

  kindOf(path: string): 'file' | 'folder' | undefined {
    this.#charge(this.#callUnits);
    return this.#served.kindOf(path);
  }

  /** Bytes of the file at `path`. */
  sizeOf(path: string): number {
    this.#charge(this.#callUnits);
    return this.#served.sizeOf(path);
  }

  /** Opens what is at `place`; `resultAt` is 4 bytes of the guest's memory that are free for the purpose. */
  open(
    place: Place,
    how: OpenHow,
    resultAt: number,
  ): { readonly inner: number; readonly handle: JSVirtualFile | undefined } {
    const { path } = place;
    const kind = this.kindOf(path);
    this.#checkOpen(path, kind, how);
    const lost = kind === 'file' && how.truncate ? this.sizeOf(path) : 0;
    const flags =
      (how.create ? openFlags.create : 0) |
      (how.folder ? openFlags.folder : 0) |
      (how.truncate ? openFlags.truncate : 0);
    this.#served.call('path_open', place.folder, 0, place.at, place.length, flags, allRights, allRights, 0, resultAt);
    const inner = new DataView(this.#memory.buffer).getUint32(resultAt, true);
    if (!kind) this.count++;
    if (!kind || lost > 0) this.#write(path, -lost);
    return { inner, handle: kind === 'folder' || how.folder ? undefined : this.#served.handle(path) };
  }

  close({ inner, handle }: { readonly inner: number; readonly handle?: JSVirtualFile }): void {
    this.#charge(costs.fileCall);
    this.#served.call('fd_close', inner);
    if (handle) this.#served.release(handle);
  }

  /** Reads from `position` into the guest's memory; how much it was stands at `resultAt` then. */
  read({ inner }: OpenFile, vectorsAt: number, count: number, position: number, resultAt: number): void {
    this.#charge(costs.fileCall);
    this.#served.call('fd_pread', inner, vectorsAt, count, BigInt(position), resultAt);
  }

  /** The bytes of a file from `position` on. */
  rest({ path }: OpenFile, position: number): Uint8Array {
    this.#charge(this.sizeOf(path) * costs.byte);
    return this.#served.contentOf(path).subarray(position);
  }

  write({ path, handle }: OpenFile, bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    const follows = Number(handle.size()) - position - bytes.length;
    const growth = Math.max(0, -follows);
    this.#reserve(growth);
    this.#charge(costs.fileCall + (growth + bytes.length + Math.max(0, follows)) * costs.byte);
    this.#served.write(handle, bytes, position);
    this.#write(path, growth);
  }

  resize({ path, handle }: OpenFile, size: number): void {
    const growth = size - Number(handle.size());
    this.#reserve(growth);
    this.#charge(costs.fileCall + Math.max(0, growth) * costs.byte);
    this.#served.resize(handle, size);
    this.#write(path, growth);
  }

  /** Writes names of what is in a folder into the guest's memory, as WASI has them, from the place `cookie` on. */
  list(inner: number, at: number, length: number, cookie: number, resultAt: number): void {
    this.#charge(length * costs.byte + (this.count + 1) * costs.fileCall);
    this.#served.call('fd_readdir', inner, at, length, BigInt(cookie), resultAt);
  }

  createFolder(place: Place): void {
    if (this.kindOf(place.path)) throw new FileError(errno.exists);
    this.#checkRoom(place.path);
    this.#served.call('path_create_directory', place.folder, place.at, place.length);
    this.count++;
    this.#changed = true;
  }

  removeFolder(place: Place): void {
    if (place.path === '') throw new FileError(errno.busy);
    if (this.existing(place.path) === 'file') throw new FileError(errno.notDirectory);
    this.#served.call('path_remove_directory', place.folder, place.at, place.length);
    this.count--;
    this.#changed = true;
  }

  removeFile(place: Place): void {
    if (this.existing(place.path) === 'folder') throw new FileError(errno.isDirectory);
    const size = this.sizeOf(place.path);
    this.#served.call('path_unlink_file', place.folder, place.at, place.length);
    this.count--;
    this.#write(place.path, -size);
  }

  /** Nothing may be open at either place; nothing at all if `from` is a folder. */
  rename(from: Place, to: Place): void {
    const kind = this.existing(from.path);
    if (from.path === to.path) return;
    if (from.path === '' || to.path.startsWith(`${from.path}/`)) throw new FileError(errno.invalid);
    this.#checkParent(to.path);
    const replaced = this.kindOf(to.path);
    if (replaced === 'folder' && kind === 'file') throw new FileError(errno.isDirectory);
    if (replaced === 'file' && kind === 'folder') throw new FileError(errno.notDirectory);
    if (replaced === 'folder') this.removeFolder(to);
    if (replaced === 'file') this.removeFile(to);
    this.#served.call('path_rename', from.folder, from.at, from.length, to.folder, to.at, to.length);
    if (kind === 'folder') this.#movedFolder();
    else this.#write(to.path, 0);
    this.#changed = true;
  }

  /** All files as they are now. */
  tree(): FileTree {
    if (!this.#changed) return this.#before;
    return toTree(this.#entries(''));
  }

  free(): void {
    this.#served.free();
  }

  *#entries(folder: string): Iterable<readonly [string, Uint8Array | undefined]> {
    for (const path of this.#served.pathsIn(folder)) {
      if (this.#served.kindOf(path) === 'folder') {
        yield [path, undefined];
        yield* this.#entries(path);
      } else {
        const same = this.#written?.has(path) === false ? this.#before.get(path) : undefined;
        yield [path, same ?? this.#served.contentOf(path)];
      }
    }
  }

  /** All that was in it is at other places now. */
  #movedFolder(): void {
    this.#written = undefined;
    this.#served.forget();
  }

  #checkOpen(path: string, kind: 'file' | 'folder' | undefined, how: OpenHow): void {
    if (!kind && !how.create) {
      this.#checkParent(path);
      throw new FileError(errno.noSuchFile);
    }
    if (!kind && how.folder) throw new FileError(errno.invalid);
    if (!kind) this.#checkRoom(path);
    if (kind && how.create && how.exclusive) throw new FileError(errno.exists);
    if (kind === 'file' && how.folder) throw new FileError(errno.notDirectory);
    if (kind === 'folder' && (how.write || how.truncate || how.create)) throw new FileError(errno.isDirectory);
  }

  /** Makes sure that there is a folder for something new at `path`, and that there may be more. */
  #checkRoom(path: string): void {
    this.#checkParent(path);
    if (this.count >= this.#limits.files) throw new FileError(errno.noSpace);
  }

  #checkParent(path: string): void {
    const kind = this.kindOf(parentOf(path));
    if (kind !== 'folder') throw new FileError(kind ? errno.notDirectory : errno.noSuchFile);
  }

  /** The kind of what is at `path`, where something must be. */
  existing(path: string): 'file' | 'folder' {
    const kind = this.kindOf(path);
    if (kind) return kind;
    this.#checkParent(path);
    throw new FileError(errno.noSuchFile);
  }

  /** What one call costs: the package looks through the names in a folder one by one. */
  get #callUnits(): number {
    return costs.fileCall + this.count * costs.file * 3;
  }

  #reserve(growth: number): void {
    if (growth > 0 && this.#bytes + growth > this.#limits.fileBytes) throw new FileError(errno.noSpace);
  }

  /** Notes that the file at `path` has other bytes than before. */
  #write(path: string, growth: number): void {
    this.#changed = true;
    this.#written?.add(path);
    this.#bytes += growth;
  }
}

/** How a file is to be opened. */
export interface OpenHow {
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly folder: boolean;
  readonly write: boolean;
}

/** About what it takes to have the package serve files. */
const startUnits = 300_000;
const openFlags = { create: 1, folder: 2, exclusive: 4, truncate: 8 };
/** Who may do what is checked here, not by the package. */
const allRights = 0x1fff_ffffn;
