import { HeddleError } from '../../core/error.ts';
import { FileError } from '../wasm/files/index.ts';
import { costs } from '../wasm/host-gas.ts';
import { errno } from './errno.ts';
import { type HostFunctions, hostFunction, mostVectors, refuse } from './functions.ts';
import type { Host } from './host.ts';

/** Thrown when a guest exits. */
export class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** What a guest is told of its start, of time and chance, and its ways out. There is no network and no other process. */
export const processFunctions: HostFunctions = {
  args_sizes_get: hostFunction('ii>i', ({ memory }, countAt = 0, bytesAt = 0) => {
    memory.writeU32(countAt, 1);
    memory.writeU32(bytesAt, programName.length);
  }),
  args_get: hostFunction('ii>i', ({ memory }, listAt = 0, textsAt = 0) => {
    memory.part(textsAt, programName.length).set(programName);
    memory.writeU32(listAt, textsAt);
  }),
  environ_sizes_get: hostFunction('ii>i', ({ memory }, countAt = 0, bytesAt = 0) => {
    memory.writeU32(countAt, 0);
    memory.writeU32(bytesAt, 0);
  }),
  environ_get: hostFunction('ii>i', () => {}),
  clock_res_get: hostFunction('ii>i', ({ memory }, clock = 0, at = 0) => {
    if (clock > lastClock) throw new FileError(errno.invalid);
    memory.writeU64(at, 1n);
  }),
  clock_time_get: hostFunction('iji>i', (host, clock = 0, _, at = 0) => {
    if (clock > lastClock) throw new FileError(errno.invalid);
    host.memory.writeU64(at, clock > lastOfDay ? host.elapsed : host.readClock());
  }),
  random_get: hostFunction('ii>i', (host, at = 0, length = 0) => {
    host.charge(length * randomByteCost);
    const part = host.memory.part(at, length);
    for (let i = 0; i < length; i++) part[i] = host.randomByte();
  }),
  sched_yield: hostFunction('>i', () => {}),
  proc_exit: hostFunction('i>', (_, status = 0) => {
    throw new Exit(status);
  }),
  proc_raise: hostFunction('i>i', (_, signal = 0) => {
    throw new HeddleError('guest-trap', `The module raised the signal ${signal}`, { signal });
  }),
  sock_accept: hostFunction('iii>i', refuse),
  sock_recv: hostFunction('iiiiii>i', refuse),
  sock_send: hostFunction('iiiii>i', refuse),
  sock_shutdown: hostFunction('ii>i', refuse),
};

/** Where the parts of a wish to wait stand. */
export interface SubscriptionLayout {
  readonly bytes: number;
  readonly timeout: number;
  readonly flags: number;
}

/**
 * Waits for nothing: what is to be read or written is ready at once, and if there is only time to wait for, as much of it
 * passes as the shortest wish says.
 */
export const pollFunction = (layout: SubscriptionLayout) =>
  hostFunction('iiii>i', (host, wishesAt = 0, eventsAt = 0, count = 0, countAt = 0) => {
    if (count === 0 || count > mostVectors) throw new FileError(errno.invalid);
    host.charge(count * costs.vector);
    const wishes = Array.from({ length: count }, (_, i) => readWish(host, wishesAt + i * layout.bytes, layout));
    host.memory.part(eventsAt, count * eventBytes);
    const ready = wishes.some(({ type }) => type !== waitForTime)
      ? wishes.filter(({ type }) => type !== waitForTime)
      : shortest(host, wishes);
    for (const [i, { userData, type }] of ready.entries()) {
      const at = eventsAt + i * eventBytes;
      host.memory.part(at, eventBytes).fill(0);
      host.memory.writeU64(at, userData);
      host.memory.writeU8(at + 10, type);
      if (type !== waitForTime) host.memory.writeU64(at + 16, BigInt(host.unread));
    }
    host.memory.writeU32(countAt, ready.length);
  });

interface Wish {
  readonly userData: bigint;
  readonly type: number;
  /** How long to wait, in nanoseconds. */
  readonly timeout: bigint;
}

function readWish(host: Host, at: number, layout: SubscriptionLayout): Wish {
  const { memory } = host;
  const timeout = memory.readU64(at + layout.timeout);
  const isMoment = (memory.readU32(at + layout.flags) & 1) === 1;
  return {
    userData: memory.readU64(at),
    type: memory.part(at + 8, 1)[0] ?? 0,
    timeout: isMoment ? timeout - host.readClock() : timeout,
  };
}

function shortest(host: Host, wishes: readonly Wish[]): readonly Wish[] {
  const least = wishes.reduce((least, { timeout }) => (timeout < least ? timeout : least), longestWait);
  host.wait(least);
  return wishes.filter(({ timeout }) => timeout <= least);
}

const randomByteCost = 30;
/** A C program counts on a name. */
const programName = new TextEncoder().encode('process\0');
/** The clocks are: the time of day, one that never goes back, and two of the processor's time. */
const lastClock = 3;
const lastOfDay = 1;
const waitForTime = 0;
const eventBytes = 32;
/** A hundred years. */
const longestWait = 3_153_600_000_000_000_000n;
