import type { Abi, GuestFunction } from './abi.ts';
import type { Files } from './files/index.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { Registers } from './registers.ts';

/** What the imported functions know of the instance that calls them. */
export interface Guest {
  readonly abi: Abi;
  readonly memory: GuestMemory;
  readonly exports: GuestExports;
  /** What the guest's clock shows next, in milliseconds: it counts its readings. Part of the process's state. */
  clockMs: number;
  /** Its files. Part of the process's state. */
  readonly files: Files;
  readonly registers: Registers;
  /** Gives an import that takes the stack apart in AO's loader its result, once that was done if it can be observed. */
  readonly pause: (result: () => number) => number;
}

/** The guest's own functions by their names in generation 4. */
export type GuestExports = Readonly<Record<string, GuestFunction>>;

/** A function that modules may import. Its kinds are those of {@link Abi}. */
export interface HostFunction {
  readonly kinds: string;
  readonly call: (guest: Guest, ...values: number[]) => number | undefined;
}

export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** Shortens the tables: most functions return an error number or nothing. */
export const hostFunction = (kinds: string, call: HostFunction['call']): HostFunction => ({ kinds, call });
