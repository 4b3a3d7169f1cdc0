import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { type Abi, signatureOf } from './abi.ts';
import { type MemoryType, type ModuleInterface, readInterface } from './binary.ts';
import { formats, meteringFormats } from './formats.ts';
import { pageBytes } from './guest-memory.ts';
import { checkImports } from './host.ts';

/** A module that was read and found fit to run, not compiled yet. */
export interface Program {
  readonly abi: Abi;
  readonly interface: ModuleInterface;
  /** Whether it was prepared to count its gas. */
  readonly metered?: boolean;
  readonly initialBytes: number;
  readonly maximumBytes: number;
}

/**
 * Reads a module and refuses one that cannot run: `module-invalid`, `module-without-handle`,
 * `module-format-unsupported`, `module-import-unsupported`. Its format is `format`, the one its item says, or else the
 * one that its exports and imports are of.
 */
export function readProgram(bytes: Uint8Array, format?: string): Program {
  const moduleInterface = readInterface(bytes);
  const abi = format === undefined ? detect(moduleInterface) : named(format, moduleInterface);
  const { memory, memories } = moduleInterface;
  if (!memory) throw withoutHandle(moduleInterface);
  // Only one is limited, and part of the state.
  if (memories > 1) throw new HeddleError('module-format-unsupported', `The module has ${memories} memories`);
  if (memory.shared) throw new HeddleError('module-format-unsupported', "The module's memory is one for threads");
  const { initialPages, maximumPages = mostPages } = memory;
  const maximumBytes = Math.min(maximumPages, mostPages, Math.floor(abi.heapBytes / pageBytes)) * pageBytes;
  return { abi, interface: moduleInterface, initialBytes: initialPages * pageBytes, maximumBytes };
}

function named(format: string, moduleInterface: ModuleInterface): Abi {
  const abi = [...formats, ...meteringFormats].find((one) => one.format === format);
  if (!abi) {
    const what = `The module is tagged "${excerpt(String(format), 60)}", which is no format of AO`;
    throw new HeddleError('module-format-unsupported', what, { said: format });
  }
  const missing = missingExport(abi, moduleInterface);
  if (missing !== undefined) {
    const facts = { said: format, export: missing };
    throw new HeddleError('module-format-unsupported', `The module is tagged ${format}, but ${missing}`, facts);
  }
  checkImports(abi, moduleInterface);
  return abi;
}

/** The format whose exports the module has. If they are those of several, its imports tell. */
function detect(moduleInterface: ModuleInterface): Abi {
  const candidates = formats.filter((abi) => missingExport(abi, moduleInterface) === undefined);
  const abi = candidates.find((one) => importsFit(one, moduleInterface)) ?? candidates[0] ?? nearest(moduleInterface);
  const missing = missingExport(abi, moduleInterface);
  if (missing !== undefined) {
    const facts = { format: abi.format, export: missing };
    throw new HeddleError('module-format-unsupported', `The module is not ${abi.format}: ${missing}`, facts);
  }
  checkImports(abi, moduleInterface);
  return abi;
}

function importsFit(abi: Abi, moduleInterface: ModuleInterface): boolean {
  try {
    checkImports(abi, moduleInterface);
    return true;
  } catch {
    return false;
  }
}

/** The format that a module with such a `handle` is most likely meant to be of. */
function nearest(moduleInterface: ModuleInterface): Abi {
  const handle = moduleInterface.functions.get('handle');
  const abi = formats.find((one) => signatureOf(one, handleKinds) === handle);
  if (!abi || !moduleInterface.memory) throw withoutHandle(moduleInterface);
  return abi;
}

function withoutHandle({ memory, functions }: ModuleInterface): HeddleError {
  const handle = functions.get('handle');
  const lacks = hasMemory(memory, handle);
  return new HeddleError('module-without-handle', `The module exports ${lacks}`, { handle: handle ?? null });
}

function hasMemory(memory: MemoryType | undefined, handle: string | undefined): string {
  if (!memory) return 'no memory of its own';
  return handle === undefined ? 'no function handle' : `a handle of type ${handle}`;
}

/** What the module lacks to be of that format. */
function missingExport(abi: Abi, { functions, memoryName }: ModuleInterface): string | undefined {
  const exported = (name: string) => abi.exports[name] ?? name;
  if (memoryName !== exported('memory')) return `it lacks the memory ${exported('memory')}`;
  for (const [name, kinds] of Object.entries(requiredExports(abi))) {
    const found = functions.get(exported(name));
    if (found === undefined) return `it lacks the export ${exported(name)}`;
    // The width is that of handle's pointers, not of the memory: a module may be lowered to a narrower memory.
    if (found !== signatureOf(abi, kinds)) return `it exports ${exported(name)} as ${found}`;
  }
  return undefined;
}

const handleKinds = 'pp>p';

/** What a module exports if it was built by Emscripten as AO's formats prescribe, as far as the host uses it. */
function requiredExports({ generation }: Abi): Readonly<Record<string, string>> {
  return {
    handle: handleKinds,
    __wasm_call_ctors: '>',
    emscripten_stack_get_current: '>p',
    _emscripten_stack_alloc: 'p>p',
    _emscripten_stack_restore: 'p>',
    setThrew: 'pi>',
    ...(generation > 1
      ? { emscripten_stack_init: '>', emscripten_stack_get_base: '>p', emscripten_stack_get_end: '>p', sbrk: 'p>p' }
      : {}),
    ...(generation < 3 ? { malloc: 'p>p', __errno_location: '>p' } : {}),
    ...(generation === 3 ? { _emscripten_tempret_set: 'i>' } : {}),
    ...(generation < 4 ? { main: 'ip>i' } : {}),
  };
}

/** 4 GiB less a page: what every supported runtime can give, so that a guest gets as much on each of them. */
const mostPages = 65_535;

/** The bytes of so many pages. */
export const maximumBytes = mostPages * pageBytes;
