import { HeddleError } from '../../core/error.ts';
import { errno, isDevice, type Node, sizeOf } from './files/index.ts';
import type { Guest, HostFunctions } from './guest.ts';
import { syscall } from './host-errors.ts';
import { charge, costs, readText } from './host-gas.ts';

/** What can be done by a path. */
export const pathFunctions: HostFunctions = {
  'env.__syscall_stat64': syscall('pp>i', (guest, path = 0, at = 0) =>
    writeStat(guest, guest.files.look(readText(guest, path)), at),
  ),
  'env.__syscall_lstat64': syscall('pp>i', (guest, path = 0, at = 0) =>
    writeStat(guest, guest.files.look(readText(guest, path), false), at),
  ),
  // By the path it was opened by, as AO's loader does: a file that was renamed or removed since is not found.
  'env.__syscall_fstat64': syscall('ip>i', (guest, file = 0, at = 0) =>
    writeStat(
      guest,
      guest.files.isDrive(file) ? guest.files.nodeOf(file) : guest.files.look(guest.files.file(file).path),
      at,
    ),
  ),
  'env.__syscall_newfstatat': syscall('ippi>i', (guest, folder = 0, path = 0, at = 0, flags = 0) => {
    const { files } = guest;
    const target = files.at(folder, readText(guest, path), (flags & statFlags.emptyPath) !== 0);
    return writeStat(guest, files.look(target, (flags & statFlags.noFollow) === 0), at);
  }),
  'env.__syscall_faccessat': syscall('ipii>i', (guest, folder = 0, path = 0, mode = 0) => {
    if (mode & ~7) return -errno.invalid;
    const { files } = guest;
    files.check(files.look(files.at(folder, readText(guest, path))), mode);
    return 0;
  }),
  'env.__syscall_chmod': syscall('pi>i', (guest, path = 0, mode = 0) => {
    guest.files.setMode(guest.files.look(readText(guest, path)), mode);
    return 0;
  }),
  'env.__syscall_mkdirat': syscall('ipi>i', (guest, folder = 0, path = 0, mode = 0) => {
    guest.files.makeFolder(guest.files.at(folder, readText(guest, path)), mode);
    return 0;
  }),
  'env.__syscall_unlinkat': syscall('ipi>i', (guest, folder = 0, path = 0, flags = 0) => {
    const target = guest.files.at(folder, readText(guest, path));
    charge(guest, guest.files.count * costs.file);
    if (flags === 0) guest.files.remove(target);
    else if (flags === removesFolder) guest.files.removeFolder(target);
    else throw new HeddleError('guest-trap', `The module removes a file with the flags ${flags}`);
    return 0;
  }),
  'env.__syscall_rmdir': syscall('p>i', (guest, path = 0) => {
    charge(guest, guest.files.count * costs.file);
    guest.files.removeFolder(readText(guest, path));
    return 0;
  }),
  'env.__syscall_renameat': syscall('ipip>i', (guest, folder = 0, path = 0, newFolder = 0, newPath = 0) => {
    const { files } = guest;
    charge(guest, files.count * costs.file);
    files.rename(files.at(folder, readText(guest, path)), files.at(newFolder, readText(guest, newPath)));
    return 0;
  }),
  'env.__syscall_readlinkat': syscall('ippp>i', readLink),
  'env.__syscall_getcwd': syscall('pp>i', ({ memory }, into = 0, capacity = 0) => {
    if (capacity === 0) return -errno.invalid;
    if (capacity < 2) return -errno.outOfRange;
    memory.writeText(into, '/');
    return 2;
  }),
  'env.__syscall_utimensat': syscall('ippi>i', setTimes),
};

const statFlags = { noFollow: 0x100, emptyPath: 0x1000 };
const removesFolder = 0x200;

function readLink(guest: Guest, folder = 0, path = 0, into = 0, capacity = 0): number {
  const { files, memory } = guest;
  const target = files.at(folder, readText(guest, path));
  if (capacity <= 0) return -errno.invalid;
  const bytes = utf8.encode(files.linkTarget(target)).subarray(0, capacity);
  memory.part(into, into + bytes.length).set(bytes);
  return bytes.length;
}

function setTimes(guest: Guest, folder = 0, path = 0, times = 0): number {
  const { files, memory } = guest;
  const target = files.at(folder, readText(guest, path), true);
  const read = (at: number) => Number(memory.view.getBigInt64(at, true)) * 1000 + memory.readInt32(at + 8) / 1e6;
  const timeMs = times === 0 ? guest.clockMs++ : Math.max(read(times), read(times + 16));
  files.setTime(files.look(target), timeMs);
  return 0;
}

/** Writes C's `struct stat` of that format. */
function writeStat({ memory, abi }: Guest, node: Node, at: number): number {
  const size = node.entries ? folderSize : (node.target?.length ?? sizeOf(node));
  const blocks = Math.ceil(size / blockSize);
  const device = isDevice(node) ? node.number : 1;
  const word = (offset: number, value: number) => memory.writeInt32(at + offset, value);
  const long = (offset: number, value: number) => memory.view.setBigInt64(at + offset, BigInt(value), true);
  const [seconds, nanoseconds] = wholeTime(node.timeMs);
  if (abi.generation < 3) {
    const words = [device, 0, node.number, node.mode, 1, 0, 0, node.device ?? 0, 0];
    words.forEach((value, i) => {
      word(4 * i, value);
    });
    long(40, size);
    word(48, blockSize);
    word(52, blocks);
    for (const offset of [56, 64, 72]) {
      word(offset, seconds);
      word(offset + 4, 0);
    }
    long(80, node.number);
    return 0;
  }
  word(0, device);
  word(4, node.mode);
  memory.writePointer(at + 8, 1);
  const ids = abi.wide ? 16 : 12;
  word(ids, 0);
  word(ids + 4, 0);
  word(ids + 8, node.device ?? 0);
  const sizes = abi.wide ? 32 : 24;
  long(sizes, size);
  word(sizes + 8, blockSize);
  word(sizes + 12, blocks);
  for (const offset of [16, 32, 48]) {
    long(sizes + offset, seconds);
    memory.writePointer(at + sizes + offset + 8, nanoseconds);
  }
  long(sizes + 64, node.number);
  return 0;
}

const folderSize = 4096;
const blockSize = 4096;

/** Seconds, and the loader's nanoseconds, which are microseconds. */
function wholeTime(timeMs: number): readonly [seconds: number, nanoseconds: number] {
  const whole = Math.trunc(timeMs);
  if (!Number.isSafeInteger(whole)) return [0, 0];
  return [Math.floor(whole / 1000), (whole % 1000) * 1000];
}

const utf8 = new TextEncoder();
