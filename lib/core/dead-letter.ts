import type { SlotRef } from './assignment.ts';
import type { Id } from './id.ts';
import type { OutboundMail } from './outbound-mail.ts';

/** A turn that a message goes back to, and what that turn handled. */
export interface Cause extends SlotRef {
  /** The id of the message that the turn handled. */
  readonly message: Id;
  /** The `Action` of that message, if it has one. */
  readonly action?: string;
}

/**
 * A message that was meant for somebody and reached nobody: mail that could not be delivered, or that has a slot of a
 * process that was stopped before it evaluated it (`reason` is `process-stopped`). Mail that leaves the system is none. What
 * a failed process has in its mailbox is one only when the process is stopped: after a restart it is evaluated. And what a
 * stopped process wanted sent later is none, since it was never sent.
 */
export interface DeadLetter extends OutboundMail {
  /**
   * The turns that it goes back to: first the one that sent it, or had it assigned, and last the one that handled the
   * message from outside with which it all began. Empty if it came from outside itself. It is read from the log when it is
   * looked at.
   */
  readonly chain: readonly Cause[];
}
