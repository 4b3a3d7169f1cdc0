import { errno, isTerminal } from './files/index.ts';
import type { Guest, HostFunctions } from './guest.ts';
import { syscall, wasiCall } from './host-errors.ts';
import { charge, costs, readText } from './host-gas.ts';
import { map, unmap } from './host-mapping.ts';

/** What can be done to a file that is open. */
export const fileFunctions: HostFunctions = {
  'env.__syscall_openat': syscall('ipip>i', (guest, folder = 0, path = 0, flags = 0, variadic = 0) => {
    const { memory, files } = guest;
    const target = files.at(folder, readText(guest, path));
    charge(guest, files.count * costs.file);
    return files.open(target, flags, variadic ? memory.readInt32(variadic) : 0);
  }),
  'env.__syscall_dup3': syscall('iii>i', (guest, file = 0, copy = 0) => {
    charge(guest, guest.files.count * costs.file);
    return guest.files.duplicateTo(file, copy);
  }),
  'env.__syscall_fcntl64': syscall('iip>i', fileControl),
  'env.__syscall_ioctl': syscall('iip>i', deviceControl),
  'env.__syscall_fchmod': syscall('ii>i', ({ files }, file = 0, mode = 0) => {
    files.setMode(files.nodeOf(file), mode);
    return 0;
  }),
  'env.__syscall_fchown32': syscall('iii>i', (guest, file = 0) => {
    guest.files.setTime(guest.files.nodeOf(file), guest.clockMs++);
    return 0;
  }),
  'env.__syscall_ftruncate64': syscall('il>i', ({ files }, file = 0, size = 0) => {
    if (Number.isNaN(size)) return errno.overflow;
    files.truncate(file, size);
    return 0;
  }),
  'wasi_snapshot_preview1.fd_close': wasiCall('i>i', (guest, file = 0) => {
    charge(guest, guest.files.count * costs.file);
    guest.files.close(file);
    return 0;
  }),
  'wasi_snapshot_preview1.fd_sync': wasiCall('i>i', ({ files }, file = 0) => {
    files.file(file);
    return 0;
  }),
  'wasi_snapshot_preview1.fd_fdstat_get': wasiCall('ip>i', describe),
  'wasi_snapshot_preview1.fd_read': wasiCall('ippp>i', read),
  'wasi_snapshot_preview1.fd_write': wasiCall('ippp>i', write),
  'wasi_snapshot_preview1.fd_seek': wasiCall('ilip>i', ({ memory, files }, file = 0, offset = 0, from = 0, at = 0) => {
    if (Number.isNaN(offset)) return errno.overflow;
    memory.view.setBigInt64(at, BigInt(files.seek(file, offset, from)), true);
    return 0;
  }),
  'env._mmap_js': syscall('piiilpp>i', (guest, length = 0, protection = 0, flags = 0, file = 0, offset = 0, ...at) => {
    const [mappedAt = 0, addressAt = 0] = at;
    const address = map(guest, { length, protection, flags, file, offset });
    guest.memory.writeInt32(mappedAt, 1);
    guest.memory.writePointer(addressAt, address);
    return 0;
  }),
  'env._munmap_js': syscall('ppiiil>i', (guest, address = 0, ...values) => {
    const [length = 0, protection = 0, flags = 0, file = 0, offset = 0] = values;
    return unmap(guest, address, { length, protection, flags, file, offset });
  }),
};

/** The parts of memory that a list of vectors names. */
function* vectors(guest: Guest, at: number, count: number): Iterable<Uint8Array<ArrayBuffer>> {
  const { memory, abi } = guest;
  for (let i = 0; i < count; i++) {
    const start = memory.readPointer(at + 2 * i * abi.pointerBytes);
    const length = memory.readPointer(at + (2 * i + 1) * abi.pointerBytes);
    charge(guest, costs.vector);
    // Of nothing it does not matter where it is.
    yield length === 0 ? nothing : memory.part(start, start + length);
  }
}

const nothing = new Uint8Array(0);

function read(guest: Guest, file = 0, at = 0, count = 0, readAt = 0): number {
  let total = 0;
  for (const part of vectors(guest, at, count)) {
    charge(guest, part.length * costs.byte);
    const length = guest.files.read(file, part);
    total += length;
    if (length < part.length) break;
  }
  guest.memory.writePointer(readAt, total);
  return 0;
}

function write(guest: Guest, file = 0, at = 0, count = 0, writtenAt = 0): number {
  guest.files.file(file);
  let total = 0;
  for (const part of vectors(guest, at, count)) {
    charge(guest, part.length * costs.movedByte);
    total += guest.files.write(file, part);
  }
  guest.memory.writePointer(writtenAt, total);
  return 0;
}

/** What WASI says of a file: only its type, of which there are a terminal and any other. */
function describe({ memory, files }: Guest, file = 0, at = 0): number {
  const type = isTerminal(files.nodeOf(file)) ? 2 : 4;
  memory.part(at, at + descriptionBytes).fill(0);
  memory.view.setUint8(at, type);
  return 0;
}

const descriptionBytes = 24;

const control = { duplicate: 0, getDescriptorFlags: 1, setDescriptorFlags: 2, getFlags: 3, setFlags: 4 };

function fileControl(guest: Guest, file = 0, command = 0, variadic = 0): number {
  const { memory, files, abi } = guest;
  const { flags } = files.file(file);
  // In the newer 32-bit formats, these are the numbers for 64-bit files.
  const getLock = abi.generation > 2 && !abi.wide ? 12 : 5;
  switch (command) {
    case control.duplicate:
      charge(guest, files.count * costs.file);
      return files.duplicate(file, memory.readInt32(variadic));
    case control.getDescriptorFlags:
    case control.setDescriptorFlags:
      return 0;
    case control.getFlags:
      return flags;
    case control.setFlags:
      files.addFlags(file, memory.readInt32(variadic));
      return 0;
    case getLock:
      memory.view.setInt16(memory.readPointer(variadic), unlocked, true);
      return 0;
    // Nobody else is there to lock against.
    case getLock + 1:
    case getLock + 2:
      return 0;
    default:
      return -errno.invalid;
  }
}

const unlocked = 2;

const device = {
  getAttributes: 21_505,
  setAttributes: [21_506, 21_507, 21_508],
  getGroup: 21_519,
  setGroup: 21_520,
  getWindowSize: 21_523,
  readable: 21_531,
  ignored: [21_509, 21_510, 21_511, 21_512, 21_515, 21_524],
};

/** The C library asks for the window's size to learn whether output goes to a terminal, which it buffers by lines. */
function deviceControl({ memory, files }: Guest, file = 0, operation = 0, variadic = 0): number {
  const node = files.nodeOf(file);
  const known = [device.getAttributes, device.getGroup, device.setGroup, device.getWindowSize, device.readable];
  if (![...known, ...device.setAttributes, ...device.ignored].includes(operation)) return -errno.invalid;
  if (!isTerminal(node) || operation === device.readable) return -errno.notTerminal;
  if (operation === device.setGroup) return -errno.invalid;
  if (operation === device.getGroup) memory.writeInt32(memory.readPointer(variadic), 0);
  // The stream for errors is a terminal of which nothing more is known.
  if (files.file(file).path !== '/dev/tty') return 0;
  if (operation === device.getWindowSize) {
    const at = memory.readPointer(variadic);
    memory.view.setInt16(at, windowSize.rows, true);
    memory.view.setInt16(at + 2, windowSize.columns, true);
  }
  if (operation === device.getAttributes) {
    const at = memory.readPointer(variadic);
    attributes.modes.forEach((mode, i) => {
      memory.writeInt32(at + 4 * i, mode);
    });
    memory.part(at + 17, at + 17 + 32).fill(0);
    memory.part(at + 17, at + 17 + 32).set(attributes.characters);
  }
  return 0;
}

const windowSize = { rows: 24, columns: 80 };

/** A terminal's settings as Linux has them by default. */
const attributes = {
  modes: [25_856, 5, 191, 35_387],
  characters: [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22],
};
