import type { Abi, GuestFunction } from './abi.ts';
import type { GuestMemory } from './guest-memory.ts';

/** What the imported functions know of the instance that calls them. */
export interface Guest {
  readonly abi: Abi;
  readonly memory: GuestMemory;
  readonly exports: GuestExports;
  /** What the guest's clock shows next, in milliseconds: it counts its readings. Part of the process's state. */
  clockMs: number;
}

/** The guest's own functions by their names. */
export type GuestExports = Readonly<Record<string, GuestFunction>>;

/** A function that modules may import. Its kinds are those of {@link Abi}. */
export interface HostFunction {
  readonly kinds: string;
  readonly call: (guest: Guest, ...values: number[]) => number | undefined;
}

export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** Shortens the tables: most functions return an error number or nothing. */
export const hostFunction = (kinds: string, call: HostFunction['call']): HostFunction => ({ kinds, call });

/** The error numbers of WASI, which Emscripten shares. */
export const errno = {
  badFile: 8,
  invalid: 28,
  noSuchFile: 44,
  noSystem: 52,
  notTerminal: 59,
  overflow: 61,
  noSeek: 70,
};
