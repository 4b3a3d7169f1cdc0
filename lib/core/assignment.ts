import type { Id } from './id.ts';
import { type Message, plainMessage } from './message.ts';

/** A slot of a process, and so a turn. */
export interface SlotRef {
  readonly process: Id;
  readonly slot: number;
}

/**
 * One message at one slot of one process: what a scheduler says, and all that a turn sees. AO calls the slot `Nonce`.
 */
export interface Assignment extends SlotRef {
  readonly id: Id;
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

/** The assignment as plain data, with everything in it. */
export const plainAssignment = (assignment: Assignment): Assignment =>
  Object.freeze({
    id: assignment.id,
    process: assignment.process,
    slot: assignment.slot,
    epoch: assignment.epoch,
    hashChain: assignment.hashChain,
    timestampMs: assignment.timestampMs,
    blockHeight: assignment.blockHeight,
    message: plainMessage(assignment.message),
    exclude: Object.freeze([...assignment.exclude]),
  });

/** The message as its process gets it: without the fields that the assignment excludes, by their names in AO. */
export function visibleMessage({ message, exclude }: Pick<Assignment, 'message' | 'exclude'>): Message {
  return exclude.length === 0 ? message : withoutFields(message, exclude);
}

function withoutFields(message: Message, exclude: readonly string[]): Message {
  return Object.freeze({
    ...plainMessage(message),
    ...(exclude.includes('Data') && { data: '' }),
    ...(exclude.includes('Tags') && { tags: [] }),
    ...(exclude.includes('Anchor') && { anchor: null }),
    ...(exclude.includes('Signature') && { signature: null }),
  });
}
