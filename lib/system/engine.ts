import { type Awaitable, isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { Commit, SlotRef, StatusChange } from '../core/commit.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import { tagValue } from '../core/tags.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { LifecycleEvent } from '../process/lifecycle.ts';
import type { Process } from '../process/process.ts';
import { judgeCrash, startExecutor } from '../process/supervisor.ts';
import { releases } from '../route/outbox.ts';
import type { Sender } from '../route/relay.ts';
import type { Store } from '../store/store.ts';
import type { Addresses } from './addresses.ts';
import { Draft } from './draft.ts';
import type { Ledger } from './ledger.ts';
import { release } from './release.ts';
import type { Trace } from './trace.ts';

/** What evaluating a message came to: an outcome, or whatever crashed the executor. */
type Attempt = { readonly outcome: Outcome } | { readonly crash: unknown };

const evaluated = (outcome: Outcome): Attempt => ({ outcome });
const crashed = (crash: unknown): Attempt => ({ crash });

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
   * Evaluates the next message of each of these processes, side by side, and then commits the outcomes in this order,
   * each with the slots its outbox gets. A process that fails over its message has no commit.
   */
  async turns(processes: readonly Process[]): Promise<readonly Commit[]> {
    this.#checkStore();
    const attempts = processes.map((process) => this.#attempt(process));
    const commits: Commit[] = [];
    for (const [at, process] of processes.entries()) {
      const outcome = await this.#supervise(process, await attempts[at]);
      if (outcome) commits.push(await this.#commitTurn(process, outcome));
    }
    return commits;
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
    while (!process.executor && process.running) {
      const failed = await this.#start(process);
      if (failed) await this.#crashed(process, failed.crash);
    }
    try {
      return await process.executor?.dryRun({ process: process.id, message, ...this.clock.now() });
    } catch (error) {
      await this.#crashed(process, error);
      throw new HeddleError('process-crashed', `a dry run crashed ${process.id}: ${reasonOf(error)}`, {
        process: process.id,
      });
    }
  }

  /** Evaluates a process's next message. Never throws: other processes' attempts go on meanwhile. */
  #attempt(process: Process): Awaitable<Attempt> {
    const assignment = process.mailbox.assigned.peek();
    if (!assignment) return { crash: new HeddleError('scheduler-invalid', `${process.id} has no mail`) };
    const { executor } = process;
    if (!executor) return this.#start(process).then((crash) => crash ?? this.#attempt(process));
    try {
      process.move('turn');
      const outcome = executor.evaluate(assignment);
      return isPending(outcome) ? outcome.then(evaluated, crashed) : { outcome };
    } catch (error) {
      return { crash: error };
    }
  }

  /** The outcome of an attempt, made again after each crash that the restart budget covers. */
  async #supervise(process: Process, first: Attempt | undefined): Promise<Outcome | undefined> {
    let attempt = first;
    while (attempt && 'crash' in attempt) {
      await this.#crashed(process, attempt.crash);
      if (!process.running) return undefined;
      attempt = await this.#attempt(process);
    }
    return attempt?.outcome;
  }

  async #commitTurn(process: Process, outcome: Outcome): Promise<Commit> {
    const slot = process.evaluated + 1;
    const turn = { process: process.id, slot };
    const draft = this.draft({ ...turn, outcome });
    draft.admitWaiting(process);
    const sender = this.#sender(process, turn);
    for (const entry of releases(outcome, sender)) await release(entry, draft, turn, this.store);
    const commit = await this.commit(draft);
    process.move('committed');
    if (outcome.fault) {
      this.trace.emit({ type: 'fault', ...turn, fault: outcome.fault, reason: String(outcome.error) });
    }
    if ((slot + 1) % this.ledger.limits.checkpointSlots === 0) await this.#checkpoint(process);
    return commit;
  }

  #sender(process: Process, turn: SlotRef): Sender {
    const message = process.mailbox.assigned.peek()?.message;
    const { scheduler, messenger } = this.addresses;
    const pushedFor = message ? (tagValue(message.tags, 'Pushed-For') ?? message.id) : process.id;
    return { turn, module: process.module.id, scheduler, messenger, pushedFor, limits: this.ledger.limits };
  }

  /** Brings up the process's executor; says what kept it from coming up. */
  async #start(process: Process): Promise<{ readonly crash: unknown } | undefined> {
    try {
      process.executor = await startExecutor(process, this.store);
      if (process.state !== 'ready') this.#move(process, 'loaded');
      return undefined;
    } catch (crash) {
      return { crash };
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
