import { sha256 } from '@noble/hashes/sha2.js';
import { HeddleError } from './error.ts';

/**
 * 32 bytes as 43 characters of base64url without padding: what names a message, a process, a module or an assignment.
 */
export type Id = string;

/** Who signs or sends: the {@link Id} of a wallet's key or of a process, or another chain's address (`0x…`). */
export type Address = string;

/** Characters of an {@link Id}. */
export const idLength = 43;

const idBytes = 32;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const digits = new Map([...alphabet].map((character, value) => [character, value]));
const utf8 = new TextEncoder();

/** The id that names `bytes`, which must be 32 of them. */
export function idFromBytes(bytes: Uint8Array): Id {
  if (bytes.length !== idBytes) {
    throw new HeddleError('id-invalid', `${bytes.length} bytes are not an id`, { bytes: bytes.length });
  }
  let text = '';
  for (let at = 0; at < idBytes; at += 3) {
    // The last group holds two bytes; the missing third reads as zero and its digit is not written.
    const group = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63) + alphabet.charAt((group >> 6) & 63);
    if (at + 3 <= idBytes) text += alphabet.charAt(group & 63);
  }
  return text;
}

/** The 32 bytes that `id` names. Refuses text that is no id, and text that is not the canonical spelling of its bytes. */
export function idToBytes(id: Id): Uint8Array {
  const bytes = decode(id);
  if (!bytes)
    throw new HeddleError('id-invalid', `"${String(id).slice(0, 60)}" is not an id`, { id: String(id).slice(0, 60) });
  return bytes;
}

/** Whether `text` is the canonical spelling of an id. */
export const isId = (text: string): text is Id => decode(text) !== undefined;

/** The id of `parts`: the SHA-256 of their UTF-8 bytes, each preceded by its length so that no two lists collide. */
export function hashId(...parts: readonly string[]): Id {
  const hash = sha256.create();
  const length = new DataView(new ArrayBuffer(4));
  for (const part of parts) {
    const bytes = utf8.encode(part);
    length.setUint32(0, bytes.length);
    hash.update(new Uint8Array(length.buffer)).update(bytes);
  }
  return idFromBytes(hash.digest());
}

/** The id that is the SHA-256 of `bytes` themselves. */
export const hashBytes = (...bytes: readonly Uint8Array[]): Id => {
  const hash = sha256.create();
  for (const part of bytes) hash.update(part);
  return idFromBytes(hash.digest());
};

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

function decode(text: string): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length !== idLength) return undefined;
  const bytes = new Uint8Array(idBytes);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const value = digits.get(character);
    if (value === undefined) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  // Two bits remain; a text that sets them is another spelling of the same bytes, and replies are matched by spelling.
  return held === 0 ? bytes : undefined;
}
