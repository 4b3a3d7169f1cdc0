import { HeddleError } from '../../core/error.ts';
import type { DrivePath } from '../drive.ts';
import { FileError } from './files/index.ts';
import { type Guest, type HostFunctions, hostFunction } from './guest.ts';
import { charge, costs, readText } from './host-gas.ts';

/**
 * WeaveDrive. A module built with it asks it whenever Lua opens a file, and reads through it whatever it reads in bulk; where
 * there is no drive, or for any other path, there is no such file. AO's loader takes the guest's stack apart for each call.
 */
export const driveFunctions: HostFunctions = {
  'env.__asyncjs__weavedrive_open': hostFunction('pp>i', (guest, path = 0) => guest.pause(() => open(guest, path))),
  'env.__asyncjs__weavedrive_read': hostFunction('ipp>i', (guest, descriptor = 0, at = 0, length = 0) =>
    guest.pause(() => read(guest, descriptor, at, length)),
  ),
  'env.__asyncjs__weavedrive_close': hostFunction('i>i', (guest, descriptor = 0) =>
    guest.pause(() => close(guest, descriptor)),
  ),
};

/** What a path leads to on a drive, by the first two names in it, whatever follows. */
function drivePath(path: string): DrivePath | undefined {
  const [, kind, name = ''] = path.split('/');
  return kind === 'data' || kind === 'tx' || kind === 'block' ? { kind, name } : undefined;
}

function open(guest: Guest, at: number): number {
  const { files } = guest;
  const { drive } = files;
  const path = drive && drivePath(readText(guest, at));
  if (!path) return 0;
  charge(guest, costs.fileCall + files.count * costs.file);
  const file = drive.open(path);
  try {
    return files.openDrive(`/${path.kind}/${path.name}`, file);
  } catch (error) {
    // The guest has too many files open.
    if (error instanceof FileError) return 0;
    throw error;
  }
}

/**
 * The guest is not told how much was read, and takes all for read: what there was not is zeros. The clients that AO has for
 * it learn a file's size by going to its end and then read so much: there, reading begins anew. Headers are always read
 * from their beginning.
 */
function read(guest: Guest, descriptor: number, at: number, length: number): number {
  const { files, memory } = guest;
  if (!files.isDrive(descriptor)) {
    // AO's loader breaks here too.
    throw new HeddleError('guest-trap', 'The module reads through WeaveDrive what is no file of it');
  }
  const into = memory.part(at, at + length);
  charge(guest, costs.fileCall + length * costs.byte);
  const { path, position } = files.file(descriptor);
  const isHeader = !path.startsWith('/data/');
  if (!isHeader && position >= files.sizeOf(descriptor)) files.seek(descriptor, 0, 0);
  const count = files.read(descriptor, into, isHeader ? 0 : undefined);
  into.fill(0, count);
  if (count < length && files.drive) files.drive.overread = path;
  return count;
}

function close(guest: Guest, descriptor: number): number {
  const { files } = guest;
  if (files.isDrive(descriptor)) {
    charge(guest, costs.fileCall + files.count * costs.file);
    files.close(descriptor);
  }
  return 0;
}
