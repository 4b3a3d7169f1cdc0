import { HeddleError } from '../../core/error.ts';
import { type FunctionImport, type ModuleInterface, readInterface } from '../wasm/binary.ts';
import { pageBytes } from '../wasm/guest-memory.ts';
import { limitTables } from '../wasm/prepare/limit-tables.ts';
import { readSections, type Section } from '../wasm/prepare/sections.ts';
import { type Global, globalsOf, statefulInstruction } from './hidden-state.ts';
import { checkImports } from './imports.ts';

/** A module that was read and found fit to run. */
export interface Program {
  /** A command runs anew for each message; a reactor stays, and its function `handle` is called. */
  readonly style: 'command' | 'reactor';
  readonly imports: readonly FunctionImport[];
  readonly sections: readonly Section[];
  readonly initialBytes: number;
  /** The globals that change, the guest's own and those it exports. */
  readonly globals: readonly Global[];
  /** Whether to put memory and globals back makes an instance as it was. If not, each run needs a new one. */
  readonly restorable: boolean;
  readonly initializes: boolean;
}

/** Reads a module and refuses one that cannot run: `module-invalid`, `module-import-unsupported`, `wasi-module-unsupported`. */
export function readProgram(bytes: Uint8Array<ArrayBuffer>): Program {
  const moduleInterface = readInterface(bytes);
  if (!WebAssembly.validate(bytes)) {
    throw new HeddleError('module-invalid', `The module's ${bytes.length} bytes do not validate as WebAssembly`);
  }
  checkImports(moduleInterface);
  const style = styleOf(moduleInterface);
  const { memory, memoryName, functions, imports } = moduleInterface;
  if (!memory || memoryName !== 'memory') throw unsupported('It exports no memory of its own as "memory"');
  if (memory.wide) throw unsupported('Its memory has 64 bits, and WASI is defined for 32');
  const sections = readSections(limitTables(bytes, 'wasi-module-unsupported'));
  const globals = globalsOf(sections).filter(({ mutable }) => mutable);
  const stateful = globals.some(({ type }) => type === undefined)
    ? 'has a mutable global that is no number'
    : statefulInstruction(sections);
  if (style === 'reactor' && stateful)
    throw unsupported(`It stays between messages and ${stateful}, which is no state that can be kept`);
  return {
    style,
    imports,
    sections,
    initialBytes: memory.initialPages * pageBytes,
    globals,
    restorable: stateful === undefined,
    initializes: functions.has('_initialize'),
  };
}

function styleOf({ functions }: ModuleInterface): Program['style'] {
  for (const name of [...functions.keys()]) {
    if (name.startsWith(ownPrefix)) throw unsupported(`It exports ${name}, a name that is kept for the host`);
  }
  const start = functions.get('_start');
  const handle = functions.get('handle');
  const entry = start ?? handle;
  if (entry === undefined) throw unsupported('It exports neither _start nor handle');
  const named = start === undefined ? 'handle' : '_start';
  if (entry !== '>') throw unsupported(`It exports ${named} as ${entry}, and not as a function of nothing to nothing`);
  const initialize = functions.get('_initialize');
  if (initialize !== undefined && initialize !== '>') throw unsupported(`It exports _initialize as ${initialize}`);
  return start === undefined ? 'reactor' : 'command';
}

/** What the names begin with of all that is exported for the host. */
export const ownPrefix = 'heddle.';

const unsupported = (what: string): HeddleError =>
  new HeddleError('wasi-module-unsupported', `The module cannot be a process. ${what}`);
