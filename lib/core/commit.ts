import type { Assignment } from './assignment.ts';
import type { Moment } from './clock.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Id } from './id.ts';
import type { Message } from './message.ts';
import type { OutboxAssignment, OutboxMessage, Outcome } from './outcome.ts';

/** A slot of a process, and so a turn. */
export interface SlotRef {
  readonly process: Id;
  readonly slot: number;
}

/** A message on its way to a process that is in the system. */
export interface Delivery {
  readonly process: Id;
  readonly message: Message;
  readonly exclude: readonly string[];
  /** The turn that sent it; absent for what came from outside. */
  readonly cause?: SlotRef;
}

/** A delivery that got its slot. */
export interface AssignedDelivery {
  readonly assignment: Assignment;
  readonly cause?: SlotRef;
}

/** A message that a turn wants sent at a later moment. It is never sent if the process that set it is stopped by then. */
export interface Timer {
  readonly atMs: number;
  readonly message: Message;
  /** The turn that set it. */
  readonly cause: SlotRef;
}

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

/** A decision about a process that later commits depend on. */
export interface StatusChange {
  readonly process: Id;
  /** `failed` and `stopped` processes take no mail and run no turns; `running` takes a failure back. */
  readonly status: 'running' | 'failed' | 'stopped';
  readonly reason: string;
}

/**
 * One atomic step of a system: what came from outside, or a turn's outcome together with the slots its outbox got. The
 * row of commits is the run; everything else is derived from it.
 */
export interface Commit {
  readonly sequence: number;
  readonly moment: Moment;
  readonly turn?: SlotRef & { readonly outcome: Outcome };
  /** The items of new processes; an item's id is the process's id. */
  readonly spawned: readonly Message[];
  readonly assigned: readonly AssignedDelivery[];
  /** Deliveries that wait, without a slot, for room in a mailbox. */
  readonly waiting: readonly Delivery[];
  readonly outbound: readonly OutboundMail[];
  /** Timers that the turn set. */
  readonly timers: readonly Timer[];
  /** The message of the timer that this commit sends. */
  readonly fired?: Id;
  readonly statuses: readonly StatusChange[];
}
