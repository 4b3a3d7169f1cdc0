import type { Awaitable } from '../core/awaitable.ts';
import type { Id } from '../core/id.ts';

/**
 * Where bytes are kept under keys that whoever keeps them makes up: ids, so that no two of them meet by accident. Where a
 * store keeps them, a note is never durable before the log and the notes that were there before it.
 */
export interface Notes {
  /** Keeps bytes in place of those that were there. When it returns, or its promise fulfils, they are stored. */
  putNote(key: Id, bytes: Uint8Array): Awaitable<void>;
  /** The bytes that were kept last. They must not be changed. */
  note(key: Id): Awaitable<Uint8Array | undefined>;
}
