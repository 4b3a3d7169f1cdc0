import { HeddleError } from '../../core/error.ts';
import { errno, type Guest, type HostFunctions, hostFunction } from './guest.ts';
import { pageBytes } from './guest-memory.ts';

/** Memory, the environment, which is empty, and the ways out of the program. There is no shell. */
export const processFunctions: HostFunctions = {
  'env._emscripten_memcpy_js': hostFunction('ppp>', ({ memory }, to = 0, from = 0, length = 0) => {
    // Like AO's loader this copies what is there of a range that leaves the memory: Lua counts on that when it is out of
    // memory and moves a block to nowhere.
    memory.bytes.copyWithin(to, from, from + length);
    return undefined;
  }),
  'env.emscripten_resize_heap': hostFunction('p>i', resizeHeap),
  'env._emscripten_system': hostFunction('p>i', (_, command = 0) => (command === 0 ? 0 : -errno.noSystem)),
  'wasi_snapshot_preview1.environ_sizes_get': hostFunction('pp>i', ({ memory }, countAt = 0, bytesAt = 0) => {
    memory.writePointer(countAt, 0);
    memory.writePointer(bytesAt, 0);
    return 0;
  }),
  'wasi_snapshot_preview1.environ_get': hostFunction('pp>i', () => 0),
  'env.exit': hostFunction('i>', (_, status = 0) => {
    throw new HeddleError('guest-exit', `The module called exit(${status})`, { status });
  }),
  'env._abort_js': hostFunction('>', () => {
    throw new HeddleError('guest-trap', 'The module aborted');
  }),
  // Caught by the nearest `invoke_` function, which knows the guest's jumps by their being numbers.
  'env._emscripten_throw_longjmp': hostFunction('>', () => {
    throw Number.POSITIVE_INFINITY;
  }),
};

/** Emscripten's policy, which a guest can observe: a fifth more than there is, or a bit less, or just what is asked. */
function resizeHeap({ memory }: Guest, requested = 0): number {
  for (const excess of [0.2, 0.1, 0.05]) {
    const generous = Math.min(memory.length * (1 + excess), requested + excessMaximum);
    const size = Math.ceil(Math.max(requested, generous) / pageBytes) * pageBytes;
    if (size > memory.length && memory.growTo(size)) return 1;
  }
  return 0;
}

const excessMaximum = 100_663_296;
