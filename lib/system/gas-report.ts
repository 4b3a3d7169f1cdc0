import type { Outcome } from '../core/outcome.ts';

/** What the turns of one action cost. */
export interface ActionGas {
  /** The value of the messages' `Action` tag; `Type` for those that have none, such as a process's own item. */
  readonly action: string;
  readonly turns: number;
  readonly errors: number;
  readonly total: bigint;
  readonly most: bigint;
}

/** A turn, by the action of its message. */
export interface ActionTurn {
  readonly action: string;
  readonly outcome: Outcome;
}

/** What these turns cost, by action, the dearest first. */
export function gasReport(turns: Iterable<ActionTurn>): readonly ActionGas[] {
  const report = new Map<string, ActionGas>();
  for (const { action, outcome } of turns) {
    const { gasUsed, error } = outcome;
    const { turns = 0, errors = 0, total = 0n, most = 0n } = report.get(action) ?? {};
    report.set(action, {
      action,
      turns: turns + 1,
      errors: errors + (error ? 1 : 0),
      total: total + gasUsed,
      most: gasUsed > most ? gasUsed : most,
    });
  }
  return [...report.values()].sort((a, b) => (b.total > a.total ? 1 : b.total < a.total ? -1 : 0));
}
