import { HeddleError } from '../../core/error.ts';
import { fromGuest, toGuest } from './abi.ts';
import { errno, FileError, isDevice, type Node } from './files/index.ts';
import type { Guest } from './guest.ts';
import { pageBytes } from './guest-memory.ts';
import { charge, costs } from './host-gas.ts';

/** A part of a file that the guest wants to see as memory. */
export interface Mapping {
  readonly length: number;
  readonly protection: number;
  readonly flags: number;
  readonly file: number;
  readonly offset: number;
}

const canWrite = 2;
const isPrivate = 2;
const access = 3;

/** Puts a copy of a part of a file into memory and returns its address. What is written there reaches the file at {@link unmap}. */
export function map(guest: Guest, { length, protection, flags, file, offset }: Mapping): number {
  const { abi, memory, files, exports } = guest;
  const node = files.nodeOf(file);
  const { flags: opened } = files.file(file);
  const writesBack = (protection & canWrite) !== 0 && (flags & isPrivate) === 0;
  if ((writesBack && (opened & access) !== 2) || (opened & access) === 1) throw new FileError(errno.access);
  requireFile(node);
  const size = Math.ceil(length / pageBytes) * pageBytes;
  const align = exports.emscripten_builtin_memalign;
  if (!align) throw new HeddleError('guest-trap', 'The module maps a file and exports no emscripten_builtin_memalign');
  const address = fromGuest(abi, align(toGuest(abi, pageBytes), toGuest(abi, size)));
  if (address === 0) throw new FileError(errno.noMemory);
  const place = memory.part(address, address + size);
  charge(guest, size * costs.byte);
  place.fill(0);
  files.read(file, place.subarray(0, length), offset);
  return address;
}

export function unmap(guest: Guest, address: number, mapping: Mapping): number {
  const { memory, files } = guest;
  const { length, protection, flags, file, offset } = mapping;
  const node = files.nodeOf(file);
  if ((protection & canWrite) === 0) return 0;
  requireFile(node);
  charge(guest, length * costs.movedByte);
  if ((flags & isPrivate) === 0) files.write(file, memory.part(address, address + length), offset);
  return 0;
}

function requireFile(node: Node): void {
  if (isDevice(node) || !(node.content || node.drive)) throw new FileError(errno.noDevice);
}
