import type { Executor } from '../compute/executor.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { type Outcome, outcomeText } from '../core/outcome.ts';
import type { Store } from '../store/store.ts';
import type { Process } from './process.ts';

/**
 * Brings up an executor that has evaluated exactly what is committed: from the newest checkpoint, then by replaying the
 * slots after it. Stops with `divergence` if a replayed outcome is not the recorded one.
 */
export async function startExecutor(process: Process, store: Store): Promise<Executor> {
  const checkpoint = await store.checkpoint(process.id);
  const executor = await process.module.start(process.environment, checkpoint);
  try {
    for await (const assignment of store.schedule(process.id, executor.slot + 1)) {
      if (assignment.slot > process.evaluated) break;
      const recorded = await store.outcome(process.id, assignment.slot);
      const replayed = await executor.evaluate(assignment);
      if (recorded) checkSame(process, assignment.slot, recorded, replayed);
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
    await executor.close();
    throw error;
  }
  return executor;
}

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
 * Counts a crash against the process's budget. A divergence is never answered with a restart, since the next replay
 * would end the same way.
 */
export function judgeCrash(process: Process, error: unknown, nowMs: number): Verdict {
  const left = process.budget.spend(nowMs);
  const hopeless = error instanceof HeddleError && error.code === 'divergence';
  return { restart: left >= 0 && !hopeless, reason: reasonOf(error), restartsLeft: Math.max(left, 0) };
}
