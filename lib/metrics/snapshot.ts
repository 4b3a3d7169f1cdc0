import type { ErrorCode } from '../core/error-codes.ts';
import type { Id } from '../core/id.ts';
import type { OutboundMail } from '../core/outbound-mail.ts';
import type { HistogramSnapshot } from './measure.ts';

/** A process with much mail. */
export interface ProcessMetrics {
  readonly process: Id;
  /** Its `Name` tag. */
  readonly name?: string;
  readonly failed: boolean;
  /** Messages with a slot that are not evaluated. */
  readonly mail: number;
  /** Mail that waits for a slot. */
  readonly waiting: number;
  /** For how long the first of its mail has had its slot, in virtual time. */
  readonly oldestMs: number;
}

/** What the processes of one module did. */
export interface ModuleMetrics {
  readonly spawned: number;
  /** Those that are not stopped now. */
  readonly processes: number;
  readonly evaluated: number;
  readonly errors: number;
  /** A decimal number. */
  readonly gasUsed: string;
}

/**
 * What a system did from `sinceMs` on, and how it stands at `atMs`, as plain JSON. Times are virtual. What says `now` is
 * how things stand, whatever was counted; everything else begins with 0.
 */
export interface MetricsSnapshot {
  readonly sinceMs: number;
  readonly atMs: number;
  readonly processes: {
    readonly spawned: number;
    /** Now. */
    readonly running: number;
    /** Now. */
    readonly failed: number;
    /** Now. */
    readonly stopped: number;
  };
  readonly messages: {
    /** Those that got a slot, the items of new processes among them. */
    readonly assigned: number;
    /** Turns taken. */
    readonly evaluated: number;
    /** Those that found a full mailbox and waited for a slot. */
    readonly waited: number;
    /** Outbox entries for nobody in the system, by reason. All but `leaves` are dead letters. */
    readonly outbound: Readonly<Partial<Record<OutboundMail['reason'], number>>>;
    /** Calls from outside that were not let in, by code. */
    readonly refused: Readonly<Partial<Record<ErrorCode, number>>>;
  };
  readonly turns: {
    /** Those that ended with an error, faults among them. */
    readonly errors: number;
    /** Those that broke the module, by code. */
    readonly faults: Readonly<Partial<Record<ErrorCode, number>>>;
    /** A decimal number. */
    readonly gasUsed: string;
  };
  readonly timers: {
    readonly set: number;
    readonly fired: number;
    /** Now. */
    readonly pending: number;
  };
  readonly supervision: {
    readonly crashes: number;
    /** How often an executor was up again, after a crash or because a user restarted its process. */
    readonly restarts: number;
    /** How often a process failed because its restart budget was spent. */
    readonly giveUps: number;
    readonly hibernations: number;
    readonly wakes: number;
  };
  /** The mailboxes now. */
  readonly mail: {
    /** Messages with a slot that are not evaluated. */
    readonly unevaluated: number;
    /** The most of them in one mailbox. */
    readonly largest: number;
    /** Mail that waits for a slot. */
    readonly waiting: number;
    /** For how long the oldest unevaluated message has had its slot. */
    readonly oldestMs: number;
    /** The processes with most mail, the fullest mailbox first. */
    readonly top: readonly ProcessMetrics[];
  };
  /** By the name of the module. */
  readonly modules: Readonly<Record<string, ModuleMetrics>>;
  /** Virtual time from the slot of a message to the outcome of its turn. */
  readonly latency: HistogramSnapshot;
  /** Messages that stood before a message in the mailbox when it got its slot. */
  readonly queueDepth: HistogramSnapshot;
  /** Gas of a turn, of those that used any. */
  readonly gas: HistogramSnapshot;
  /** Wall-clock time from the event before a turn to its outcome being stored; there if a clock was given. */
  readonly wallTime?: HistogramSnapshot;
}
