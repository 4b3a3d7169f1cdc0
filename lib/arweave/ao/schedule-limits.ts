import { limitsOver } from '../limits.ts';

/** How much of a schedule is read at a time. */
export interface ScheduleLimits {
  /** Assignments whose ids are held. Over it: `listing-over-limit`. */
  readonly assignments: number;
  /** Assignments of one slot that are looked at. Over it: `schedule-forked`. */
  readonly forks: number;
  /** Slots that are fetched ahead of the one that is given, each with its message of at most the gateway's `dataBytes`. */
  readonly ahead: number;
}

/**
 * The limits of `readSchedule` when it is given none.
 *
 * @example
 * ```ts
 * import { defaultScheduleLimits, type Gateway, readSchedule } from 'heddle/arweave';
 *
 * const { ahead } = defaultScheduleLimits;
 * const fast = (process: string, gateway: Gateway) => readSchedule(process, { gateway, limits: { ahead: 4 * ahead } });
 * ```
 */
export const defaultScheduleLimits: ScheduleLimits = {
  assignments: 1_000_000,
  forks: 8,
  ahead: 16,
};

/** The defaults with `given` over them. */
export const scheduleLimitsOf = (given?: Partial<ScheduleLimits>): ScheduleLimits =>
  limitsOver(defaultScheduleLimits, given);
