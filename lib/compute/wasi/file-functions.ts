import { FileError } from '../wasm/files/index.ts';
import { costs } from '../wasm/host-gas.ts';
import type { Descriptor } from './descriptors.ts';
import { errno } from './errno.ts';
import { type HostFunction, type HostFunctions, hostFunction, mostVectors, refuse } from './functions.ts';
import type { Host } from './host.ts';
import type { OpenFile } from './turn-files.ts';

/** What can be done to what is open. */
export const fileFunctions: HostFunctions = {
  fd_read: hostFunction('iiii>i', (host, number = 0, vectorsAt = 0, count = 0, readAt = 0) => {
    const opened = host.descriptors.get(number);
    if (opened.kind === 'stream') return readStream(host, opened.name, vectorsAt, count, readAt);
    const file = readable(host, number);
    read(host, file, vectorsAt, count, file.position, readAt);
    file.position += host.memory.readU32(readAt);
  }),
  fd_pread: hostFunction('iiiji>i', (host, number = 0, vectorsAt = 0, count = 0, offset = 0, readAt = 0) => {
    read(host, readable(host, number), vectorsAt, count, checkOffset(offset), readAt);
  }),
  fd_write: hostFunction('iiii>i', (host, number = 0, vectorsAt = 0, count = 0, writtenAt = 0) => {
    const opened = host.descriptors.get(number);
    host.memory.part(writtenAt, 4);
    const bytes = gather(host, vectorsAt, count);
    if (opened.kind === 'stream') writeStream(host, opened.name, bytes);
    else {
      const file = writable(host, number);
      if (file.append) file.position = host.files.sizeOf(file.path);
      host.files.write(file, bytes, file.position);
      file.position += bytes.length;
    }
    host.memory.writeU32(writtenAt, bytes.length);
  }),
  fd_pwrite: hostFunction('iiiji>i', (host, number = 0, vectorsAt = 0, count = 0, offset = 0, writtenAt = 0) => {
    const file = writable(host, number);
    host.memory.part(writtenAt, 4);
    const bytes = gather(host, vectorsAt, count);
    host.files.write(file, bytes, checkOffset(offset));
    host.memory.writeU32(writtenAt, bytes.length);
  }),
  fd_tell: hostFunction('ii>i', (host, number = 0, at = 0) => {
    host.memory.writeU64(at, BigInt(host.descriptors.file(number).position));
  }),
  fd_close: hostFunction('i>i', (host, number = 0) => {
    const opened = host.descriptors.get(number);
    host.descriptors.close(number);
    if (opened.kind === 'file' || (opened.kind === 'folder' && opened.preopened === undefined))
      host.files.close(opened);
  }),
  fd_renumber: hostFunction('ii>i', (host, from = 0, to = 0) => {
    const opened = host.descriptors.get(from);
    const replaced = host.descriptors.get(to);
    if (from === to) return;
    host.descriptors.close(from);
    host.descriptors.set(to, opened);
    if (replaced.kind === 'file') host.files.close(replaced);
  }),
  fd_fdstat_get: hostFunction('ii>i', (host, number = 0, at = 0) => {
    const opened = host.descriptors.get(number);
    const part = host.memory.part(at, descriptionBytes).fill(0);
    part[0] = typeOf(opened);
    host.memory.writeU16(at + 2, opened.kind === 'file' && opened.append ? flags.append : 0);
    host.memory.writeU64(at + 8, rightsOf(opened));
    host.memory.writeU64(at + 16, opened.kind === 'folder' ? allRights : 0n);
  }),
  fd_fdstat_set_flags: hostFunction('ii>i', (host, number = 0, given = 0) => {
    const opened = host.descriptors.get(number);
    if (opened.kind === 'file') opened.append = (given & flags.append) !== 0;
  }),
  fd_fdstat_set_rights: hostFunction('ijj>i', (host, number = 0) => {
    host.descriptors.get(number);
  }),
  fd_filestat_set_size: hostFunction('ij>i', (host, number = 0, size = 0) => {
    host.files.resize(writable(host, number), checkOffset(size));
  }),
  fd_allocate: hostFunction('ijj>i', (host, number = 0, offset = 0, length = 0) => {
    const file = writable(host, number);
    const end = checkOffset(checkOffset(offset) + checkOffset(length));
    if (end > host.files.sizeOf(file.path)) host.files.resize(file, end);
  }),
  fd_readdir: hostFunction('iiiji>i', (host, number = 0, at = 0, length = 0, cookie = 0, usedAt = 0) => {
    const { inner } = host.descriptors.folder(number);
    host.memory.part(at, length);
    host.memory.part(usedAt, 4);
    host.files.list(inner, at, length, checkOffset(cookie), usedAt);
  }),
  fd_prestat_get: hostFunction('ii>i', (host, number = 0, at = 0) => {
    const name = preopenedName(host, number);
    host.memory.writeU32(at, 0);
    host.memory.writeU32(at + 4, name.length);
  }),
  fd_prestat_dir_name: hostFunction('iii>i', (host, number = 0, at = 0, length = 0) => {
    const name = preopenedName(host, number);
    if (length < name.length) throw new FileError(errno.nameTooLong);
    host.memory.part(at, name.length).set(name);
  }),
  // All is in memory, and stays there; times are not kept.
  fd_sync: hostFunction('i>i', exists),
  fd_datasync: hostFunction('i>i', exists),
  fd_advise: hostFunction('ijji>i', exists),
  fd_filestat_set_times: hostFunction('ijji>i', refuse),
};

/** The numbers for where to seek from. */
export interface SeekLayout {
  readonly start: number;
  readonly position: number;
  readonly end: number;
}

export const seekFunction = (from: SeekLayout): HostFunction =>
  hostFunction('ijii>i', (host, number = 0, offset = 0, whence = 0, at = 0) => {
    const file = host.descriptors.file(number);
    host.memory.part(at, 8);
    const origin = originOf(host, file, whence, from);
    if (origin === undefined) throw new FileError(errno.invalid);
    file.position = checkOffset(origin + offset);
    host.memory.writeU64(at, BigInt(file.position));
  });

function originOf(host: Host, file: OpenFile, whence: number, from: SeekLayout): number | undefined {
  if (whence === from.start) return 0;
  if (whence === from.position) return file.position;
  return whence === from.end ? host.files.sizeOf(file.path) : undefined;
}

/** What WASI calls a kind of file. */
export const typeOf = ({ kind }: { readonly kind: Descriptor['kind'] }): number =>
  ({ stream: types.terminal, folder: types.folder, file: types.file })[kind];

function exists(host: Host, number = 0): void {
  host.descriptors.get(number);
}

/** The parts of memory that a list of vectors names, each of which is there. */
function vectors(host: Host, at: number, count: number): readonly (readonly [start: number, length: number])[] {
  if (count > mostVectors) throw new FileError(errno.invalid);
  host.charge(transferUnits);
  host.memory.part(at, count * vectorBytes);
  host.charge(count * costs.vector);
  return Array.from({ length: count }, (_, i) => {
    const start = host.memory.readU32(at + i * vectorBytes);
    const length = host.memory.readU32(at + i * vectorBytes + 4);
    host.memory.part(start, length);
    return [start, length] as const;
  });
}

const lengthOf = (parts: ReturnType<typeof vectors>): number => parts.reduce((sum, [, length]) => sum + length, 0);

function gather(host: Host, at: number, count: number): Uint8Array {
  const parts = vectors(host, at, count);
  const total = lengthOf(parts);
  host.charge(total * costs.byte);
  // A list may name the same part again and again.
  if (total > Math.max(host.given.limits.fileBytes, host.given.limits.resultBytes)) throw new FileError(errno.noSpace);
  const bytes = new Uint8Array(total);
  let to = 0;
  for (const [start, length] of parts) {
    bytes.set(host.memory.part(start, length), to);
    to += length;
  }
  return bytes;
}

function read(host: Host, file: OpenFile, at: number, count: number, position: number, readAt: number): void {
  host.memory.part(readAt, 4);
  const parts = vectors(host, at, count);
  const total = lengthOf(parts);
  host.charge(total * costs.byte);
  if (total <= mostAtOnce) host.files.read(file, at, count, position, readAt);
  else host.memory.writeU32(readAt, scatter(host, host.files.rest(file, position), parts));
}

function scatter(host: Host, bytes: Uint8Array, parts: ReturnType<typeof vectors>): number {
  let from = 0;
  for (const [start, length] of parts) {
    const piece = bytes.subarray(from, from + length);
    host.memory.part(start, piece.length).set(piece);
    from += piece.length;
  }
  return from;
}

function readStream(host: Host, name: string, at: number, count: number, readAt: number): void {
  if (name !== 'input') throw new FileError(errno.badFile);
  host.memory.part(readAt, 4);
  let total = 0;
  for (const [start, length] of vectors(host, at, count)) {
    const bytes = host.readInput(host.memory.part(start, length));
    host.charge(bytes * costs.byte);
    total += bytes;
  }
  host.memory.writeU32(readAt, total);
}

function writeStream(host: Host, name: string, bytes: Uint8Array): void {
  if (name === 'input') throw new FileError(errno.badFile);
  if (name === 'output') host.print(bytes);
  else host.complain(bytes);
}

function readable(host: Host, number: number): OpenFile {
  const file = host.descriptors.file(number);
  if (!file.readable) throw new FileError(errno.badFile);
  return file;
}

function writable(host: Host, number: number): OpenFile {
  const file = host.descriptors.file(number);
  if (!file.writable) throw new FileError(errno.badFile);
  return file;
}

/** A place in a file, or its size: @wasmer/wasi knows those of 32 bits. */
function checkOffset(offset: number): number {
  if (offset < 0) throw new FileError(errno.invalid);
  if (offset > largestOffset) throw new FileError(errno.noSpace);
  return offset;
}

function preopenedName(host: Host, number: number): Uint8Array {
  const opened = host.descriptors.get(number);
  if (opened.kind !== 'folder' || opened.preopened === undefined) throw new FileError(errno.badFile);
  return utf8.encode(opened.preopened);
}

function rightsOf(opened: Descriptor): bigint {
  // Without the right to seek, a C library takes it for a terminal and sends each line when it ends.
  if (opened.kind === 'stream') return opened.name === 'input' ? rights.read : rights.write;
  if (opened.kind === 'folder') return allRights;
  const missing = (opened.readable ? 0n : rights.read) | (opened.writable ? 0n : rights.write);
  return allRights & ~missing;
}

export const rights = { read: 0x2n, write: 0x40n };
const allRights = 0x1fff_ffffn;
export const flags = { append: 1 };
const types = { terminal: 2, folder: 3, file: 4 };
const utf8 = new TextEncoder();
const descriptionBytes = 24;
const vectorBytes = 8;
/** To read or write at all. */
const transferUnits = 2000;
/** @wasmer/wasi takes as much memory as a guest wants to read, were the file empty, and never gives it back. */
const mostAtOnce = 1_048_576;
const largestOffset = 0xffff_ffff;
