import type { Id } from './id.ts';
import type { Message } from './message.ts';

/**
 * One message at one slot of one process: what a scheduler says, and all that a turn sees. AO calls the slot `Nonce`.
 */
export interface Assignment {
  readonly id: Id;
  readonly process: Id;
  readonly slot: number;
  readonly epoch: number;
  /** Commits to every earlier assignment of the process. */
  readonly hashChain: Id;
  /** When it was assigned, in milliseconds since 1970. */
  readonly timestampMs: number;
  readonly blockHeight: number;
  readonly message: Message;
  /** Fields of the message that are kept from the process; empty unless the message was assigned with `Exclude`. */
  readonly exclude: readonly string[];
}

/** The message as its process gets it: without the fields that the assignment excludes, by their names in AO. */
export function visibleMessage({ message, exclude }: Pick<Assignment, 'message' | 'exclude'>): Message {
  if (exclude.length === 0) return message;
  return {
    ...message,
    ...(exclude.includes('Data') && { data: '' }),
    ...(exclude.includes('Tags') && { tags: [] }),
    ...(exclude.includes('Anchor') && { anchor: null }),
    ...(exclude.includes('Signature') && { signature: null }),
  };
}
