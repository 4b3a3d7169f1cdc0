import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Id } from '../core/id.ts';

/**
 * Where bytes are kept under keys that whoever keeps them makes up: ids, so that no two of them meet by accident. Where a
 * store keeps them, a note is never durable before the log and the notes that were there before it.
 */
export interface Notes {
  /**
   * Keeps bytes in place of those that were there. When it returns, or its promise fulfils, they are stored. A key has 1 to 500
   * characters; throws `option-invalid` for any other, and for what are no bytes.
   */
  putNote(key: Id, bytes: Uint8Array): Awaitable<void>;
  /** The bytes that were kept last. They must not be changed. */
  note(key: Id): Awaitable<Uint8Array | undefined>;
}

/** Refuses what is no key of a note. */
export function checkKey(key: Id): void {
  const isText = typeof key === 'string';
  if (isText && key.length >= 1 && key.length <= mostKeyLength && key.isWellFormed()) return;
  const given = isText ? JSON.stringify(key) : reasonOf(key);
  throw invalid(`the key of a note is ${given.slice(0, 80)}`, `text of 1 to ${mostKeyLength} characters`);
}

/** Refuses what is no bytes. */
export function checkBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw invalid(`what is to be kept is ${typeof bytes}`, 'a Uint8Array');
}

const invalid = (what: string, right: string): HeddleError =>
  new HeddleError('option-invalid', `${what}, not ${right}`);

/** In UTF-8 that is less than a key of LMDB may have. */
const mostKeyLength = 500;
