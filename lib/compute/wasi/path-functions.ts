import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';
import { flags, rights, typeOf } from './file-functions.ts';
import { type HostFunctions, hostFunction, refuse } from './functions.ts';
import type { Host } from './host.ts';

/** What can be done to what a path names. There are no links. */
export const pathFunctions: HostFunctions = {
  path_open: hostFunction('iiiiijjii>i', openPath),
  path_create_directory: hostFunction('iii>i', (host, folder = 0, at = 0, length = 0) => {
    host.files.createFolder(host.place(folder, at, length));
  }),
  path_remove_directory: hostFunction('iii>i', (host, folder = 0, at = 0, length = 0) => {
    const place = host.place(folder, at, length);
    host.descriptors.checkClosed(place.path);
    host.files.removeFolder(place);
  }),
  path_unlink_file: hostFunction('iii>i', (host, folder = 0, at = 0, length = 0) => {
    const place = host.place(folder, at, length);
    host.descriptors.checkClosed(place.path);
    host.files.removeFile(place);
  }),
  path_rename: hostFunction(
    'iiiiii>i',
    (host, folder = 0, at = 0, length = 0, toFolder = 0, toAt = 0, toLength = 0) => {
      const from = host.place(folder, at, length);
      const to = host.place(toFolder, toAt, toLength);
      if (host.files.kindOf(from.path) === 'folder') host.descriptors.checkAllClosed();
      host.descriptors.checkClosed(from.path);
      host.descriptors.checkClosed(to.path);
      host.files.rename(from, to);
    },
  ),
  path_filestat_set_times: hostFunction('iiiiijji>i', refuse),
  path_link: hostFunction('iiiiiii>i', refuse),
  path_symlink: hostFunction('iiiii>i', refuse),
  path_readlink: hostFunction('iiiiii>i', (host, folder = 0, at = 0, length = 0) => {
    host.files.existing(host.place(folder, at, length).path);
    throw new FileError(errno.invalid);
  }),
};

function openPath(host: Host, folder = 0, _ = 0, at = 0, length = 0, ...values: number[]): void {
  const [how = 0, wanted = 0, , given = 0, resultAt = 0] = values;
  const place = host.place(folder, at, length);
  const number = host.descriptors.free();
  host.memory.part(resultAt, 4);
  const may = { readable: allows(wanted, rights.read), writable: allows(wanted, rights.write) };
  const opened = host.files.open(
    place,
    {
      create: (how & openFlags.create) !== 0,
      folder: (how & openFlags.folder) !== 0,
      exclusive: (how & openFlags.exclusive) !== 0,
      truncate: (how & openFlags.truncate) !== 0,
      // A C library asks for all rights to a folder.
      write: may.writable && (how & openFlags.folder) === 0,
    },
    resultAt,
  );
  const { path } = place;
  const { inner, handle } = opened;
  host.descriptors.set(
    number,
    handle
      ? { kind: 'file', path, inner, handle, ...may, append: (given & flags.append) !== 0, position: 0 }
      : { kind: 'folder', path, inner },
  );
  host.memory.writeU32(resultAt, number);
}

const allows = (wanted: number, right: bigint): boolean => (BigInt(wanted) & right) !== 0n;

/** Where the parts of a description stand. */
export interface FileLayout {
  readonly bytes: number;
  readonly type: number;
  readonly links: number;
  readonly size: number;
}

/** The functions that describe what is open or what a path names: its kind and size, and no times. */
export const describeFunctions = (layout: FileLayout): HostFunctions => ({
  fd_filestat_get: hostFunction('ii>i', (host, number = 0, at = 0) => {
    const opened = host.descriptors.get(number);
    describe(host, layout, at, typeOf(opened), opened.kind === 'file' ? host.files.sizeOf(opened.path) : 0);
  }),
  path_filestat_get: hostFunction('iiiii>i', (host, folder = 0, _ = 0, at = 0, length = 0, resultAt = 0) => {
    const { path } = host.place(folder, at, length);
    const kind = host.files.existing(path);
    describe(host, layout, resultAt, typeOf({ kind }), kind === 'file' ? host.files.sizeOf(path) : 0);
  }),
});

function describe({ memory }: Host, layout: FileLayout, at: number, type: number, size: number): void {
  memory.part(at, layout.bytes).fill(0);
  memory.writeU8(at + layout.type, type);
  memory.writeU8(at + layout.links, 1);
  memory.writeU64(at + layout.size, BigInt(size));
}

const openFlags = { create: 1, folder: 2, exclusive: 4, truncate: 8 };
