import { defaultLimits } from '../../core/limits.ts';

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

/** Those of a new instance. */
export const newRegisters = (gasLimit = defaultGasLimit): Registers => ({
  highHalf: 0,
  gasUsed: 0,
  gasLimit,
  hostGas: 0,
  hostGasLimit: Number.POSITIVE_INFINITY,
  resultBytes: defaultLimits.resultBytes,
});

/** What AO's loader lets a turn use if nobody says how much. */
export const defaultGasLimit = 9_000_000_000_000_000;
