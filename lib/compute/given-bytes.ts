import { HeddleError, reasonOf } from '../core/error.ts';

/**
 * What `given` holds, in whichever form a program has its bytes: a view of any kind or a whole buffer, of this realm or of
 * another. It is no copy. Undefined if there is nothing in it that can be read, as after it was transferred.
 */
export function givenBytes(given: unknown): Uint8Array | undefined {
  try {
    if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    return isBuffer(given) ? new Uint8Array(given) : undefined;
  } catch {
    // Nothing but the attempt tells, on every runtime, that a buffer was transferred.
    return undefined;
  }
}

/** A copy of a module's bytes, whoever changes them afterwards. Refuses what is none: `module-invalid`. */
export function moduleBytes(given: unknown): Uint8Array<ArrayBuffer> {
  const bytes = givenBytes(given);
  // A slice of a Buffer would be no copy.
  if (bytes) return new Uint8Array(bytes);
  throw new HeddleError('module-invalid', `A module was given as ${reasonOf(given).slice(0, 60)}`);
}

/** Other realms have classes of their own, but the same names for them. */
const isBuffer = (given: unknown): given is ArrayBufferLike =>
  /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(given));
