import type { SlotRef } from './assignment.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Message } from './message.ts';
import type { OutboxAssignment, OutboxMessage } from './outcome.ts';

/**
 * An outbox entry that is for nobody in the system: mail to a wallet or to a process elsewhere (`reason` is `leaves`),
 * or one that could not be delivered, with the code that says why.
 */
export interface OutboundMail {
  /** The turn that sent it; absent for what came from outside. */
  readonly cause?: SlotRef;
  readonly kind: 'message' | 'spawn' | 'assignment';
  readonly reason: 'leaves' | ErrorCode;
  /** The reason as a sentence. */
  readonly detail: string;
  /** What the guest wrote, unless it had been taken as a message already. */
  readonly entry?: OutboxMessage | OutboxAssignment;
  /** The message made from it, if one could be made. */
  readonly message?: Message;
}
