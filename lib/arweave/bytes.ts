/** The same bytes as an array without the methods of Node's Buffer, some of which mean something else. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const encoder = new TextEncoder();

/**
 * The UTF-8 bytes of text, or bytes themselves; undefined of anything else, and of text with a lone surrogate, which would
 * be written as another character.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? encoder.encode(value) : undefined;
  return value instanceof Uint8Array ? value : undefined;
}
