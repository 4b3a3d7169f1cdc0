import { isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { Commit, StatusChange } from '../core/commit.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { tagValue } from '../core/tags.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { LifecycleEvent } from '../process/lifecycle.ts';
import type { Process } from '../process/process.ts';
import { judgeCrash, startExecutor } from '../process/supervisor.ts';
import { releases } from '../route/outbox.ts';
import type { Store } from '../store/store.ts';
import type { Addresses } from './addresses.ts';
import { Draft } from './draft.ts';
import type { Ledger } from './ledger.ts';
import { release } from './release.ts';
import type { Trace } from './trace.ts';

/**
 * Makes commits: each is drafted, stored, and only then taken in and told. Whoever drives an engine lets in one call at
 * a time.
 */
export class Engine {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly addresses: Addresses;
  #storeFailure: HeddleError | undefined;

  constructor(parts: Pick<Engine, 'ledger' | 'store' | 'trace' | 'clock' | 'addresses'>) {
    this.ledger = parts.ledger;
    this.store = parts.store;
    this.trace = parts.trace;
    this.clock = parts.clock;
    this.addresses = parts.addresses;
  }

  draft(turn?: Commit['turn']): Draft {
    return new Draft(this.ledger, this.clock.now(), this.addresses.scheduler, turn);
  }

  /** Stores what was drafted, then takes it in. After a commit that was not stored there is no other. */
  async commit(draft: Draft): Promise<Commit> {
    this.#checkStore();
    const commit = draft.commit();
    try {
      const stored = this.store.commit(commit);
      if (isPending(stored)) await stored;
    } catch (error) {
      const facts = { sequence: commit.sequence };
      const what = `commit ${commit.sequence} was not stored: ${reasonOf(error)}`;
      this.#storeFailure = new HeddleError('store-failed', what, facts, { cause: error });
      throw this.#storeFailure;
    }
    this.ledger.apply(commit);
    this.trace.commit(commit);
    return commit;
  }

  /**
   * Evaluates the process's next message and commits the outcome with the slots its outbox gets. The commit is undefined
   * if the process failed instead.
   */
  async turn(process: Process): Promise<Commit | undefined> {
    this.#checkStore();
    const assignment = process.mailbox.assigned.peek();
    if (!assignment) throw new HeddleError('scheduler-invalid', `${process.id} has no mail but was given a turn`);
    const outcome = await this.#evaluate(process);
    if (!outcome) return undefined;
    const { slot } = assignment;
    const draft = this.draft({ process: process.id, slot, outcome });
    draft.admitWaiting(process);
    const { id, tags } = assignment.message;
    const sender = {
      turn: { process: process.id, slot },
      module: process.module.id,
      scheduler: this.addresses.scheduler,
      messenger: this.addresses.messenger,
      pushedFor: tagValue(tags, 'Pushed-For') ?? id,
      limits: this.ledger.limits,
    };
    for (const entry of releases(outcome, sender)) await release(entry, draft, sender.turn, this.store);
    const commit = await this.commit(draft);
    if (process.state === 'evaluating') process.move('committed');
    if (outcome.fault) {
      this.trace.emit({ type: 'fault', ...sender.turn, fault: outcome.fault, reason: String(outcome.error) });
    }
    if ((slot + 1) % this.ledger.limits.checkpointSlots === 0) await this.#checkpoint(process);
    return commit;
  }

  /** A running process's executor, brought up if need be; undefined if the process failed over it. */
  async executor(process: Process): Promise<Process['executor']> {
    while (!process.executor && process.running) {
      try {
        process.executor = await startExecutor(process, this.store);
        if (process.state !== 'ready') this.#move(process, 'loaded');
      } catch (error) {
        await this.#crashed(process, error);
      }
    }
    return process.executor;
  }

  /** Commits a decision about a process and lets go of its executor if it is over. */
  async status(change: StatusChange): Promise<void> {
    const process = this.ledger.process(change.process);
    const from = process.state;
    const draft = this.draft();
    draft.status(change);
    await this.commit(draft);
    this.#emitMove(process, from, change.reason);
    if (!process.running) await this.#discard(process);
  }

  /** Evaluates a message on a running process's state and forgets it; undefined if the process failed over it. */
  async dryRun(process: Process, message: Message): Promise<Outcome | undefined> {
    const executor = await this.executor(process);
    try {
      return await executor?.dryRun({ process: process.id, message, ...this.clock.now() });
    } catch (error) {
      await this.#crashed(process, error);
      throw new HeddleError('process-crashed', `a dry run crashed ${process.id}: ${reasonOf(error)}`, {
        process: process.id,
      });
    }
  }

  async #evaluate(process: Process): Promise<Outcome | undefined> {
    const assignment = process.mailbox.assigned.peek();
    for (;;) {
      const executor = await this.executor(process);
      if (!executor || !assignment) return undefined;
      try {
        process.move('turn');
        const outcome = executor.evaluate(assignment);
        return isPending(outcome) ? await outcome : outcome;
      } catch (error) {
        await this.#crashed(process, error);
      }
    }
  }

  async #crashed(process: Process, error: unknown): Promise<void> {
    await this.#discard(process);
    const verdict = judgeCrash(process, error, this.clock.now().timestampMs);
    this.#move(process, 'crashed', verdict.reason, verdict.restartsLeft);
    if (verdict.restart) return;
    await this.status({ process: process.id, status: 'failed', reason: verdict.reason });
  }

  async #discard(process: Process): Promise<void> {
    const { executor } = process;
    process.executor = undefined;
    await executor?.close();
  }

  async #checkpoint(process: Process): Promise<void> {
    const checkpoint = await process.executor?.checkpoint();
    if (checkpoint) await this.store.putCheckpoint({ process: process.id, ...checkpoint });
  }

  #checkStore(): void {
    if (this.#storeFailure) throw this.#storeFailure;
  }

  #move(process: Process, event: LifecycleEvent, reason?: string, restartsLeft?: number): void {
    this.#emitMove(process, process.move(event), reason, restartsLeft);
  }

  #emitMove(process: Process, from: LifecycleState, reason?: string, restartsLeft?: number): void {
    this.trace.emit({
      type: 'lifecycle',
      process: process.id,
      from,
      to: process.state,
      ...(reason !== undefined && { reason }),
      ...(restartsLeft !== undefined && { restartsLeft }),
    });
  }
}
