import { type Abi, wasm32, wasm64 } from './abi.ts';

const stackExports = {
  emscripten_stack_get_current: 'stackSave',
  _emscripten_stack_restore: 'stackRestore',
  _emscripten_stack_alloc: 'stackAlloc',
};

const third: Abi = {
  ...wasm32,
  format: 'wasm32-unknown-emscripten3',
  generation: 3,
  clockStartMs: 10_003,
  heapBytes: 4_294_901_760,
  exports: { ...stackExports, _emscripten_tempret_set: 'setTempRet0' },
};

const second: Abi = {
  ...wasm32,
  format: 'wasm32-unknown-emscripten2',
  generation: 2,
  clockStartMs: 10_003,
  heapBytes: 524_288_000,
  exports: stackExports,
};

/** The oldest, whose names a minifier made. */
const first: Abi = {
  ...wasm32,
  format: 'wasm32-unknown-emscripten',
  generation: 1,
  clockStartMs: 10_000,
  heapBytes: 524_288_000,
  imports: {
    'a.a': 'env._emscripten_date_now',
    'a.b': 'env.setTempRet0',
    'a.c': 'wasi_snapshot_preview1.fd_close',
    'a.d': 'env.__syscall_fcntl64',
    'a.e': 'env.__syscall_unlinkat',
    'a.f': 'wasi_snapshot_preview1.fd_write',
    'a.g': 'env.__syscall_openat',
    'a.h': 'env.getTempRet0',
    'a.i': 'env._mktime_js',
    'a.j': 'env._tzset_js',
    'a.k': 'env.emscripten_memcpy_big',
    'a.l': 'env.exit',
    'a.m': 'env.system',
    'a.n': 'env.strftime',
    'a.o': 'wasi_snapshot_preview1.fd_seek',
    'a.p': 'env._emscripten_throw_longjmp',
    'a.q': 'env.emscripten_resize_heap',
    'a.r': 'env.__syscall_lstat64',
    'a.s': 'env.__syscall_renameat',
    'a.t': 'env.__syscall_rmdir',
    'a.u': 'wasi_snapshot_preview1.environ_get',
    'a.v': 'wasi_snapshot_preview1.environ_sizes_get',
    'a.w': 'env.__syscall_dup3',
    'a.x': 'env.invoke_vii',
    'a.y': 'wasi_snapshot_preview1.fd_read',
    'a.z': 'env.__syscall_ioctl',
    'a.A': 'env._emscripten_get_now_is_monotonic',
    'a.B': 'env._gmtime_js',
    'a.C': 'env._localtime_js',
    'a.D': 'env.abort',
  },
  exports: {
    memory: 'E',
    __wasm_call_ctors: 'F',
    handle: 'G',
    main: 'H',
    __indirect_function_table: 'I',
    malloc: 'J',
    __errno_location: 'K',
    setThrew: 'L',
    emscripten_stack_get_current: 'M',
    _emscripten_stack_restore: 'N',
    _emscripten_stack_alloc: 'O',
  },
};

/** The formats, each of which can be told from the others by what a module exports and imports. */
export const formats: readonly Abi[] = [wasm64, wasm32, third, second, first];

/** Those that only a module's tag tells: the bytes are those of another format, and gas is counted. */
export const meteringFormats: readonly Abi[] = [
  { ...wasm32, format: 'wasm32-unknown-emscripten-metering', metering: true },
  { ...wasm64, format: 'wasm64-unknown-emscripten-draft_2024_10_16-metering', metering: true },
];

/** The tags `Module-Format` that a module may have. */
export const formatNames: readonly string[] = [...formats, ...meteringFormats].map(({ format }) => format);
