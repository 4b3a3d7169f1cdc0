import type { Assignment } from './assignment.ts';
import type { Commit, Delivery, OutboundMail, SlotRef, StatusChange, Timer } from './commit.ts';
import type { ErrorCode } from './error-codes.ts';
import { hashId, type Id } from './id.ts';
import type { Message } from './message.ts';
import { type Outcome, outcomeText } from './outcome.ts';

/** What a commit did, one event for each part of it. Their sequence is the trace and its digest identifies the run. */
export type CommittedEvent =
  | { readonly type: 'evaluated'; readonly process: Id; readonly slot: number; readonly outcome: Outcome }
  | { readonly type: 'spawned'; readonly process: Id; readonly item: Message; readonly cause?: SlotRef }
  | { readonly type: 'assigned'; readonly assignment: Assignment; readonly cause?: SlotRef }
  | { readonly type: 'waiting'; readonly delivery: Delivery }
  | { readonly type: 'outbound'; readonly mail: OutboundMail }
  | { readonly type: 'timer'; readonly timer: Timer }
  | ({ readonly type: 'status' } & StatusChange);

/** Where a process stands in its life. */
export type LifecycleState = 'loading' | 'ready' | 'evaluating' | 'hibernated' | 'restarting' | 'failed' | 'stopped';

/**
 * What happened around the commits. These do not enter the digest: a run with crashes and restarts is the run without
 * them.
 */
export type SupervisionEvent =
  | {
      readonly type: 'lifecycle';
      readonly process: Id;
      readonly from: LifecycleState;
      readonly to: LifecycleState;
      readonly reason?: string;
      /** Restarts left in the window, after a crash. */
      readonly restartsLeft?: number;
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

/** The events of a commit, in their order. */
export function committedEvents(commit: Commit): readonly CommittedEvent[] {
  const { turn } = commit;
  const cause = turn && { process: turn.process, slot: turn.slot };
  return [
    ...(turn ? [{ type: 'evaluated', ...turn } as const] : []),
    ...commit.spawned.map((item) => ({ type: 'spawned', process: item.id, item, ...(cause && { cause }) }) as const),
    ...commit.assigned.map((assigned) => ({ type: 'assigned', ...assigned }) as const),
    ...commit.waiting.map((delivery) => ({ type: 'waiting', delivery }) as const),
    ...commit.outbound.map((mail) => ({ type: 'outbound', mail }) as const),
    ...commit.timers.map((timer) => ({ type: 'timer', timer }) as const),
    ...commit.statuses.map((change) => ({ type: 'status', ...change }) as const),
  ];
}

/** The digest of a trace that has no event yet. */
export const emptyDigest: Id = hashId('heddle trace 1');

/** The digest of the trace that `digest` stands for with `event` after it. Ids commit to what they name. */
export const extendDigest = (digest: Id, event: CommittedEvent): Id => hashId(digest, ...digestParts(event));

function digestParts(event: CommittedEvent): readonly string[] {
  switch (event.type) {
    case 'evaluated':
      return [event.type, event.process, String(event.slot), outcomeText(event.outcome)];
    case 'spawned':
      return [event.type, event.process];
    case 'assigned':
      return [event.type, event.assignment.id, ...slotParts(event.cause)];
    case 'waiting':
      return [event.type, event.delivery.process, event.delivery.message.id];
    case 'outbound':
      return [
        event.type,
        event.mail.kind,
        event.mail.reason,
        event.mail.message?.id ?? '',
        ...slotParts(event.mail.cause),
      ];
    case 'timer':
      return [event.type, event.timer.message.id, String(event.timer.atMs)];
    case 'status':
      return [event.type, event.process, event.status];
  }
}

const slotParts = (ref: SlotRef | undefined): readonly string[] => (ref ? [ref.process, String(ref.slot)] : []);
