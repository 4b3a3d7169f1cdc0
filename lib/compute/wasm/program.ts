import { HeddleError } from '../../core/error.ts';
import { type Abi, signatureOf, wasm32, wasm64 } from './abi.ts';
import { type MemoryType, type ModuleInterface, readInterface } from './binary.ts';
import { pageBytes } from './guest-memory.ts';
import { checkImports } from './host.ts';

/** A module that was read and found fit to run, not compiled yet. */
export interface Program {
  readonly abi: Abi;
  readonly interface: ModuleInterface;
  readonly initialBytes: number;
  readonly maximumBytes: number;
}

/**
 * Reads a module and refuses one that cannot run: `module-invalid`, `module-without-handle`,
 * `module-format-unsupported`, `module-import-unsupported`.
 */
export function readProgram(bytes: Uint8Array): Program {
  const moduleInterface = readInterface(bytes);
  const { functions, memory } = moduleInterface;
  const handle = functions.get('handle');
  // The width is that of handle's pointers, not of the memory: a module may be lowered to a narrower memory.
  const abi = [wasm64, wasm32].find((one) => signatureOf(one, handleKinds) === handle);
  if (!memory || !abi) throw withoutHandle(memory, handle);
  for (const [name, kinds] of Object.entries(requiredExports)) {
    const found = functions.get(name);
    if (found === signatureOf(abi, kinds)) continue;
    const what = found === undefined ? `lacks the export ${name}` : `exports ${name} as ${found}`;
    const facts = { format: abi.format, export: name };
    throw new HeddleError('module-format-unsupported', `The module is not ${abi.format}: it ${what}`, facts);
  }
  checkImports(abi, moduleInterface);
  const { initialPages, maximumPages = mostPages } = memory;
  const maximumBytes = Math.min(maximumPages, mostPages) * pageBytes;
  return { abi, interface: moduleInterface, initialBytes: initialPages * pageBytes, maximumBytes };
}

function withoutHandle(memory: MemoryType | undefined, handle: string | undefined): HeddleError {
  const lacks = memory
    ? handle === undefined
      ? 'no function handle'
      : `a handle of type ${handle}`
    : 'no memory of its own';
  return new HeddleError('module-without-handle', `The module exports ${lacks}`, { handle: handle ?? null });
}

const handleKinds = 'pp>p';

/** What a module exports if it was built by Emscripten as AO's formats prescribe, as far as the host uses it. */
const requiredExports: Readonly<Record<string, string>> = {
  __wasm_call_ctors: '>',
  emscripten_stack_init: '>',
  emscripten_stack_get_base: '>p',
  emscripten_stack_get_end: '>p',
  emscripten_stack_get_current: '>p',
  _emscripten_stack_alloc: 'p>p',
  _emscripten_stack_restore: 'p>',
  setThrew: 'pi>',
  sbrk: 'p>p',
};

/** 4 GiB less a page: what every supported runtime can give, so that a guest gets as much on each of them. */
const mostPages = 65_535;
