import type { Assignment, SlotRef } from './assignment.ts';
import type { Delivery, Timer } from './delivery.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Id } from './id.ts';
import type { Message } from './message.ts';
import type { NameChange } from './name-change.ts';
import type { OutboundMail } from './outbound-mail.ts';
import type { Outcome } from './outcome.ts';
import type { StatusChange } from './status-change.ts';

/** What was committed to the log, one event for each part of it. */
export type CommittedEvent =
  | { readonly type: 'evaluated'; readonly process: Id; readonly slot: number; readonly outcome: Outcome }
  | { readonly type: 'spawned'; readonly process: Id; readonly item: Message; readonly cause?: SlotRef }
  | { readonly type: 'assigned'; readonly assignment: Assignment; readonly cause?: SlotRef }
  | { readonly type: 'waiting'; readonly delivery: Delivery }
  | { readonly type: 'outbound'; readonly mail: OutboundMail }
  | { readonly type: 'timer'; readonly timer: Timer }
  | ({ readonly type: 'status' } & StatusChange)
  /** A process asked something of the system, which did it. */
  | { readonly type: 'request'; readonly message: Message; readonly cause: SlotRef }
  | ({ readonly type: 'name' } & NameChange);

/** Where a process stands in its life. */
export type LifecycleState =
  | 'loading'
  | 'ready'
  | 'evaluating'
  | 'hibernated'
  | 'restarting'
  | 'backingOff'
  | 'failed'
  | 'stopped';

/** Where a supervisor stands. */
export type SupervisorState = 'starting' | 'watching' | 'restarting' | 'failed' | 'stopped';

/**
 * What happened around the log. These do not enter the digest: a run with crashes and restarts is the run without
 * them.
 */
export type SupervisionEvent =
  | {
      readonly type: 'lifecycle';
      readonly process: Id;
      readonly from: LifecycleState;
      readonly to: LifecycleState;
      readonly reason?: string;
      /** After a failure: how many there were in the window, this one included, and how many restarts are left. */
      readonly failures?: number;
      readonly restartsLeft?: number;
      /** The moment until which a process that is backing off has no turns. */
      readonly untilMs?: number;
    }
  | {
      readonly type: 'supervisor';
      readonly supervisor: string;
      readonly from: SupervisorState;
      readonly to: SupervisorState;
      /** What failed, and why. */
      readonly reason?: string;
    }
  | {
      readonly type: 'fault';
      readonly process: Id;
      readonly slot: number;
      readonly fault: ErrorCode;
      readonly reason: string;
    }
  | { readonly type: 'refused'; readonly process?: Id; readonly code: ErrorCode; readonly reason: string };

/**
 * Everything that happens in a system, as one union.
 *
 * @example
 * ```ts
 * import { createSystem, type TraceEvent } from 'heddle';
 *
 * const show = (event: TraceEvent) => {
 *   if (event.type === 'assigned') console.log(event.assignment.process, event.assignment.slot);
 * };
 * createSystem().trace.subscribe(show);
 * ```
 */
export type TraceEvent = CommittedEvent | SupervisionEvent;
