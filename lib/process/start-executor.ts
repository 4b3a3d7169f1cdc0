import type { Executor } from '../compute/executor.ts';
import type { Pool } from '../compute/pool/index.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import { checkedOutcome, type Outcome, outcomeText, plainOutcome } from '../core/outcome.ts';
import { inStore } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { PastMail, Process } from './process.ts';

/** What an executor is brought up from. */
export interface Records {
  readonly store: Store;
  /** The committed turns of a process from a slot on. */
  past(process: Process, fromSlot: number): Iterable<PastMail>;
  outcome(process: Process, slot: number): Outcome | undefined;
  /** Stores what is committed. */
  flush(): Awaitable<void>;
}

/**
 * Brings up an executor that has evaluated exactly what is committed: from the newest checkpoint, then by replaying the
 * slots after it. Stops with `divergence` if a replayed outcome is not the recorded one.
 */
export function startExecutor(process: Process, records: Records, pool: Pool): Awaitable<Executor> {
  const { module } = process;
  // Most processes are brought up once, with nothing to go on from.
  return process.evaluated < 0 ? pool.start(module, process) : restartExecutor(process, records, pool);
}

async function restartExecutor(process: Process, records: Records, pool: Pool): Promise<Executor> {
  const stored = await inStore('a checkpoint was not read', () => records.store.checkpoint(process.id));
  // A program may have ended before it had adopted the process with that state.
  const checkpoint = stored && stored.slot <= process.evaluated ? stored : undefined;
  const { base } = process;
  if (base && (checkpoint?.slot ?? -1) < base.slot) {
    const what = `the store lacks the checkpoint of slot ${base.slot}, with which ${process.id} was adopted`;
    throw new HeddleError('checkpoint-invalid', what, { process: process.id, slot: base.slot });
  }
  const executor = await pool.start(process.module, process, checkpoint);
  try {
    for (const { assignment } of records.past(process, executor.slot + 1)) {
      const { slot } = assignment;
      const recorded = records.outcome(process, slot);
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
export function closeQuietly(executor: Executor): Awaitable<void> {
  try {
    const closed = executor.close();
    return isPending(closed) ? closed.catch(() => {}) : undefined;
  } catch {}
}

function checkSame(process: Process, slot: number, recorded: Outcome, replayed: Outcome): void {
  const [before, now] = [outcomeText(plainOutcome(recorded)), outcomeText(plainOutcome(replayed))];
  if (before === now) return;
  const facts = { process: process.id, slot, recorded: before, replayed: now };
  throw new HeddleError('divergence', `slot ${slot} of ${process.id} gave ${now} where ${before} is recorded`, facts);
}
