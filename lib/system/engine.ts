import type { Executor } from '../compute/executor.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { Commit, SlotRef, StatusChange } from '../core/commit.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import { checkedOutcome, errorText, type Outcome } from '../core/outcome.ts';
import { tagValue } from '../core/tags.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { LifecycleEvent } from '../process/lifecycle.ts';
import type { Process } from '../process/process.ts';
import { Residency } from '../process/residency.ts';
import { discardExecutor, judgeCrash, startExecutor } from '../process/supervisor.ts';
import { releases } from '../route/outbox.ts';
import type { Sender } from '../route/relay.ts';
import { inStore, isStoreFailure } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { Addresses } from './addresses.ts';
import { Draft } from './draft.ts';
import type { Ledger } from './ledger.ts';
import { release } from './release.ts';
import type { TraceLog } from './trace.ts';
import type { Turns } from './turns.ts';

/**
 * Makes commits: each is drafted, stored, and only then taken in and told. Whoever drives an engine lets in one call at
 * a time.
 */
export class Engine {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly turns: Turns;
  readonly trace: TraceLog;
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly #residency = new Residency();
  #storeFailure: unknown;

  constructor(parts: Pick<Engine, 'ledger' | 'store' | 'turns' | 'trace' | 'clock' | 'addresses'>) {
    this.ledger = parts.ledger;
    this.store = parts.store;
    this.turns = parts.turns;
    this.trace = parts.trace;
    this.clock = parts.clock;
    this.addresses = parts.addresses;
  }

  draft(turn?: Commit['turn']): Draft {
    return new Draft(this.ledger, this.clock.now(), this.addresses.scheduler, turn);
  }

  /** Stores what was drafted, then takes it in. After a commit that was not stored there is no other. */
  async commit(draft: Draft): Promise<Commit> {
    if (this.#storeFailure) throw this.#storeFailure;
    const commit = draft.commit();
    await this.#guarded(() => inStore(`commit ${commit.sequence} was not stored`, () => this.store.commit(commit)));
    this.ledger.apply(commit);
    this.turns.announce(commit);
    this.trace.commit(commit);
    for (const { process: id } of commit.statuses) {
      const process = this.ledger.process(id);
      if (process.running) continue;
      this.#residency.left(process);
      await discardExecutor(process);
    }
    return commit;
  }

  /**
   * Evaluates a process's next message and commits the outcome with the slots its outbox gets. The commit is undefined if
   * the process failed instead.
   */
  turn(process: Process): Promise<Commit | undefined> {
    return this.#guarded(() => this.#turn(process));
  }

  async #turn(process: Process): Promise<Commit | undefined> {
    const outcome = await this.#evaluate(process);
    if (!outcome) return undefined;
    const slot = process.evaluated + 1;
    const turn = { process: process.id, slot };
    const draft = this.draft({ ...turn, outcome });
    draft.admitWaiting(process);
    for (const entry of releases(outcome, this.#sender(process, turn))) await release(entry, draft, turn, this.store);
    const commit = await this.commit(draft);
    process.move('committed');
    if (outcome.fault) this.trace.emit({ type: 'fault', ...turn, fault: outcome.fault, reason: errorText(outcome) });
    if ((slot + 1) % this.ledger.limits.checkpointSlots === 0) {
      await this.#checkpoint(process).catch((error: unknown) => this.#crashed(process, error));
    }
    this.#residency.ran(process);
    await this.#hibernateOldest();
    return commit;
  }

  /** Commits a decision about a process. */
  async status(change: StatusChange): Promise<Commit> {
    const process = this.ledger.process(change.process);
    const from = process.state;
    const draft = this.draft();
    draft.status(change);
    const commit = await this.commit(draft);
    this.#emitMove(process, from, change.reason);
    return commit;
  }

  /** Evaluates a message on a running process's state and forgets it. A crash over it is counted like any other. */
  dryRun(process: Process, message: Message): Promise<Outcome> {
    return this.look(process, async (executor) =>
      checkedOutcome(await executor.dryRun({ process: process.id, message, ...this.clock.now() })),
    );
  }

  /** Asks a running process's executor for something that leaves the state as it is. */
  look<T>(process: Process, ask: (executor: Executor) => Awaitable<T>): Promise<T> {
    return this.#guarded(async () => {
      try {
        const answer = await ask(await this.#executor(process));
        await this.#hibernateOldest();
        return answer;
      } catch (error) {
        if (error instanceof HeddleError && error.code === 'option-invalid') throw error;
        await this.#crashed(process, error);
        const facts = { process: process.id };
        throw new HeddleError('process-crashed', `looking at ${process.id} crashed it: ${reasonOf(error)}`, facts);
      }
    });
  }

  /** The outcome of a process's next message, evaluated again after each crash that the restart budget covers. */
  async #evaluate(process: Process): Promise<Outcome | undefined> {
    const assignment = process.mailbox.assigned.peek();
    if (!assignment) throw new HeddleError('scheduler-invalid', `${process.id} has no mail but was given a turn`);
    while (process.running) {
      try {
        const executor = await this.#executor(process);
        process.move('turn');
        const evaluated = executor.evaluate(assignment);
        const outcome = isPending(evaluated) ? await evaluated : evaluated;
        return checkedOutcome(outcome);
      } catch (error) {
        await this.#crashed(process, error);
      }
    }
    return undefined;
  }

  #sender(process: Process, turn: SlotRef): Sender {
    const message = process.mailbox.assigned.peek()?.message;
    const { scheduler, messenger } = this.addresses;
    const pushedFor = message ? (tagValue(message.tags, 'Pushed-For') ?? message.id) : process.id;
    return { turn, module: process.module.id, scheduler, messenger, pushedFor, limits: this.ledger.limits };
  }

  /** A running process's executor, brought up if need be. */
  async #executor(process: Process): Promise<Executor> {
    if (process.executor) return process.executor;
    const executor = await startExecutor(process, this.store);
    process.executor = executor;
    if (process.state !== 'ready') this.#move(process, 'loaded');
    this.#residency.ran(process);
    return executor;
  }

  /** Makes room by letting go of the executors of processes that have not run for longest. */
  async #hibernateOldest(): Promise<void> {
    while (this.#residency.totalBytes > this.ledger.limits.residentBytes) {
      const { oldest } = this.#residency;
      if (!oldest) return;
      this.#residency.left(oldest);
      if (oldest.state === 'ready') await this.#hibernate(oldest);
    }
  }

  async #hibernate(process: Process): Promise<void> {
    try {
      await this.#checkpoint(process);
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      // It stays as it is: it did nothing wrong, and memory must not decide over what a run comes to.
      return this.#emitMove(process, process.state, `it cannot hibernate: ${reasonOf(error)}`);
    }
    await discardExecutor(process);
    this.#move(process, 'hibernated');
  }

  async #crashed(process: Process, error: unknown): Promise<void> {
    if (isStoreFailure(error)) throw error;
    this.#residency.left(process);
    await discardExecutor(process);
    const verdict = judgeCrash(process, error, this.clock.now().timestampMs);
    this.#move(process, 'crashed', verdict.reason, verdict.restartsLeft);
    if (!verdict.restart) await this.status({ process: process.id, status: 'failed', reason: verdict.reason });
  }

  async #checkpoint(process: Process): Promise<void> {
    const checkpoint = await process.executor?.checkpoint();
    const stored = checkpoint && { process: process.id, ...checkpoint };
    if (stored) await inStore('a checkpoint was not stored', () => this.store.putCheckpoint(stored));
  }

  /** Does nothing more once the store has failed: what it holds and what is known here may differ from then on. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#storeFailure) throw this.#storeFailure;
    try {
      return await work();
    } catch (error) {
      if (isStoreFailure(error)) this.#storeFailure = error;
      throw error;
    }
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
