import type { Id } from '../core/id.ts';
import type { Outcome } from '../core/outcome.ts';

/** Says that a message has its slot. */
export interface Receipt {
  readonly id: Id;
  readonly slot: number;
  /** Runs the system until the slot is evaluated. Rejects if the process fails or is stopped before. */
  outcome(): Promise<Outcome>;
}
