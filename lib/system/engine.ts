import type { Executor } from '../compute/executor.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { Commit, SlotRef, StatusChange } from '../core/commit.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import { checkedOutcome, errorText, type Outcome } from '../core/outcome.ts';
import { tagValue } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import { judgeCrash } from '../process/supervisor.ts';
import { releases } from '../route/outbox.ts';
import type { Sender } from '../route/relay.ts';
import { inStore, isStoreFailure } from '../store/guard.ts';
import type { Store } from '../store/store.ts';
import type { Addresses } from './addresses.ts';
import { Draft } from './draft.ts';
import type { Executors } from './executors.ts';
import type { Ledger } from './ledger.ts';
import { fire, release } from './release.ts';
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
  readonly executors: Executors;
  readonly trace: TraceLog;
  readonly clock: Clock;
  readonly addresses: Addresses;
  #storeFailure: unknown;

  constructor(parts: Pick<Engine, 'ledger' | 'store' | 'turns' | 'executors' | 'trace' | 'clock' | 'addresses'>) {
    this.ledger = parts.ledger;
    this.store = parts.store;
    this.turns = parts.turns;
    this.executors = parts.executors;
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
    this.executors.announce(commit);
    this.trace.commit(commit);
    for (const { process: id } of commit.statuses) {
      const process = this.ledger.process(id);
      if (!process.running) await this.executors.discard(process);
    }
    if (!commit.turn) this.executors.lookAhead();
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
    await this.#checkpointed(process);
    this.executors.lookAhead();
    return commit;
  }

  /** Commits that the timer that is due next has sent its message. */
  async fireNext(): Promise<Commit | undefined> {
    const timer = this.ledger.nextTimer;
    if (!timer) return undefined;
    const draft = this.draft();
    fire(timer, draft);
    return this.commit(draft);
  }

  /** Commits a decision about a process. */
  async status(change: StatusChange): Promise<Commit> {
    const process = this.ledger.process(change.process);
    const from = process.state;
    const draft = this.draft();
    draft.status(change);
    const commit = await this.commit(draft);
    this.trace.moved(process, from, change.reason);
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
      for (;;) {
        try {
          await this.executors.takeBack(process);
          const answer = await ask(await this.executors.of(process));
          await this.executors.makeRoom();
          return answer;
        } catch (error) {
          const code = error instanceof HeddleError ? error.code : undefined;
          if (code === 'option-invalid') throw error;
          await this.#crashed(process, error);
          // Its thread ended over something else.
          if (code === 'worker-ended') continue;
          const facts = { process: process.id };
          throw new HeddleError('process-crashed', `looking at ${process.id} crashed it: ${reasonOf(error)}`, facts);
        }
      }
    });
  }

  /** The outcome of a process's next message, evaluated again after each crash that the restart budget covers. */
  async #evaluate(process: Process): Promise<Outcome | undefined> {
    while (process.running) {
      try {
        const brought = this.executors.of(process);
        const executor = isPending(brought) ? await brought : brought;
        process.move('turn');
        const evaluated = this.executors.evaluate(process, executor);
        const outcome = isPending(evaluated) ? await evaluated : evaluated;
        return checkedOutcome(outcome);
      } catch (error) {
        await this.#crashed(process, error);
      }
    }
    return undefined;
  }

  async #checkpointed(process: Process): Promise<void> {
    try {
      const due = this.executors.committed(process);
      if (due) await due;
    } catch (error) {
      await this.#crashed(process, error);
    }
    const room = this.executors.makeRoom();
    if (room) await room;
  }

  #sender(process: Process, turn: SlotRef): Sender {
    const message = process.mailbox.assigned.peek()?.message;
    const { scheduler, messenger } = this.addresses;
    const pushedFor = message ? (tagValue(message.tags, 'Pushed-For') ?? message.id) : process.id;
    return { turn, module: process.module.id, scheduler, messenger, pushedFor, limits: this.ledger.limits };
  }

  async #crashed(process: Process, error: unknown): Promise<void> {
    if (isStoreFailure(error)) throw error;
    await this.executors.discard(process);
    const verdict = judgeCrash(process, error, this.clock.now().timestampMs);
    this.trace.moved(process, process.move('crashed'), verdict.reason, verdict.restartsLeft);
    if (verdict.restart) this.executors.announceAgain(process);
    else await this.status({ process: process.id, status: 'failed', reason: verdict.reason });
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
}
