import type { Executor } from '../compute/executor.ts';
import { TurnOutcome } from '../compute/turn-outcome.ts';
import type { Assignment } from '../core/assignment.ts';
import { type Awaitable, chained, isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import { codeOf, HeddleError, reasonOf } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Message } from '../core/message.ts';
import { checkedOutcome, errorText, type Outcome } from '../core/outcome.ts';
import type { StatusChange } from '../core/status-change.ts';
import type { LifecycleState } from '../core/trace-event.ts';
import type { Naming } from '../process/directory.ts';
import type { Mail } from '../process/mail.ts';
import type { Process } from '../process/process.ts';
import { isStoreFailure } from '../store/guard.ts';
import type { Log } from '../store/log/log.ts';
import type { Store } from '../store/store.ts';
import type { Adopted } from './adopted-item.ts';
import { Evaluation } from './evaluation.ts';
import type { Executors } from './executors.ts';
import type { InboundItem, InboundMessage } from './inbound-message.ts';
import type { Ledger } from './ledger.ts';
import { LedgerCheckpoints } from './ledger-checkpoints.ts';
import type { History } from './record/history.ts';
import type { Recorder } from './recorder.ts';
import { Supervision } from './supervision.ts';
import type { TraceLog } from './trace.ts';
import { type Retention, Trimming } from './trimming.ts';
import type { Turns } from './turns.ts';

/** The parts of a system. */
export interface Parts {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly log: Log;
  readonly history: History;
  readonly recorder: Recorder;
  readonly turns: Turns;
  readonly executors: Executors;
  readonly trace: TraceLog;
  readonly clock: Clock;
}

/**
 * Takes the steps of a run: each is recorded, and told once it is stored. Whoever drives an engine lets in one call at a
 * time. Where nothing has to be waited for, no step makes a promise.
 */
export class Engine implements Parts {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly log: Log;
  readonly history: History;
  readonly recorder: Recorder;
  readonly turns: Turns;
  readonly executors: Executors;
  readonly trace: TraceLog;
  readonly clock: Clock;
  readonly supervision: Supervision;
  readonly checkpoints: LedgerCheckpoints;
  readonly #trimming: Trimming;
  /** Is told of each process that takes no more mail. */
  onEnded: ((process: Process) => void) | undefined;
  /** What ends a turn that crashes while the system is being closed: another life evaluates it again, and counts no crash. */
  closing: HeddleError | undefined;
  readonly #evaluation: Evaluation;
  #failure: unknown;

  constructor(parts: Parts, retention?: Retention) {
    this.ledger = parts.ledger;
    this.store = parts.store;
    this.log = parts.log;
    this.history = parts.history;
    this.recorder = parts.recorder;
    this.turns = parts.turns;
    this.executors = parts.executors;
    this.trace = parts.trace;
    this.clock = parts.clock;
    this.checkpoints = new LedgerCheckpoints(parts.store, parts.log, parts.ledger);
    this.#trimming = new Trimming(parts, retention);
    const { seed } = parts.ledger.carrier;
    const fail = (process: Process, reason: string) => this.status(process, 'failed', reason);
    this.supervision = new Supervision({ ...parts, seed, fail });
    this.#evaluation = new Evaluation(parts.executors, (process, error) => this.#crashed(process, error));
  }

  /** Whether it has failed and takes no more steps. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Spawns a process from outside. Says why not, if not. */
  spawn(item: InboundItem): Process | ErrorCode {
    return this.#recorded(() => this.recorder.spawn(item));
  }

  /** Lets in a message from outside. Says why not, if not. */
  admit(process: Process, message: InboundMessage): Mail | ErrorCode {
    return this.#recorded(() => this.recorder.message(process, message));
  }

  /** Takes in a process that began elsewhere. Says why not, if not. */
  adopt(adopted: Adopted): Process | ErrorCode {
    return this.#recorded(() => this.recorder.adopt(adopted));
  }

  /** Takes in a slot that was given elsewhere. */
  follow(process: Process, assignment: Assignment): void {
    this.#recorded(() => this.recorder.follow(process, assignment));
  }

  /** Has a process get its slots here from now on. */
  takeOver(process: Process): void {
    this.#recorded(() => this.recorder.takeOver(process));
  }

  /** Evaluates a process's next message and commits the outcome, unless the process fails instead. */
  turn(process: Process): Awaitable<void> {
    this.#check();
    const outcome = this.#evaluation.outcome(process);
    if (outcome instanceof TurnOutcome) return this.#conclude(process, outcome);
    return chained(outcome, (evaluated) => this.#conclude(process, evaluated));
  }

  /** Changes a name. Says why not, if not. */
  naming(naming: Naming): ErrorCode | undefined {
    return this.#recorded(() => this.recorder.naming(naming));
  }

  /** Tells the next watcher what it is to be told. */
  notice(): void {
    const down = this.ledger.consequences.first;
    if (down?.kind === 'down') this.#recorded(() => this.recorder.notice(down));
  }

  /** Gives mail that came too soon the slots for which it is time. */
  admitWaiting(process: Process): void {
    this.#recorded(() => this.recorder.admission(process));
  }

  /** Sends the message of the timer that is due next. */
  fireNext(): void {
    const timer = this.ledger.nextTimer;
    if (timer) this.#recorded(() => this.recorder.timer(timer));
  }

  /** Commits a decision about a process. */
  status(process: Process, status: StatusChange['status'], reason: string): Awaitable<void> {
    const from = process.state;
    this.#recorded(() => this.recorder.status(process, status, reason));
    const discarded = process.running ? undefined : this.executors.discard(process);
    return chained(discarded, () => this.#changed(process, from, reason));
  }

  #changed(process: Process, from: LifecycleState, reason: string): void {
    if (process.state !== from) this.trace.moved(process, from, { reason });
    if (!process.running) this.onEnded?.(process);
  }

  /** Stores what was recorded, and tells of it. Nothing may leave the system before. */
  flush(): Awaitable<void> {
    this.#check();
    const flushed = this.trace.flush();
    if (!isPending(flushed) && !this.checkpoints.isDue && !this.#trimming.isDue) return;
    return this.#flushed(flushed);
  }

  async #flushed(flushed: Awaitable<void>): Promise<void> {
    try {
      await flushed;
      if (this.#trimming.isDue) await this.#trim('before');
      if (this.checkpoints.isDue) await this.checkpoints.take();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Lets the store go of all history that nobody needs to go on. */
  async trim(): Promise<void> {
    await this.flush();
    try {
      await this.#trim('this');
    } catch (error) {
      this.#fail(error);
    }
  }

  async #trim(behind: 'this' | 'before'): Promise<void> {
    await this.#trimming.take(behind);
    // A base is a checkpoint, too.
    this.checkpoints.begin();
  }

  /** Evaluates a message on a running process's state and forgets it. A crash over it is counted like any other. */
  dryRun(process: Process, message: Message): Promise<Outcome> {
    return this.look(process, async (executor) =>
      checkedOutcome(await executor.dryRun({ process: process.id, message, ...this.clock.now() })),
    );
  }

  /** Asks a running process's executor for something that leaves the state as it is. */
  async look<T>(process: Process, ask: (executor: Executor) => Awaitable<T>): Promise<T> {
    for (;;) {
      this.#check();
      try {
        await this.executors.takeBack(process);
        const answer = await ask(await this.executors.of(process));
        await this.executors.makeRoom();
        return answer;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'option-invalid' || code === 'state-invalid') throw error;
        await this.#crashed(process, error);
        // Its thread ended over something else.
        if (code === 'worker-ended') continue;
        const facts = { process: process.id };
        throw new HeddleError('process-crashed', `looking at ${process.id} crashed it: ${reasonOf(error)}`, facts);
      }
    }
  }

  #conclude(process: Process, outcome: Outcome | undefined): Awaitable<void> {
    const mail = process.mailbox.first;
    if (!outcome || !mail) return;
    try {
      this.recorder.turn(process, mail, outcome);
    } catch (error) {
      this.#fail(error);
    }
    process.endTurn();
    if (outcome.error) return this.#failedTurn(process, mail, outcome);
    return this.#concluded(process);
  }

  #failedTurn(process: Process, { slot }: Mail, outcome: Outcome): Awaitable<void> {
    const isFailure = this.supervision.isFailure(process, outcome);
    const { fault } = outcome;
    if (fault) this.trace.emit({ type: 'fault', process: process.id, slot, fault, reason: errorText(outcome) });
    const concluded = this.#concluded(process);
    return isFailure ? this.#restarted(process, outcome, concluded) : concluded;
  }

  async #restarted(process: Process, outcome: Outcome, concluded: Awaitable<void>): Promise<void> {
    await concluded;
    if (process.running) await this.supervision.failed(process, errorText(outcome));
  }

  /** Puts away a checkpoint that is due and what there is no room for; then others may look ahead. */
  #concluded(process: Process): Awaitable<void> {
    // After most turns there is nothing to do.
    return this.executors.committed(process) ? this.#cleanUp(process) : undefined;
  }

  #cleanUp(process: Process): Awaitable<void> {
    const due = this.executors.checkpoint(process);
    if (isPending(due)) return this.#checkpointed(process, due);
    return chained(this.executors.makeRoom(), () => this.executors.lookAhead());
  }

  async #checkpointed(process: Process, due: Promise<void>): Promise<void> {
    try {
      await due;
    } catch (error) {
      // A state that cannot be copied is what its own turns report.
      if (codeOf(error) !== 'state-invalid') await this.#crashed(process, error);
    }
    await this.executors.makeRoom();
    this.executors.lookAhead();
  }

  async #crashed(process: Process, error: unknown): Promise<void> {
    if (isStoreFailure(error)) this.#fail(error);
    if (this.closing) throw this.closing;
    await this.supervision.crashed(process, error);
  }

  /** Records a step. What goes wrong half way leaves a log and a ledger that differ. */
  #recorded<T>(step: () => T): T {
    this.#check();
    try {
      return step();
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Nothing is done after a failure: what the store holds and what is known here may differ from then on. */
  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: unknown): never {
    this.#failure = error;
    throw error;
  }
}
