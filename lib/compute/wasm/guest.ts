import type { Abi, GuestFunction } from './abi.ts';
import type { Files } from './files/index.ts';
import type { GuestMemory } from './guest-memory.ts';

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
}

/** What lives within one call of a guest, and is no part of its state. */
export interface Registers {
  /** The half of a 64-bit number that a 32-bit function cannot return. */
  highHalf: number;
  /** What the guest said it used since the turn began, and how much it may. */
  gasUsed: number;
  gasLimit: number;
  /** What the host did for the guest, in units of gas, and how much of that it may; no limit for one that was not prepared. */
  hostGas: number;
  hostGasLimit: number;
  /** How many bytes its result may have. */
  resultBytes: number;
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
