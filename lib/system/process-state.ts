import type { StateReport } from '../compute/executor.ts';

/** A process's state after a slot, measured. */
export interface ProcessState extends StateReport {
  /** The last slot whose outcome is in it. */
  readonly slot: number;
  /** What the last turns cost, up to ten, the newest last; zeros for a module that is not metered. */
  readonly gasUsed: readonly bigint[];
}
