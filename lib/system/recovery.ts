import type { Commit } from '../core/commit.ts';
import type { Id } from '../core/id.ts';
import { inStore } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { advance } from './loop.ts';

/**
 * Takes in the commits that the store holds, and owes turns for what they leave unevaluated, in the order of its slots.
 * Throws before it takes any in if a module is missing.
 */
export async function recover({ store, ledger, turns, executors, trace, clock }: Engine): Promise<void> {
  const commits = await allCommits(store);
  for (const commit of commits) for (const item of commit.spawned) ledger.moduleOf(item);
  const unevaluated = new Map<Id, Id>();
  for (const commit of commits) {
    if (commit.turn) {
      const evaluated = ledger.process(commit.turn.process).mailbox.assigned.peek();
      if (evaluated) unevaluated.delete(evaluated.id);
    }
    for (const { assignment } of commit.assigned) unevaluated.set(assignment.id, assignment.process);
    ledger.apply(commit);
    trace.absorb(commit);
    await advance(clock, commit.moment.timestampMs);
  }
  for (const process of unevaluated.values()) turns.owe(process);
  for (const process of ledger.processes.values()) executors.announceAgain(process);
}

/** Every commit of a store, in order. */
export const allCommits = (store: Store): Promise<readonly Commit[]> =>
  inStore('the commits were not read', async () => {
    const commits: Commit[] = [];
    for await (const commit of store.commits()) commits.push(commit);
    return commits;
  });
