import { HeddleError } from '../../core/error.ts';
import type { FunctionImport, ModuleInterface } from '../wasm/binary.ts';
import { FileError } from '../wasm/files/index.ts';
import { costs } from '../wasm/host-gas.ts';
import { fileFunctions, seekFunction } from './file-functions.ts';
import type { HostFunction, HostFunctions } from './functions.ts';
import type { Host } from './host.ts';
import { describeFunctions, pathFunctions } from './path-functions.ts';
import { pollFunction, processFunctions } from './process-functions.ts';

const common: HostFunctions = { ...processFunctions, ...fileFunctions, ...pathFunctions };

/** By the module that a guest imports from: WASI's two first versions, which differ in numbers and in where fields stand. */
const namespaces: Readonly<Record<string, HostFunctions>> = {
  wasi_snapshot_preview1: {
    ...common,
    ...describeFunctions({ bytes: 64, type: 16, links: 24, size: 32 }),
    fd_seek: seekFunction({ start: 0, position: 1, end: 2 }),
    poll_oneoff: pollFunction({ bytes: 48, timeout: 24, flags: 40 }),
  },
  wasi_unstable: {
    ...common,
    ...describeFunctions({ bytes: 56, type: 16, links: 20, size: 24 }),
    fd_seek: seekFunction({ position: 0, end: 1, start: 2 }),
    poll_oneoff: pollFunction({ bytes: 56, timeout: 32, flags: 48 }),
  },
};

/** Refuses a module that imports what no function of WASI is. */
export function checkImports({ imports, otherImports }: ModuleInterface): void {
  for (const name of otherImports) throw unsupported(name, 'which is no function');
  for (const entry of imports) {
    const expected = functionOf(entry)?.signature;
    const name = `${entry.module}.${entry.name}`;
    if (expected === undefined) throw unsupported(name, 'which WASI does not have');
    if (expected !== entry.signature) throw unsupported(name, `as ${entry.signature} instead of ${expected}`);
  }
}

const unsupported = (name: string, how: string): HeddleError =>
  new HeddleError('module-import-unsupported', `The module imports ${name}, ${how}`, { import: name });

function functionOf({ module, name }: FunctionImport): HostFunction | undefined {
  const functions = Object.hasOwn(namespaces, module) ? namespaces[module] : undefined;
  return functions && Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** The import object of one instance. Everything in it ends at the host that `current` gives. */
export function buildImports(imports: readonly FunctionImport[], current: () => Host): WebAssembly.Imports {
  const built: Record<string, Record<string, (...values: (number | bigint)[]) => number>> = {};
  for (const entry of imports) {
    const known = functionOf(entry);
    built[entry.module] ??= {};
    const functions = built[entry.module];
    if (known && functions) functions[entry.name] = (...values) => call(known, current(), values);
  }
  // The values are those that checkImports() found to fit; the type of WebAssembly.Imports knows no bigint.
  return built as WebAssembly.Imports;
}

function call(known: HostFunction, host: Host, values: readonly (number | bigint)[]): number {
  host.charge(costs.call);
  try {
    known.call(host, ...values.map(toNumber));
    return 0;
  } catch (thrown) {
    if (thrown instanceof FileError) return thrown.errno;
    throw thrown;
  }
}

const toNumber = (value: number | bigint): number => (typeof value === 'bigint' ? Number(value) : value >>> 0);
