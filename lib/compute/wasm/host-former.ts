import { calendarTime, noDate } from './calendar.ts';
import { errno } from './files/index.ts';
import { type Guest, type HostFunctions, hostFunction } from './guest.ts';
import { syscall } from './host-errors.ts';
import { charge, costs } from './host-gas.ts';
import { map, unmap } from './host-mapping.ts';
import { makeTime, writeTime } from './host-time.ts';

/** What the first two generations have and the later ones do not, or have otherwise. */
const firstTwo: HostFunctions = {
  'env._emscripten_date_now': hostFunction('>d', () => 0),
  'env._gmtime_js': hostFunction('pp>', (guest, secondsAt = 0, at = 0) => {
    writeTime(guest, at, calendarTime(guest.memory.readInt32(secondsAt)) ?? noDate);
    return undefined;
  }),
  'env._localtime_js': hostFunction('pp>', (guest, secondsAt = 0, at = 0) => {
    writeTime(guest, at, calendarTime(guest.memory.readInt32(secondsAt)) ?? noDate);
    guest.memory.writeInt32(at + guest.abi.tmOffset, 0);
    guest.memory.writeInt32(at + daylightOffset, 0);
    return undefined;
  }),
  'env._mktime_js': hostFunction('p>i', (guest, at = 0) => {
    const year = guest.memory.readInt32(at + yearOffset);
    const seconds = makeTime(guest, at) | 0;
    // The year is left as it was.
    guest.memory.writeInt32(at + yearOffset, year);
    return seconds;
  }),
  'env._tzset_js': hostFunction('ppp>', nameZones),
};

const secondAlone: HostFunctions = {
  // What the loader computes of what is no pair of numbers any more.
  'env.emscripten_get_now': hostFunction('>d', (guest) => {
    guest.clockMs++;
    return Number.NaN;
  }),
  'env._mmap_js': syscall('piiiip>i', (guest, length = 0, protection = 0, flags = 0, file = 0, offset = 0, at = 0) => {
    const address = map(guest, { length, protection, flags, file, offset });
    guest.memory.writeInt32(at, 1);
    return address;
  }),
  'env._munmap_js': syscall('ppiiii>i', (guest, address = 0, ...values) => {
    const [length = 0, protection = 0, flags = 0, file = 0, offset = 0] = values;
    return unmap(guest, address, { length, protection, flags, file, offset });
  }),
};

/** The oldest format has no files: opening any succeeds, as the input, and reading fails. */
const firstAlone: HostFunctions = {
  'env.emscripten_get_now': hostFunction('>d', () => 0),
  'env.__syscall_openat': hostFunction('ipip>i', () => 0),
  'env.__syscall_dup3': hostFunction('iii>i', () => 0),
  'env.__syscall_fcntl64': hostFunction('iip>i', () => 0),
  'env.__syscall_ioctl': hostFunction('iip>i', () => 0),
  'env.__syscall_lstat64': hostFunction('pp>i', () => 0),
  'env.__syscall_renameat': hostFunction('ipip>i', () => 0),
  'env.__syscall_rmdir': hostFunction('p>i', () => 0),
  'env.__syscall_unlinkat': hostFunction('ipi>i', () => 0),
  'wasi_snapshot_preview1.fd_close': hostFunction('i>i', () => errno.noSystem),
  'wasi_snapshot_preview1.fd_read': hostFunction('ippp>i', () => errno.noSystem),
  'wasi_snapshot_preview1.fd_seek': hostFunction('ilip>i', () => errno.noSeek),
  'wasi_snapshot_preview1.fd_write': hostFunction('ippp>i', (guest, _file = 0, at = 0, count = 0, writtenAt = 0) => {
    const { memory } = guest;
    let total = 0;
    for (let i = 0; i < count; i++) {
      charge(guest, costs.vector);
      total += memory.readPointer(at + 8 * i + 4);
    }
    memory.writePointer(writtenAt, total);
    return 0;
  }),
};

export const firstFunctions: HostFunctions = { ...firstTwo, ...firstAlone };
export const secondFunctions: HostFunctions = { ...firstTwo, ...secondAlone };

const yearOffset = 20;
const daylightOffset = 32;

/** Writes where the names of the zones are, which the guest is to keep: in memory of its own. Once is enough. */
function nameZones({ memory, exports }: Guest, offsetAt = 0, daylightAt = 0, namesAt = 0): undefined {
  if (memory.readPointer(namesAt) !== 0) return;
  memory.writeInt32(offsetAt, 0);
  memory.writeInt32(daylightAt, 0);
  for (const at of [namesAt, namesAt + 4]) {
    const name = 'Coordinated Universal Time';
    const place = Number(exports.malloc?.(name.length + 1)) >>> 0;
    if (place !== 0) memory.writeText(place, name);
    memory.writePointer(at, place);
  }
}
