import type { Id } from '../core/id.ts';
import type { Engine } from './engine.ts';
import { advance, type TurnLoop } from './loop.ts';

/** Takes in the commits that the store holds, and owes turns for what they leave unevaluated, in the order of its slots. */
export async function recover({ store, ledger, trace, clock }: Engine, loop: TurnLoop): Promise<void> {
  const unevaluated = new Map<Id, Id>();
  for await (const commit of store.commits()) {
    if (commit.turn) {
      const evaluated = ledger.process(commit.turn.process).mailbox.assigned.peek();
      if (evaluated) unevaluated.delete(evaluated.id);
    }
    for (const { assignment } of commit.assigned) unevaluated.set(assignment.id, assignment.process);
    ledger.apply(commit);
    trace.absorb(commit);
    advance(clock, commit.moment.timestampMs);
  }
  for (const process of unevaluated.values()) loop.owe(process);
}
