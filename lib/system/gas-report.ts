import type { Commit } from '../core/commit.ts';
import { tagValue } from '../core/tags.ts';

/** What the turns of one action cost. */
export interface ActionGas {
  /** The value of the messages' `Action` tag; `Type` for those that have none, such as a process's own item. */
  readonly action: string;
  readonly turns: number;
  readonly errors: number;
  readonly total: bigint;
  readonly most: bigint;
}

/** What the turns of these commits cost, by action, the dearest first. */
export function gasReport(commits: readonly Commit[]): readonly ActionGas[] {
  const actions = new Map<string, string>();
  const report = new Map<string, ActionGas>();
  for (const { assigned, turn } of commits) {
    for (const { assignment } of assigned) {
      const { process, slot, message } = assignment;
      actions.set(`${process} ${slot}`, tagValue(message.tags, 'Action') ?? tagValue(message.tags, 'Type') ?? '');
    }
    if (!turn) continue;
    const { gasUsed, error } = turn.outcome;
    const action = actions.get(`${turn.process} ${turn.slot}`) ?? '';
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
