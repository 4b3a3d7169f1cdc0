import { HeddleError } from '../../core/error.ts';
import { type Abi, type GuestFunction, importFunction, signatureOf } from './abi.ts';
import type { FunctionImport, ModuleInterface, Signature } from './binary.ts';
import type { Guest, HostFunctions } from './guest.ts';
import { fileFunctions } from './host-files.ts';
import { processFunctions } from './host-process.ts';
import { timeFunctions } from './host-time.ts';

const hostFunctions: HostFunctions = { ...fileFunctions, ...processFunctions, ...timeFunctions };

/** Refuses a module that imports what the host does not have. */
export function checkImports(abi: Abi, { imports, otherImports, functions }: ModuleInterface): void {
  for (const name of otherImports) throw unsupported(name, 'which is no function');
  for (const entry of imports) {
    const name = `${entry.module}.${entry.name}`;
    const expected = invocable(entry, functions) ?? knownSignature(abi, name);
    if (expected === undefined) throw unsupported(name, 'which the host does not have');
    if (expected !== entry.signature) throw unsupported(name, `as ${entry.signature} instead of ${expected}`);
  }
}

const unsupported = (name: string, how: string): HeddleError =>
  new HeddleError('module-import-unsupported', `The module imports ${name}, ${how}`, { import: name });

function knownSignature(abi: Abi, name: string): Signature | undefined {
  const known = Object.hasOwn(hostFunctions, name) ? hostFunctions[name] : undefined;
  return known && signatureOf(abi, known.kinds);
}

/**
 * `invoke_…` calls a function of the guest and catches a longjmp out of it. The letters after it are the result and the
 * parameters; a `dynCall_…` of the same letters, which takes an index as well, makes the call.
 */
function invocable(
  { module, name, signature }: FunctionImport,
  functions: ModuleInterface['functions'],
): Signature | undefined {
  const letters = /^invoke_([vijfd][ijfd]*)$/.exec(name)?.[1];
  if (module !== 'env' || !letters) return undefined;
  const result = letters.startsWith('v') ? '' : letters.charAt(0);
  if (functions.get(`dynCall_${letters}`) !== `i${letters.slice(1)}>${result}`) return undefined;
  // The index is a pointer's width, whatever that is.
  return `${signature.startsWith('j') ? 'j' : 'i'}${letters.slice(1)}>${result}`;
}

/** The import object of one instance. Everything in it ends at `guest`: nothing outside is read or changed. */
export function buildImports(imports: readonly FunctionImport[], guest: Guest): WebAssembly.Imports {
  const built: Record<string, Record<string, GuestFunction>> = {};
  const setHighHalf = (half: number) => guest.exports._emscripten_tempret_set?.(half);
  for (const { module, name } of imports) {
    const known = hostFunctions[`${module}.${name}`];
    built[module] ??= {};
    built[module][name] = known
      ? importFunction(guest.abi, known.kinds, (...values) => known.call(guest, ...values), setHighHalf)
      : invoke(guest, name.slice('invoke_'.length));
  }
  // The values are those that checkImports() found to fit; the type of WebAssembly.Imports knows no bigint.
  return built as WebAssembly.Imports;
}

function invoke(guest: Guest, letters: string): GuestFunction {
  const nothing = letters.startsWith('j') ? 0n : 0;
  const threw = guest.abi.wide ? 1n : 1;
  return (index, ...values) => {
    const { exports } = guest;
    const stackPointer = exports.emscripten_stack_get_current?.() ?? 0;
    try {
      return exports[`dynCall_${letters}`]?.(Number(index), ...values);
    } catch (thrown) {
      exports._emscripten_stack_restore?.(stackPointer);
      // A number is a longjmp; anything else ends the turn.
      if (typeof thrown !== 'number') throw thrown;
      exports.setThrew?.(threw, 0);
      return nothing;
    }
  };
}
