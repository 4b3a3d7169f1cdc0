import { HeddleError } from '../../../core/error.ts';
import type { DriveFile } from '../../drive.ts';
import type { Content } from './content.ts';
import { errno, FileError } from './errno.ts';
import {
  devices,
  isDevice,
  isFolder,
  isLink,
  isTerminal,
  kinds,
  type Node,
  type OpenFile,
  openFlags,
  permissions,
  sizeOf,
} from './node.ts';
import { mayRead, mayWrite, Tree } from './tree.ts';

/**
 * A guest's files: in memory, of one process alone, and as AO's loader has them, errors included. Everything in them is
 * made of what the guest did, times by its own clock. A failure throws `FileError` and has changed nothing.
 */
export class Files extends Tree {
  /** The path that `path` is, seen from the folder of a descriptor or from the root. */
  at(descriptor: number, path: string, allowEmpty = false): string {
    if (path.startsWith('/')) return path;
    const folder = descriptor === currentFolder ? '/' : this.file(descriptor).path;
    if (path === '' && !allowEmpty) throw new FileError(errno.noSuchFile);
    return path === '' ? folder : `${folder}/${path}`;
  }

  nodeOf(descriptor: number): Node {
    const node = this.state.nodes.get(this.file(descriptor).node);
    if (!node) throw new FileError(errno.badFile);
    return node;
  }

  open(path: string, flags: number, mode: number): number {
    if (path === '') throw new FileError(errno.noSuchFile);
    if (this.descriptorIn(path) !== undefined) throw new FileError(errno.access);
    let node = this.find(path, (flags & openFlags.noFollow) === 0);
    const creates = !node && (flags & openFlags.create) !== 0;
    if (node && flags & openFlags.create && flags & openFlags.exclusive) throw new FileError(errno.exists);
    if (!node && !creates) throw new FileError(errno.noSuchFile);
    // Before anything is made, so that a failure has changed nothing.
    const descriptor = this.#freeDescriptor(0);
    if (!node) node = this.make(path, (mode & permissions.mask) | kinds.file);
    else this.#checkOpen(node, flags);
    const truncates = (flags & openFlags.truncate) !== 0 && !creates && !isDevice(node);
    if (truncates) this.#resize(node, 0);
    const draft = this.change();
    const opened = draft.nextOpen++;
    draft.open.set(opened, {
      owner: draft.owner,
      node: node.number,
      path: this.truePath(path),
      flags: flags & ~(openFlags.exclusive | openFlags.truncate | openFlags.noFollow),
      position: 0,
    });
    draft.descriptors.set(descriptor, opened);
    return descriptor;
  }

  /** Opens a file of the drive, to be read. */
  openDrive(path: string, file: DriveFile): number {
    const descriptor = this.#freeDescriptor(0);
    const draft = this.change();
    const opened = draft.nextOpen++;
    const { number } = draft.addDrive(file);
    draft.open.set(opened, { owner: draft.owner, node: number, path, flags: 0, position: 0 });
    draft.descriptors.set(descriptor, opened);
    return descriptor;
  }

  /** Whether a descriptor is that of a file of the drive. */
  isDrive(descriptor: number): boolean {
    const opened = this.state.open.get(this.state.descriptors.get(descriptor) ?? -1);
    return this.state.nodes.get(opened?.node ?? -1)?.drive !== undefined;
  }

  sizeOf(descriptor: number): number {
    return sizeOf(this.nodeOf(descriptor));
  }

  close(descriptor: number): void {
    this.file(descriptor);
    this.change().close(descriptor);
  }

  /** The descriptor, at `least` or above, of a duplicate. */
  duplicate(descriptor: number, least: number): number {
    this.file(descriptor);
    if (least < 0) throw new FileError(errno.invalid);
    const copy = this.#freeDescriptor(least);
    const draft = this.change();
    draft.descriptors.set(copy, draft.descriptors.get(descriptor) ?? 0);
    return copy;
  }

  /** Makes `copy` a duplicate of `descriptor`, and closes what it was. */
  duplicateTo(descriptor: number, copy: number): number {
    this.file(descriptor);
    if (descriptor === copy) throw new FileError(errno.invalid);
    if (!(copy >= 0 && copy < this.limits.openFiles)) throw new FileError(errno.badFile);
    const draft = this.change();
    const opened = draft.descriptors.get(descriptor) ?? 0;
    if (draft.descriptors.has(copy)) draft.close(copy);
    draft.descriptors.set(copy, opened);
    return copy;
  }

  addFlags(descriptor: number, flags: number): void {
    this.#opened(descriptor).flags |= flags;
  }

  /** Reads from `at`, or from where the file is, which then moves; how many bytes there were. */
  read(descriptor: number, into: Uint8Array, at?: number): number {
    const file = this.file(descriptor);
    const node = this.nodeOf(descriptor);
    if ((file.flags & openFlags.access) === openFlags.write) throw new FileError(errno.badFile);
    if (isFolder(node)) throw new FileError(errno.isDirectory);
    if (isDevice(node)) return this.#readDevice(node, into);
    const length = this.#readNode(node, at ?? file.position, into);
    if (length > 0 && at === undefined) this.#opened(descriptor).position += length;
    return length;
  }

  /** Writes at `at`, or where the file is, which then moves; at its end, if it was opened so. */
  write(descriptor: number, from: Uint8Array, at?: number): number {
    const { flags, position } = this.file(descriptor);
    const node = this.nodeOf(descriptor);
    if ((flags & openFlags.access) === 0) throw new FileError(errno.badFile);
    if (isFolder(node)) throw new FileError(errno.isDirectory);
    if (isDevice(node)) return this.#writeDevice(node, from.length);
    const start = at ?? (flags & openFlags.append ? (node.content?.size ?? 0) : position);
    if (from.length > 0) {
      this.#reserve(node, start + from.length);
      const draft = this.change();
      const changed = draft.node(node.number);
      changed.timeMs = this.readClock();
      draft.bytes += Math.max(0, start + from.length - (changed.content?.size ?? 0));
      changed.content?.write(draft.owner, start, from);
    }
    if (at === undefined && start + from.length !== position) this.#opened(descriptor).position = start + from.length;
    return from.length;
  }

  /** Moves where the file is read and written; where it is then. */
  seek(descriptor: number, offset: number, from: number): number {
    const { position } = this.file(descriptor);
    const node = this.nodeOf(descriptor);
    if (isDevice(node)) throw new FileError(errno.noSeek);
    if (![seekFrom.start, seekFrom.position, seekFrom.end].includes(from)) throw new FileError(errno.invalid);
    const base = from === seekFrom.position ? position : from === seekFrom.end ? sizeOf(node) : 0;
    const target = base + offset;
    if (!(target >= 0 && Number.isSafeInteger(target))) throw new FileError(errno.invalid);
    if (target !== position) this.#opened(descriptor).position = target;
    return target;
  }

  truncate(descriptor: number, size: number): void {
    const { flags } = this.file(descriptor);
    const node = this.nodeOf(descriptor);
    if ((flags & openFlags.access) === 0 || size < 0) throw new FileError(errno.invalid);
    if (isFolder(node)) throw new FileError(errno.isDirectory);
    if (!node.content) throw new FileError(errno.invalid);
    this.check(node, mayWrite);
    this.#resize(node, size);
  }

  #opened(descriptor: number): OpenFile {
    const draft = this.change();
    return draft.opened(draft.descriptors.get(descriptor) ?? -1);
  }

  #freeDescriptor(least: number): number {
    for (let descriptor = least; descriptor < this.limits.openFiles; descriptor++) {
      if (!this.state.descriptors.has(descriptor)) return descriptor;
    }
    throw new FileError(errno.tooManyOpen);
  }

  #checkOpen(node: Node, flags: number): void {
    if (flags & openFlags.folder && !isFolder(node)) throw new FileError(errno.notDirectory);
    if (isLink(node)) throw new FileError(errno.tooManyLinks);
    const changes = (flags & 3) !== 0 || (flags & openFlags.truncate) !== 0;
    if (isFolder(node) && changes) throw new FileError(errno.isDirectory);
    const access = flags & 3;
    const truncates = (flags & openFlags.truncate) !== 0 && !isDevice(node);
    this.check(node, (access === openFlags.write ? 0 : mayRead) | (access !== 0 || truncates ? mayWrite : 0));
  }

  #resize(node: Node, size: number): void {
    this.#reserve(node, size);
    const draft = this.change();
    const changed = draft.node(node.number);
    changed.timeMs = this.readClock();
    draft.bytes += size - (changed.content?.size ?? 0);
    changed.content?.resize(draft.owner, size);
  }

  /** Makes sure that the file may become `size` bytes large. */
  #reserve({ content }: { readonly content?: Content }, size: number): void {
    const growth = size - (content?.size ?? 0);
    if (growth <= 0) return;
    if (!(this.state.bytes + growth <= this.limits.fileBytes)) throw new FileError(errno.noSpace);
  }

  #readNode(node: Node, position: number, into: Uint8Array): number {
    if (!node.drive) return node.content?.read(position, into) ?? 0;
    if (!this.drive) throw new HeddleError('drive-unavailable', 'The process has a file open and its module no drive');
    const length = Math.max(0, Math.min(into.length, node.drive.sizeBytes - position));
    this.drive.read(node.drive, position, into.subarray(0, length));
    return length;
  }

  #readDevice({ device }: Node, into: Uint8Array): number {
    if (device === devices.errors) throw new FileError(errno.noSuchDevice);
    if (device !== devices.random && device !== devices.urandom) return 0;
    const draft = this.change();
    for (let i = 0; i < into.length; i++) into[i] = randomByte(draft.drawn++);
    if (into.length > 0) this.readClock();
    return into.length;
  }

  #writeDevice(node: Node, length: number): number {
    if (length === 0) return 0;
    // A terminal notes when it was written to.
    if (isTerminal(node)) this.readClock();
    else if (node.device !== devices.null) throw new FileError(errno.inputOutput);
    return length;
  }
}

/** In place of a descriptor: the folder a program works in, which is the root. */
const currentFolder = -100;
const seekFrom = { start: 0, position: 1, end: 2 };

/** The bytes of /dev/urandom: the same in every process, since nothing in a process may come from outside. */
function randomByte(index: number): number {
  let word = Math.imul(index + 1, 0x9e37_79b1) ^ 0x5bd1_e995;
  word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
  return (word ^ (word >>> 16)) & 0xff;
}
