import type { Executor } from '../compute/executor.ts';
import type { Pool } from '../compute/pool/index.ts';
import type { Assignment } from '../core/assignment.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { checkedOutcome, type Outcome, outcomeText } from '../core/outcome.ts';
import { inStore } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { Process } from './process.ts';

/**
 * Brings up an executor that has evaluated exactly what is committed: from the newest checkpoint, then by replaying the
 * slots after it. Stops with `divergence` if a replayed outcome is not the recorded one.
 */
export async function startExecutor(process: Process, store: Store, pool: Pool): Promise<Executor> {
  const checkpoint = await inStore('a checkpoint was not read', () => store.checkpoint(process.id));
  const executor = await pool.start(process.module, process.environment, checkpoint);
  try {
    for (const assignment of await evaluatedFrom(process, executor.slot + 1, store)) {
      const { slot } = assignment;
      const recorded = await inStore('an outcome was not read', () => store.outcome(process.id, slot));
      const replayed = checkedOutcome(await executor.evaluate(assignment));
      if (recorded) checkSame(process, slot, recorded, replayed);
    }
    if (executor.slot !== process.evaluated) {
      const facts = { process: process.id, slot: executor.slot, evaluated: process.evaluated };
      throw new HeddleError(
        'checkpoint-invalid',
        `${process.id} came up at slot ${executor.slot}, not ${facts.evaluated}`,
        facts,
      );
    }
  } catch (error) {
    await closeQuietly(executor);
    throw error;
  }
  return executor;
}

/** What an executor fails to give back is lost with it; why it is let go of is what matters to anyone. */
export async function closeQuietly(executor: Executor): Promise<void> {
  try {
    await executor.close();
  } catch {}
}

/** The committed turns from a slot on. */
const evaluatedFrom = (process: Process, fromSlot: number, store: Store): Promise<readonly Assignment[]> =>
  inStore('a schedule was not read', async () => {
    const assignments: Assignment[] = [];
    for await (const assignment of store.schedule(process.id, fromSlot)) {
      if (assignment.slot > process.evaluated) break;
      assignments.push(assignment);
    }
    return assignments;
  });

function checkSame(process: Process, slot: number, recorded: Outcome, replayed: Outcome): void {
  const [before, now] = [outcomeText(recorded), outcomeText(replayed)];
  if (before === now) return;
  const facts = { process: process.id, slot, recorded: before, replayed: now };
  throw new HeddleError('divergence', `slot ${slot} of ${process.id} gave ${now} where ${before} is recorded`, facts);
}

/** What to do about a crash. */
export interface Verdict {
  readonly restart: boolean;
  readonly reason: string;
  readonly restartsLeft: number;
}

/**
 * Counts a crash against the process's budget, unless its thread ended over something else. A divergence is never
 * answered with a restart, since the next replay would end the same way.
 */
export function judgeCrash(process: Process, error: unknown, nowMs: number): Verdict {
  const code = error instanceof HeddleError ? error.code : undefined;
  const left = code === 'worker-ended' ? process.budget.left(nowMs) : process.budget.spend(nowMs);
  const hopeless = code === 'divergence';
  const spent = left < 0 ? `${process.budget.restarts} restarts are spent: ` : '';
  return { restart: left >= 0 && !hopeless, reason: spent + reasonOf(error), restartsLeft: Math.max(left, 0) };
}
