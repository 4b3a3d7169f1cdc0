import type { SlotRef } from './assignment.ts';
import type { Id } from './id.ts';
import type { Message } from './message.ts';

/** A message on its way to a process that is in the system. */
export interface Delivery {
  readonly process: Id;
  readonly message: Message;
  readonly exclude: readonly string[];
  /** The turn that sent it; absent for what came from outside. */
  readonly cause?: SlotRef;
}

/** A message that a turn wants sent at a later moment. It is never sent if the process that set it is stopped by then. */
export interface Timer {
  readonly atMs: number;
  readonly message: Message;
  /** The turn that set it. */
  readonly cause: SlotRef;
}
