import { HeddleError } from '../../core/error.ts';
import { type Abi, type GuestFunction, importFunction, signatureOf } from './abi.ts';
import type { FunctionImport, ModuleInterface, Signature } from './binary.ts';
import type { Guest, GuestExports, HostFunctions } from './guest.ts';
import { driveFunctions } from './host-drive.ts';
import { fileFunctions } from './host-files.ts';
import { firstFunctions, secondFunctions } from './host-former.ts';
import { charge, costs } from './host-gas.ts';
import { pathFunctions } from './host-paths.ts';
import { processFunctions, useGas } from './host-process.ts';
import { timeFunctions } from './host-time.ts';

/** What a module of the current generation may import, by `module.name`. */
export const hostFunctions: HostFunctions = {
  ...fileFunctions,
  ...pathFunctions,
  ...driveFunctions,
  ...processFunctions,
  ...timeFunctions,
};

const functionsOf: Readonly<Record<Abi['generation'], HostFunctions>> = {
  1: { ...hostFunctions, ...firstFunctions },
  2: { ...hostFunctions, ...secondFunctions },
  3: hostFunctions,
  4: hostFunctions,
};

/** Refuses a module that imports what the host does not have. */
export function checkImports(abi: Abi, moduleInterface: ModuleInterface): void {
  const { imports, otherImports } = moduleInterface;
  for (const name of otherImports) throw unsupported(name, 'which is no function');
  for (const entry of imports) {
    const name = `${entry.module}.${entry.name}`;
    const known = nameOf(abi, entry);
    const expected = invocable(known, entry.signature, abi, moduleInterface) ?? knownSignature(abi, known);
    if (expected === undefined) throw unsupported(name, 'which the host does not have');
    if (expected !== entry.signature) throw unsupported(name, `as ${entry.signature} instead of ${expected}`);
  }
}

const unsupported = (name: string, how: string): HeddleError =>
  new HeddleError('module-import-unsupported', `The module imports ${name}, ${how}`, { import: name });

/** What an import is, whatever a minifier called it. */
function nameOf({ imports }: Abi, { module, name }: FunctionImport): string {
  const own = `${module}.${name}`;
  return Object.hasOwn(imports, own) ? (imports[own] ?? own) : own;
}

function knownSignature(abi: Abi, name: string): Signature | undefined {
  const functions = functionsOf[abi.generation];
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  return known && signatureOf(abi, known.kinds);
}

const lettersOf = (name: string): string | undefined => /^env\.invoke_([vijfd][ijfd]*)$/.exec(name)?.[1];

/**
 * `invoke_…` calls a function of the guest and catches a longjmp out of it. The letters after it are the result and the
 * parameters; a `dynCall_…` of the same letters, which takes an index as well, makes the call, or else the table of the
 * guest's functions is at hand.
 */
function invocable(
  name: string,
  signature: Signature,
  abi: Abi,
  { functions, tables }: ModuleInterface,
): Signature | undefined {
  const letters = lettersOf(name);
  if (!letters) return undefined;
  const result = letters.startsWith('v') ? '' : letters.charAt(0);
  const called = functions.get(`dynCall_${letters}`) === `i${letters.slice(1)}>${result}`;
  if (!called && !tables.has(abi.exports[tableExport] ?? tableExport)) return undefined;
  // The index is a pointer's width, whatever that is.
  return `${signature.startsWith('j') ? 'j' : 'i'}${letters.slice(1)}>${result}`;
}

const tableExport = '__indirect_function_table';

/** The import object of one instance. Everything in it ends at `guest`: nothing outside is read or changed. */
export function buildImports(imports: readonly FunctionImport[], guest: Guest): WebAssembly.Imports {
  const built: Record<string, Record<string, GuestFunction>> = {};
  for (const entry of imports) {
    built[entry.module] ??= {};
    const functions = built[entry.module];
    if (functions) functions[entry.name] = importOf(nameOf(guest.abi, entry), guest);
  }
  // The values are those that checkImports() found to fit; the type of WebAssembly.Imports knows no bigint.
  return built as WebAssembly.Imports;
}

function importOf(name: string, guest: Guest): GuestFunction {
  // Called for every few instructions, so without what the others need.
  if (name === 'metering.usegas') {
    const { registers } = guest;
    return (gas) => useGas(registers, Number(gas));
  }
  const known = functionsOf[guest.abi.generation][name];
  if (!known) return invoke(guest, lettersOf(name) ?? '');
  const setHighHalf = (half: number) => {
    guest.registers.highHalf = half;
    guest.exports._emscripten_tempret_set?.(half);
  };
  const call = (...values: number[]) => {
    charge(guest, costs.call);
    return known.call(guest, ...values);
  };
  return importFunction(guest.abi, known.kinds, call, setHighHalf);
}

function invoke(guest: Guest, letters: string): GuestFunction {
  const nothing = letters.startsWith('j') ? 0n : 0;
  const threw = guest.abi.wide ? 1n : 1;
  return (index, ...values) => {
    const { exports } = guest;
    charge(guest, costs.invocation);
    const stackPointer = exports.emscripten_stack_get_current?.() ?? 0;
    try {
      const call = exports[`dynCall_${letters}`];
      return call ? call(Number(index), ...values) : functionAt(exports, Number(index))(...values);
    } catch (thrown) {
      exports._emscripten_stack_restore?.(stackPointer);
      // A number is a longjmp; anything else ends the turn.
      if (typeof thrown !== 'number') throw thrown;
      exports.setThrew?.(threw, 0);
      return nothing;
    }
  };
}

/** The guest's function that its pointer `index` stands for. */
function functionAt(exports: GuestExports, index: number): GuestFunction {
  // checkImports() found that it is a table; what that holds, the engine lets the host call.
  const table = exports[tableExport] as unknown as WebAssembly.Table | undefined;
  const found = table?.get(index) as GuestFunction | null | undefined;
  if (!found) throw new HeddleError('guest-trap', `The module has no function ${index}`, { index });
  return found;
}
