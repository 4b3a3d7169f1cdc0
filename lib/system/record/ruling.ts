import { HeddleError } from '../../core/error.ts';
import { type ErrorCode, errorCodes } from '../../core/error-codes.ts';
import type { ByteReader } from '../../store/log/byte-reader.ts';
import type { ByteWriter } from '../../store/log/byte-writer.ts';

/**
 * What becomes of one release of an outbox: it got a slot, waits for one, waits for its moment, or goes to nobody in the
 * system and why. It is written down, so that what is read later does not depend on the limits of that day.
 */
export type Ruling =
  | { readonly kind: 'assigned' | 'waiting'; readonly process: number }
  | { readonly kind: 'timed' }
  | { readonly kind: 'out'; readonly reason: 'leaves' | ErrorCode };

export function writeAssigned(writer: ByteWriter, process: number): void {
  writer.number(process * 2 + firstAssigned);
}

export function writeWaiting(writer: ByteWriter, process: number): void {
  writer.number(process * 2 + firstWaiting);
}

export function writeTimed(writer: ByteWriter): void {
  writer.number(timed);
}

export function writeOut(writer: ByteWriter, reason: 'leaves' | ErrorCode): void {
  writer.number(reason === 'leaves' ? leaves : refused);
  if (reason !== 'leaves') writer.text(reason);
}

export function readRuling(reader: ByteReader): Ruling {
  const number = reader.number();
  if (number >= firstWaiting) {
    const isAssigned = (number - firstAssigned) % 2 === 0;
    return {
      kind: isAssigned ? 'assigned' : 'waiting',
      process: (number - (isAssigned ? firstAssigned : firstWaiting)) / 2,
    };
  }
  if (number === timed) return { kind: 'timed' };
  if (number === leaves) return { kind: 'out', reason: 'leaves' };
  const reason = reader.text();
  if (!Object.hasOwn(errorCodes, reason))
    throw new HeddleError('recording-invalid', `a log gives the reason ${reason}`);
  // It is one of them.
  return { kind: 'out', reason: reason as ErrorCode };
}

const refused = 0;
const leaves = 1;
const timed = 2;
const firstWaiting = 3;
const firstAssigned = 4;
