import { HeddleError } from '../../core/error.ts';
import type { Guest } from './guest.ts';

/**
 * What the host's work costs, in units of about an instruction. A prepared guest counts its own instructions and no
 * others: without these, one that has the host do the work would go on for hours on what a second costs.
 */
export const costs = {
  /** To call the host at all. */
  call: 100,
  /** To call the guest through the host, and to jump out of such a call. */
  invocation: 500,
  jump: 10_000,
  /** To have something done to files. */
  fileCall: 10_000,
  /** For each file and open file that there is, where all are looked through. */
  file: 10,
  /** For each part of memory that a list names. */
  vector: 20,
  /** For each byte that is made or taken apart. */
  byte: 1,
  /** For each byte that is only moved. */
  movedByte: 1 / 8,
  /** For each character of a text that is read. */
  character: 2,
  /** For each character that a date is made of. */
  dateCharacter: 50,
} as const;

/** Has a prepared guest pay for what the host does next. Throws `guest-over-gas`. Others are held to the time limit. */
export function charge({ registers }: Guest, units: number): void {
  registers.hostGas += units;
  if (registers.hostGas > registers.hostGasLimit) {
    throw new HeddleError('guest-over-gas', 'out of gas!', { gasLimit: registers.hostGasLimit });
  }
}

/** A text of the guest's, for which it pays. */
export function readText(guest: Guest, at: number): string {
  const text = guest.memory.readText(at);
  charge(guest, text.length * costs.character);
  return text;
}
