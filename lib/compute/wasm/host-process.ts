import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { errno } from './files/index.ts';
import { type Guest, type HostFunctions, hostFunction } from './guest.ts';
import { pageBytes } from './guest-memory.ts';
import { charge, costs, readText } from './host-gas.ts';
import type { Registers } from './registers.ts';

// Like AO's loader this copies what is there of a range that leaves the memory: Lua counts on that when it is out of
// memory and moves a block to nowhere.
const copyMemory = hostFunction('ppp>', (guest, to = 0, from = 0, length = 0) => {
  const { memory } = guest;
  charge(guest, Math.min(Math.abs(length), memory.length) * costs.movedByte);
  memory.bytes.copyWithin(to, from, from + length);
  return undefined;
});

const abort = hostFunction('>', () => {
  throw new HeddleError('guest-trap', 'The module aborted');
});

/** Memory, the environment and the ways out of the program. There is no shell. */
export const processFunctions: HostFunctions = {
  'env._emscripten_memcpy_js': copyMemory,
  'env.emscripten_memcpy_js': copyMemory,
  'env.emscripten_memcpy_big': copyMemory,
  'env.emscripten_resize_heap': hostFunction('p>i', resizeHeap),
  'env.emscripten_get_heap_max': hostFunction('>p', ({ abi }) => abi.heapBytes),
  'env._emscripten_system': hostFunction('p>i', (_, command = 0) => (command === 0 ? 0 : -errno.noSystem)),
  'env.system': hostFunction('p>i', (guest, command = 0) => {
    if (command === 0) return 0;
    guest.memory.writeInt32(Number(guest.exports.__errno_location?.()), errno.noSystem);
    return -1;
  }),
  'wasi_snapshot_preview1.environ_sizes_get': hostFunction('pp>i', ({ memory, abi }, countAt = 0, bytesAt = 0) => {
    const variables = variablesOf(abi.generation);
    memory.writePointer(countAt, variables.length);
    memory.writePointer(
      bytesAt,
      variables.reduce((total, variable) => total + variable.length + 1, 0),
    );
    return 0;
  }),
  'wasi_snapshot_preview1.environ_get': hostFunction('pp>i', ({ memory, abi }, listAt = 0, textsAt = 0) => {
    let at = textsAt;
    for (const [i, variable] of variablesOf(abi.generation).entries()) {
      memory.writePointer(listAt + i * abi.pointerBytes, at);
      memory.writeText(at, variable);
      at += variable.length + 1;
    }
    return 0;
  }),
  'env.exit': hostFunction('i>', (_, status = 0) => {
    throw new HeddleError('guest-exit', `The module called exit(${status})`, { status });
  }),
  'env._abort_js': abort,
  'env.abort': abort,
  'env.__assert_fail': hostFunction('ppip>', (guest, condition = 0, file = 0, line = 0) => {
    const where = file ? excerpt(readText(guest, file), longestName) : 'unknown';
    const what = excerpt(readText(guest, condition), longestName);
    throw new HeddleError('guest-trap', `The module asserts ${what} in ${where}, line ${line}`);
  }),
  // AO's modules are built without catching C++ exceptions, so there is nobody to catch one.
  'env.__cxa_throw': hostFunction('ppp>', () => {
    throw new HeddleError('guest-trap', 'The module threw a C++ exception');
  }),
  'env.emscripten_err': hostFunction('p>', () => undefined),
  'env._dlinit': hostFunction('i>', () => undefined),
  'env._dlopen_js': hostFunction('p>i', noLibraries),
  'env._dlsym_js': hostFunction('pp>i', noLibraries),
  // Caught by the nearest `invoke_` function, which knows the guest's jumps by their being numbers.
  'env._emscripten_throw_longjmp': hostFunction('>', (guest) => {
    charge(guest, costs.jump);
    throw Number.POSITIVE_INFINITY;
  }),
  'env.getTempRet0': hostFunction('>i', ({ registers }) => registers.highHalf),
  'env.setTempRet0': hostFunction('i>', ({ registers }, half = 0) => {
    registers.highHalf = half;
    return undefined;
  }),
  // In modules that count their gas themselves.
  'metering.usegas': hostFunction('p>', ({ registers }, gas) => useGas(registers, gas)),
  'env.metering_gasUsed': hostFunction('>i', ({ registers }) => registers.gasUsed | 0),
};

/** How much is told of a text that may be as long as the memory. */
const longestName = 200;

/** What Emscripten's older programs find in their environment. Newer ones find nothing. */
function variablesOf(generation: number): readonly string[] {
  if (generation === 4) return [];
  const names = { USER: 'web_user', LOGNAME: 'web_user', PATH: '/', PWD: '/', HOME: '/home/web_user', LANG: 'C.UTF-8' };
  // The last is the program's own name. The loader has the name of whatever program runs it.
  return [...Object.entries(names).map(([name, value]) => `${name}=${value}`), '_=./this.program'];
}

/** Emscripten's policy, which a guest can observe: a fifth more than there is, or a bit less, or just what is asked. */
function resizeHeap(guest: Guest, requested = 0): number {
  const { memory, abi } = guest;
  const most = Math.min(abi.heapBytes, Math.floor(memory.limitBytes / pageBytes) * pageBytes);
  if (requested > most) return 0;
  const { length } = memory;
  for (const excess of [0.2, 0.1, 0.05]) {
    const generous = Math.min(length * (1 + excess), requested + excessMaximum);
    const size = Math.min(most, Math.ceil(Math.max(requested, generous) / pageBytes) * pageBytes);
    if (size <= length || !memory.growTo(size)) continue;
    // What an instruction that grows the memory costs.
    charge(guest, (size - length) * costs.movedByte);
    return 1;
  }
  return 0;
}

const excessMaximum = 100_663_296;

export function useGas(registers: Registers, gas = 0): undefined {
  // It would give back what the turn has used.
  if (gas < 0) throw new HeddleError('guest-trap', `The module says that it used ${gas} of gas`, { gas });
  registers.gasUsed += gas;
  const { gasUsed, gasLimit } = registers;
  if (gasUsed > gasLimit) throw new HeddleError('guest-over-gas', 'out of gas!', { gasUsed, gasLimit });
}

function noLibraries(): never {
  throw new HeddleError('guest-trap', 'The module loads a library, and there are none');
}
