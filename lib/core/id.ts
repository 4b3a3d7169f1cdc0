import { sha256Base64Url } from '#sha256';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { joined } from './bytes.ts';
import { HeddleError } from './error.ts';

/**
 * 32 bytes as 43 characters of base64url without padding: what names a message, a process, a module or an assignment.
 */
export type Id = string;

/** Who signs or sends: the {@link Id} of a wallet's key or of a process, or another chain's address (`0x…`). */
export type Address = string;

/** Characters of an {@link Id}. */
const idLength = 43;
const idBytes = 32;

/** The id that names `bytes`, which must be 32 of them. */
export function idFromBytes(bytes: Uint8Array): Id {
  if (bytes.length === idBytes) return encodeBase64Url(bytes);
  throw new HeddleError('id-invalid', `${bytes.length} bytes are not an id`, { bytes: bytes.length });
}

/**
 * The 32 bytes that `id` names. Refuses text that is no id, and text that is another spelling of its bytes, since
 * replies are matched by spelling.
 */
export function idToBytes(id: Id): Uint8Array {
  const bytes = decode(id);
  if (bytes) return bytes;
  const text = String(id).slice(0, 60);
  throw new HeddleError('id-invalid', `"${text}" is not an id`, { id: text });
}

/** Whether `text` is an id, in the one spelling that it has. */
export const isId = (text: string): text is Id => decode(text) !== undefined;

/** The id of `parts`. Each is preceded by its length, so that no two lists are hashed as the same text. */
export function hashId(...parts: readonly string[]): Id {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return sha256Base64Url(text);
}

/** The id that is the SHA-256 of `parts` themselves, one after the other. */
export const hashBytes = (...parts: readonly Uint8Array[]): Id => sha256Base64Url(joined(parts));

const decode = (text: string): Uint8Array | undefined =>
  typeof text === 'string' && text.length === idLength ? decodeBase64Url(text) : undefined;
