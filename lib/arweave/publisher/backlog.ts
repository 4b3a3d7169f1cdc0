import type { ErrorCode } from '../../core/error-codes.ts';
import type { Id } from '../../core/id.ts';

/** How much has been written to Arweave. */
export interface PublishedTotals {
  /** Evaluated slots. */
  readonly slots: number;
  /** Items of messages, processes and assignments; modules and what was added are not among them. */
  readonly items: number;
  /** Bytes of these items. */
  readonly bytes: number;
  readonly bundles: number;
}

/** What a publisher has still to do, and what it has done in all its lives. */
export interface Backlog {
  /**
   * `publishing`: something is under way, or is looked for; `waiting`: what was under way has failed and will be tried again;
   * `idle`: all that was found is published; `failed`: it has given up, with the `trouble` it says; `closed`.
   */
  readonly state: 'publishing' | 'waiting' | 'idle' | 'failed' | 'closed';
  /** Slots that are evaluated and not published. They are counted when this is read, over all processes. */
  readonly slots: number;
  /** Items that are made and not published. */
  readonly items: number;
  /** Bytes of these items, which are what a publisher holds in memory. */
  readonly bytes: number;
  /** Bundles, and items beside the run, that are under way. */
  readonly underWay: number;
  readonly published: PublishedTotals;
  /**
   * Modules of published processes that were not among the `modules` given, and that the gateway, if one was given, does not
   * know: whoever comes back from Arweave alone needs them from elsewhere. Behaviors and machines are always among them.
   */
  readonly missingModules: readonly Id[];
  /** What went wrong last, until something is published again. */
  readonly trouble?: Trouble;
}

/** Why something was not published. */
export interface Trouble {
  /** The code of a `HeddleError`; an error of another kind has none. */
  readonly code?: ErrorCode;
  readonly reason: string;
  /** When it is tried again, in milliseconds since 1970; absent if it is not. */
  readonly againMs?: number;
}
