// What a guest can do to a host: with its memory, its stack, its results, and everything it may call.

import type { ErrorCode } from '../../../../lib/core/error-codes.ts';
import { type Code, type GuestText, places, type Writer } from './guest-text.ts';

export interface Act extends Omit<GuestText, 'wide'> {
  readonly bad: (write: Writer) => Code;
  /** What its turn ends with. Without it, `guest-trap`. */
  readonly faults?: readonly (ErrorCode | undefined)[];
}

const { scratch, text, counter } = places;

/** What the host has to do much for may be ended by gas before. */
const costly = { faults: ['guest-trap', 'guest-over-gas'] } as const;
/** What has no end is ended by gas where gas is counted, else by the time limit. */
const endless = { faults: ['guest-over-time', 'guest-over-gas'] } as const;
const malformed = { faults: ['result-malformed'], pages: [8, 8] } as const;

const fileWrite = 'wasi_snapshot_preview1.fd_write';
const fileRead = 'wasi_snapshot_preview1.fd_read';
const open = 'env.__syscall_openat';

/** Calls a function of the host by the last part of its path, and traps after it. */
const thenTrap = (write: Writer, name: string, ...values: readonly Code[]): Code => [
  ...write.drop(write.call(name, ...values)),
  ...write.trap(),
];

/** A list of one vector, at `scratch`. */
const vector = (write: Writer, at: Code, length: Code): Code => [
  ...write.storeP(write.p(scratch), at),
  ...write.storeP(write.p(scratch + (write.wide ? 8 : 4)), length),
];

const returning =
  (pointer: (write: Writer) => Code) =>
  (write: Writer): Code =>
    write.result(pointer(write));

export const memoryActs: Readonly<Record<string, Act>> = {
  'a loop without end': { ...endless, bad: (write) => write.forever([]) },
  'a loop without end that writes everywhere': {
    bad: (write) => [
      ...write.set('first', write.p(0)),
      ...write.forever([
        ...write.store8(write.get('first'), write.i(0xff)),
        ...write.set('first', write.add(write.get('first'), write.p(1))),
      ]),
    ],
  },
  'recursion without end': {
    ...costly,
    bad: (write) => write.drop(write.call('handle', write.get('message'), write.get('environment'))),
  },
  'recursion without end through the host': {
    ...costly,
    imports: [['env.invoke_v', 'i>']],
    entry: (write) => write.call('invoke_v', write.i(2)),
    bad: (write) => write.call('entry'),
  },
  'recursion without end through an allocation for the host': {
    ...costly,
    imports: ['env._mmap_js', open],
    text: '/tmp/mapped',
    functions: { emscripten_builtin_memalign: (write) => [...map(write), ...write.p(places.heap)] },
    bad: (write) => [
      ...write.drop(openText(write, flags.create | flags.readWrite)),
      ...map(write),
      ...map(write),
      ...write.trap(),
    ],
  },
  'memory until there is no more': {
    pages: [3, 2048],
    bad: (write) => [
      ...write.repeat([...write.grow(7), ...write.p(-1), write.wide ? 0x52 : 0x47]),
      ...write.fill(write.p(places.heap), 0xff, [
        ...write.size(),
        ...write.p(places.heap),
        ...(write.wide ? [0x7d] : [0x6b]),
      ]),
      ...write.trap(),
    ],
  },
  'a heap that the host makes larger until there is no more': {
    pages: [3, 2048],
    imports: ['env.emscripten_resize_heap'],
    bad: (write) => [
      ...write.repeat(write.call('emscripten_resize_heap', write.add(write.size(), write.p(65_536)))),
      ...write.trap(),
    ],
  },
  'a heap of all sizes there are': {
    imports: ['env.emscripten_resize_heap'],
    bad: (write) => [
      ...[-1n, -65_536n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 0n].flatMap((size) =>
        write.drop(write.call('emscripten_resize_heap', write.p(size))),
      ),
      ...write.trap(),
    ],
  },
  'copying by the host to and from nowhere': {
    imports: ['env.emscripten_memcpy_js'],
    bad: (write) => [
      ...[-1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n].flatMap((at) => [
        ...write.call('emscripten_memcpy_js', write.p(at), write.p(0), write.p(at)),
        ...write.call('emscripten_memcpy_js', write.p(0), write.p(at), write.p(at)),
      ]),
      ...write.trap(),
    ],
  },
  'copying by the host without end': {
    ...endless,
    pages: [1024, 1024],
    imports: ['env.emscripten_memcpy_js'],
    bad: (write) =>
      write.forever(write.call('emscripten_memcpy_js', write.p(places.heap), write.p(2 ** 25), write.p(2 ** 25))),
  },
  'its own stack and data overwritten': {
    bad: (write) => [...write.fill(write.p(0), 0xa5, write.size()), ...write.trap()],
  },
};

const flags = { write: 1, readWrite: 2, create: 0o100, append: 0o2000 };

const openText = (write: Writer, how: number): Code =>
  write.call('__syscall_openat', write.i(-100), write.p(text), write.i(how), write.p(0));

const map = (write: Writer): Code => {
  const offset = write.wide ? [write.l(0n)] : [write.i(0), write.i(0)];
  const at = [write.p(scratch), write.p(scratch + 8)];
  return write.drop(write.call('_mmap_js', write.p(100), write.i(3), write.i(1), write.i(3), ...offset, ...at));
};

export const resultActs: Readonly<Record<string, Act>> = {
  'a result at a negative address': { bad: returning((write) => write.p(-8)) },
  'a result at the last address there is': { bad: returning((write) => write.p(-1)) },
  'a result beyond what a number can hold': { bad: returning((write) => write.p(2n ** 63n - 1n)) },
  'a result at the end of the memory': { bad: returning((write) => write.size()) },
  'a result that starts before the end and has none': {
    pages: [3, 3],
    bad: (write) => [...write.fill(write.p(196_608 - 4), 0x20, write.p(4)), ...write.result(write.p(196_608 - 4))],
  },
  'a result as large as the memory, without an end': {
    ...malformed,
    pages: [4096, 4096],
    bad: (write) => [...write.fill(write.p(0), 0x22, write.size()), ...write.result(write.p(0))],
  },
  'a result of 300 MB': {
    ...malformed,
    pages: [4800, 4800],
    bad: (write) => long(write, '{"ok":true,"response":{"Output":"', 0x78, 300_000_000, '"}}'),
  },
  'a result of 300 MB that is no JSON': {
    ...malformed,
    pages: [4800, 4800],
    bad: (write) => long(write, '', 0x78, 300_000_000, ''),
  },
  'a result of more text than there can be': {
    ...malformed,
    pages: [9200, 9200],
    bad: (write) => long(write, '"', 0x78, 600_000_000, '"'),
  },
  'lists in lists, 100,000 deep': { ...malformed, bad: (write) => nested(write, 'Output', '[', ']') },
  'lists in lists, 100,000 deep, in a message': {
    ...malformed,
    bad: (write) => nested(write, 'Messages', '[{"Target":[', ']}]'),
  },
  'an error 100,000 deep': {
    ...malformed,
    bad: (write) => nested(write, 'Error', '[', ']'),
  },
  'lists that never close, 100,000 deep': {
    ...malformed,
    bad: (write) => long(write, '{"ok":true,"response":{"Output":', 0x5b, 100_000, ''),
  },
  'a result of bytes that are not UTF-8': { ...malformed, bad: (write) => long(write, '', 0xff, 50_000, '') },
  'a million messages': {
    ...malformed,
    pages: [64, 64],
    bad: (write) => many(write, '{},', 1_000_000),
  },
  'more messages than a store can keep, in few bytes': {
    ...malformed,
    pages: [512, 512],
    bad: (write) => many(write, '{},', 10_000_000),
  },
};

/** Returns `start`, so many times the same byte, and `end`. */
function long(write: Writer, start: string, byte: number, length: number, end: string): Code {
  const at = places.heap;
  return [
    ...write.text(write.p(at), start),
    ...write.fill(write.p(at + start.length), byte, write.p(length)),
    ...write.text(write.p(at + start.length + length), end),
    ...write.result(write.p(at)),
  ];
}

/** A response with so many messages, all alike: the first is written, then what there is is doubled. */
function many(write: Writer, entry: string, count: number): Code {
  const at = places.heap;
  const start = '{"ok":true,"response":{"Messages":[';
  const first = at + start.length;
  const length = entry.length * count;
  const doublings = Array.from({ length: Math.ceil(Math.log2(count)) }, (_, i) => entry.length * 2 ** i);
  return [
    ...write.text(write.p(at), start + entry),
    ...doublings.flatMap((size) =>
      write.copy(write.p(first + size), write.p(first), write.p(Math.min(size, length - size))),
    ),
    ...write.text(write.p(first + length), '{}]}}'),
    ...write.result(write.p(at)),
  ];
}

/** A response whose `key` holds so many lists in each other. */
function nested(write: Writer, key: string, open: string, close: string): Code {
  const depth = 100_000;
  const at = places.heap;
  const start = `{"ok":true,"response":{"${key}":${open}`;
  const middle = at + start.length;
  return [
    ...write.text(write.p(at), start),
    ...write.fill(write.p(middle), '['.charCodeAt(0), write.p(depth)),
    ...write.fill(write.p(middle + depth), ']'.charCodeAt(0), write.p(depth)),
    ...write.text(write.p(middle + 2 * depth), `${close}}}`),
    ...write.result(write.p(at)),
  ];
}

export const hostActs: Readonly<Record<string, Act>> = {
  'printing 1 GiB that it does not have': {
    imports: [fileWrite],
    bad: (write) => [
      ...vector(write, write.p(0), write.p(2 ** 30)),
      ...thenTrap(write, 'fd_write', write.i(1), write.p(scratch), write.p(1), write.p(counter)),
    ],
  },
  'printing all of its memory, again and again': {
    ...endless,
    pages: [1024, 1024],
    imports: [fileWrite],
    bad: (write) => [
      ...vector(write, write.p(0), write.size()),
      ...write.forever(write.drop(write.call('fd_write', write.i(1), write.p(scratch), write.p(1), write.p(counter)))),
    ],
  },
  'printing little, again and again': {
    ...endless,
    imports: [fileWrite],
    bad: (write) => [
      ...vector(write, write.p(0), write.p(1)),
      ...write.forever(write.drop(write.call('fd_write', write.i(1), write.p(scratch), write.p(1), write.p(counter)))),
    ],
  },
  'more vectors than the memory has bytes': {
    ...costly,
    pages: [1024, 1024],
    imports: [fileWrite, fileRead],
    bad: (write) => [
      ...[2n ** 31n, 2n ** 32n - 1n, -1n].flatMap((count) => [
        ...write.drop(write.call('fd_read', write.i(0), write.p(places.heap), write.p(count), write.p(counter))),
      ]),
      ...thenTrap(write, 'fd_write', write.i(1), write.p(places.heap), write.p(2 ** 31), write.p(counter)),
    ],
  },
  'vectors that overlap each other and their list': {
    imports: [fileRead, open],
    text: '/dev/urandom',
    bad: (write) => [
      ...write.drop(openText(write, 0)),
      ...vector(write, write.p(scratch), write.p(4096)),
      ...thenTrap(write, 'fd_read', write.i(3), write.p(scratch), write.p(2 ** 20), write.p(scratch)),
    ],
  },
  'a path without an end': {
    pages: [1024, 1024],
    imports: [open],
    bad: (write) => [
      ...write.fill(write.p(0), 'a'.charCodeAt(0), write.size()),
      ...write.drop(write.call('__syscall_openat', write.i(-100), write.p(0), write.i(0), write.p(0))),
    ],
  },
  'a path of 100 MB': {
    ...costly,
    pages: [2048, 2048],
    imports: [open],
    bad: (write) => [
      ...write.fill(write.p(places.heap), '/'.charCodeAt(0), write.p(100_000_000)),
      ...thenTrap(write, '__syscall_openat', write.i(-100), write.p(places.heap), write.i(flags.create), write.p(0)),
    ],
  },
  'a path of 100 MB, again and again': {
    ...endless,
    pages: [2048, 2048],
    imports: [open],
    bad: (write) => [
      ...write.fill(write.p(places.heap), '/'.charCodeAt(0), write.p(100_000_000)),
      ...write.forever(
        write.drop(write.call('__syscall_openat', write.i(-100), write.p(places.heap), write.i(0), write.p(0))),
      ),
    ],
  },
  'files until there is no more room, and then more': {
    ...endless,
    imports: [open],
    text: '/tmp/0000',
    bad: (write) =>
      write.forever([
        ...count(write, text + '/tmp/'.length, 4),
        ...write.drop(openText(write, flags.create | flags.write)),
      ]),
  },
  'a file as large as it gets, and larger': {
    ...endless,
    imports: [open, fileWrite, 'env.__syscall_ftruncate64'],
    text: '/tmp/large',
    bad: (write) => [
      ...write.drop(openText(write, flags.create | flags.readWrite)),
      ...[2n ** 62n, -1n, 2n ** 40n, 2n ** 53n].flatMap((size) =>
        write.drop(write.call('__syscall_ftruncate64', write.i(3), ...long64(write, size))),
      ),
      ...vector(write, write.p(0), write.size()),
      ...write.forever(write.drop(write.call('fd_write', write.i(3), write.p(scratch), write.p(1), write.p(counter)))),
    ],
  },
  'times that nobody will see': {
    imports: ['env.__syscall_utimensat', 'env.__syscall_stat64'],
    text: '/tmp',
    bad: (write) => [
      ...write.fill(write.p(scratch), 0x7f, write.p(32)),
      ...write.drop(write.call('__syscall_utimensat', write.i(-100), write.p(text), write.p(scratch), write.i(0))),
      ...thenTrap(write, '__syscall_stat64', write.p(text), write.p(scratch)),
    ],
  },
  'dates that are none': {
    imports: ['env._gmtime_js', 'env._mktime_js', 'env.strftime'],
    text: '%c %V %G %z %Z %Ec %j',
    bad: (write) => [
      ...[2n ** 62n, -(2n ** 62n), -1n].flatMap((seconds) =>
        write.call('_gmtime_js', ...long64(write, seconds), write.p(scratch)),
      ),
      ...write.fill(write.p(scratch), 0x7f, write.p(36)),
      ...write.drop(write.call('_mktime_js', write.p(scratch))),
      ...write.fill(write.p(scratch), 0x80, write.p(36)),
      ...thenTrap(write, 'strftime', write.p(places.heap), write.p(-1), write.p(text), write.p(scratch)),
    ],
  },
  'a date as long as the memory': {
    faults: ['guest-trap', 'guest-over-gas', 'guest-over-time'],
    pages: [1024, 1024],
    imports: ['env.strftime'],
    bad: (write) => [
      ...write.fill(write.p(places.heap), 0x25, write.p(60_000_000)),
      ...write.storeP(write.p(scratch + (write.wide ? 48 : 40)), write.p(places.heap)),
      ...thenTrap(write, 'strftime', write.p(0), write.p(-1), write.p(places.heap), write.p(scratch)),
    ],
  },
  'an assertion as long as the memory': {
    ...costly,
    pages: [2048, 2048],
    imports: ['env.__assert_fail'],
    bad: (write) => [
      ...write.fill(write.p(places.heap), 0x78, write.p(100_000_000)),
      ...write.call('__assert_fail', write.p(places.heap), write.p(places.heap), write.i(1), write.p(places.heap)),
    ],
  },
  'a shell': {
    imports: ['env._emscripten_system', 'env.system'],
    text: 'touch heddle-was-here',
    bad: (write) => [
      ...write.when([...write.call('_emscripten_system', write.p(text)), ...write.i(0), 0x4e], write.forever([])),
      ...write.when([...write.call('_emscripten_system', write.p(0))], write.forever([])),
      ...write.trap(),
    ],
  },
  'the environment, and more of it than there is room for': {
    imports: ['wasi_snapshot_preview1.environ_sizes_get', 'wasi_snapshot_preview1.environ_get'],
    bad: (write) => [
      ...write.store32(write.p(scratch), write.i(-1)),
      ...write.drop(write.call('environ_sizes_get', write.p(scratch), write.p(scratch + 8))),
      ...write.when(write.load32(write.p(scratch)), write.forever([])),
      ...write.drop(write.call('environ_get', write.p(-4), write.p(-4))),
      ...write.drop(write.call('environ_sizes_get', write.p(-4), write.p(-4))),
    ],
  },
  'files of the host': {
    imports: [open],
    text: '/etc/passwd',
    bad: (write) => [...write.when([...openText(write, 0), ...write.i(0), 0x4e], write.forever([])), ...write.trap()],
  },
  'files of the host, by a way around': {
    imports: [open],
    text: '../../../../../../proc/self/../../etc/passwd',
    bad: (write) => [...write.when([...openText(write, 0), ...write.i(0), 0x4e], write.forever([])), ...write.trap()],
  },
  'a jump that nobody waits for': {
    imports: ['env._emscripten_throw_longjmp'],
    bad: (write) => write.call('_emscripten_throw_longjmp'),
  },
  'jumps without end': {
    ...endless,
    imports: ['env._emscripten_throw_longjmp', ['env.invoke_v', 'i>']],
    entry: (write) => write.call('_emscripten_throw_longjmp'),
    bad: (write) => write.forever(write.call('invoke_v', write.i(2))),
  },
  'functions that are not there': {
    imports: [['env.invoke_v', 'i>']],
    entry: () => [],
    bad: (write) => [...write.call('invoke_v', write.i(0)), ...write.trap()],
  },
  'a function beyond the table': {
    imports: [['env.invoke_v', 'i>']],
    entry: () => [],
    bad: (write) => write.call('invoke_v', write.i(-1)),
  },
  'a function of another type': {
    imports: [['env.invoke_v', 'i>']],
    entry: () => [],
    bad: (write) => [...write.call('invoke_v', write.i(1)), ...write.trap()],
  },
  'an exception that is none': {
    imports: ['env.__cxa_throw'],
    bad: (write) => write.call('__cxa_throw', write.p(-1), write.p(-1), write.p(-1)),
  },
  'a library': {
    imports: ['env._dlopen_js', 'env._dlsym_js'],
    bad: (write) => write.drop(write.call('_dlopen_js', write.p(-1))),
  },
  'an exit in the middle of an invocation': {
    faults: ['guest-exit'],
    imports: ['env.exit', ['env.invoke_v', 'i>']],
    entry: (write) => write.call('exit', write.i(-1)),
    bad: (write) => write.call('invoke_v', write.i(2)),
  },
};

/** Increases the decimal number of so many digits at `at`. */
function count(write: Writer, at: number, digits: number): Code {
  if (digits === 0) return [];
  const place = write.p(at + digits - 1);
  const nine = '9'.charCodeAt(0);
  return [
    ...write.store8(place, [...write.load8(place), ...write.i(1), 0x6a]),
    ...write.when(
      [...write.load8(place), ...write.i(nine), 0x4a],
      [...write.store8(place, write.i('0'.charCodeAt(0))), ...count(write, at, digits - 1)],
    ),
  ];
}

/** A 64-bit number as a guest of that width passes it. */
const long64 = (write: Writer, value: bigint): readonly Code[] =>
  write.wide ? [write.l(value)] : [write.i(Number(BigInt.asIntN(32, value))), write.i(Number(value >> 32n) | 0)];

/** What the guest says of itself, which the host asks between turns as well. */
const onceBad = (write: Writer, code: Code): Code => write.when(write.load8(write.p(counter)), code);
const turnBad = (write: Writer): Code => [
  ...write.store8(write.p(counter), write.i(1)),
  ...write.result(write.p(places.result)),
];

export const selfActs: Readonly<Record<string, Act>> = {
  'a heap whose end it never says': {
    ...endless,
    bad: turnBad,
    functions: { sbrk: (write) => [...onceBad(write, write.forever([])), ...write.p(places.heap)] },
  },
  'a stack pointer that it never takes back': {
    ...endless,
    bad: turnBad,
    functions: {
      _emscripten_stack_restore: (write) => [...onceBad(write, write.forever([])), 0x20, 0, 0x24, 0],
    },
  },
  'a heap that ends nowhere': {
    faults: [undefined, 'guest-trap'],
    bad: turnBad,
    functions: { sbrk: (write) => [...onceBad(write, write.result(write.p(-1))), ...write.p(places.heap)] },
  },
  'a trap when the host asks for the heap': {
    bad: turnBad,
    functions: { sbrk: (write) => [...onceBad(write, write.trap()), ...write.p(places.heap)] },
  },
};
