import type { Abi } from '../compute/wasm/abi.ts';
import type { FunctionImport } from '../compute/wasm/binary.ts';
import type { Guest } from '../compute/wasm/guest.ts';
import { buildImports, hostFunctions } from '../compute/wasm/host.ts';
import { secondFunctions } from '../compute/wasm/host-former.ts';
import { Instance } from '../compute/wasm/instance.ts';
import type { Program } from '../compute/wasm/program.ts';
import { newRegisters, type Registers } from '../compute/wasm/registers.ts';
import { HeddleError } from '../core/error.ts';

/** What an instance may do. */
export interface LinkOptions {
  /** In each call, if the module counts it. */
  readonly gasLimit: number;
  readonly refuseDrive: boolean;
}

/**
 * The functions that an instance imports, made before the instance is there: whoever instantiates a module gets them
 * first and hands in the instance afterwards.
 */
export class GuestLink {
  readonly imports: WebAssembly.Imports;
  readonly #registers: Registers;
  #instance: Instance | undefined;

  constructor(abi: Abi, imports: readonly FunctionImport[], { gasLimit, refuseDrive }: LinkOptions) {
    this.#registers = newRegisters(gasLimit);
    this.imports = buildImports(imports, this.#guest(abi));
    if (refuseDrive) this.#refuseDrive();
  }

  /** Ends the imported functions at `instance`, which is not booted. */
  link(instance: WebAssembly.Instance, program: Program): Instance {
    this.#instance = new Instance(instance, program, undefined, this.#registers);
    return this.#instance;
  }

  get #linked(): Instance {
    if (!this.#instance) throw new HeddleError('guest-trap', 'The module called the host before it was there');
    return this.#instance;
  }

  /** The guest that the functions are made for: all of it is the instance's, but ABI and registers are there before. */
  #guest(abi: Abi): Guest {
    const there: Partial<Guest> = { abi, registers: this.#registers };
    return new Proxy<Guest>(Object.create(null), {
      get: (_, name) => Reflect.get(name in there ? there : this.#linked, name),
      set: (_, name, value) => Reflect.set(this.#linked, name, value),
    });
  }

  /** What a program counts on its drive for must not silently be missing. Whatever else is opened asks the drive too. */
  #refuseDrive(): void {
    const { env } = this.imports;
    const open = env?.[driveOpen];
    if (!env || typeof open !== 'function') return;
    env[driveOpen] = (path: number | bigint, mode: number | bigint) => {
      const text = this.#linked.memory.readText(Number(path));
      if (/^\/(data|tx|block)\//.test(text)) {
        const what = `The module opens ${text}, and option WeaveDrive is not supported yet`;
        throw new HeddleError('option-invalid', what, { option: 'WeaveDrive', path: text });
      }
      return open(path, mode);
    };
  }
}

const driveOpen = '__asyncjs__weavedrive_open';

/** All imports that a module of that format can have, for one whose own are not known. */
export function allImports(abi: Abi): readonly FunctionImport[] {
  const known = abi.generation === 2 ? { ...hostFunctions, ...secondFunctions } : hostFunctions;
  const minified = Object.keys(abi.imports);
  const names =
    minified.length > 0
      ? [...minified, 'metering.usegas']
      : [...Object.keys(known), `env.invoke_${abi.wide ? 'vjj' : 'vii'}`];
  return names.map((full) => {
    const [module = '', ...name] = full.split('.');
    return { module, name: name.join('.'), signature: '' };
  });
}
