import type { Executor } from '../compute/executor.ts';
import type { Pool } from '../compute/pool/index.ts';
import type { Assignment } from '../core/assignment.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import type { Limits } from '../core/limits.ts';
import type { Outcome } from '../core/outcome.ts';
import { Queue } from '../core/queue.ts';
import type { Process } from '../process/process.ts';
import { Residency } from '../process/residency.ts';
import { closeQuietly, type Records, startExecutor } from '../process/start-executor.ts';
import { inStore, isStoreFailure } from '../store/guard.ts';
import type { Ledger } from './ledger.ts';
import type { TraceLog } from './trace.ts';

/**
 * Who evaluates: the executors of a system's processes. They are brought up when they are needed and put away when there
 * are too many. Mail may be evaluated before its turn has come, in other threads or in a row: what comes out follows from
 * a process's mail alone, so that the order of turns, and with it the run, is the same however that went.
 */
export class Executors {
  readonly #ledger: Ledger;
  readonly #records: Records;
  readonly #pool: Pool;
  readonly #trace: TraceLog;
  readonly #residency = new Residency();
  /** Of which slots the checkpoints are that were put, and from where on they need turns. */
  readonly #kept = new WeakMap<Process, { readonly slot: number; readonly pastFrom: number }>();
  /** Processes of other threads, once for each message that was not begun with when it got its slot. */
  readonly #arrivals = new Queue<Process>();
  /** How many messages were evaluated, or begun with, before their turns. */
  #ahead = 0;

  constructor(ledger: Ledger, records: Records, pool: Pool, trace: TraceLog) {
    this.#ledger = ledger;
    this.#records = records;
    this.#pool = pool;
    this.#trace = trace;
  }

  /** Notes that a process has one more message. */
  arrived(process: Process): void {
    if (this.#pool.spreads(process.module)) this.#arrivals.push(process);
  }

  /** Has other threads begin with as much mail as they may. A checkpoint that is due has to be taken before. */
  lookAhead(): void {
    if (this.#arrivals.length === 0) return;
    while (this.#ahead < mostAhead) {
      const process = this.#arrivals.shift();
      if (!process) return;
      if (process.takesTurns) this.#begin(process);
    }
  }

  /** Notes all mail of a process whose executor was put away with what it had begun. */
  announceAgain(process: Process): void {
    for (let mail = process.aheadLength; mail < process.mailbox.length; mail++) this.arrived(process);
  }

  /** A process's executor, brought up if need be. */
  of(process: Process): Awaitable<Executor> {
    return process.executor ?? process.started ?? this.#start(process);
  }

  /** The outcome of the first message in a process's mailbox. */
  evaluate(process: Process, executor: Executor): Awaitable<Outcome> {
    const assignment = process.mailbox.first;
    if (executor.runsAhead || process.aheadLength > 0 || !assignment) return this.#evaluateAhead(process, executor);
    return executor.evaluate(assignment);
  }

  #evaluateAhead(process: Process, executor: Executor): Awaitable<Outcome> {
    const ahead = process.aheadLength > 0 ? process.ahead.shift() : undefined;
    if (ahead) {
      this.#ahead--;
      return ahead;
    }
    const assignment = process.mailbox.first;
    if (!assignment) throw new HeddleError('scheduler-invalid', `${process.id} has no mail but was given a turn`);
    const outcome = executor.evaluate(assignment);
    if (!executor.runsAhead) return outcome;
    // One that takes its time is given one message at a time.
    if ((executor.residentBytes ?? 0) >= largeBytes && !isPending(outcome)) this.#evaluateInRow(process, executor);
    return outcome;
  }

  /** Notes that the outcome of a process's turn is committed. Says whether something is to be done because of it. */
  committed(process: Process): boolean {
    const fits = !this.#residency.ran(process) || this.#fits();
    return this.#arrivals.length > 0 || this.#isDue(process) || !fits;
  }

  /** Puts a process's checkpoint away if one is due. */
  checkpoint(process: Process): Awaitable<void> {
    if (!this.#isDue(process) || !process.executor) return;
    // What stopped before it may go on.
    this.announceAgain(process);
    return this.#checkpoint(process, process.executor);
  }

  /**
   * The first slot whose turn is still needed to bring a process up, when its checkpoint is in the store. One that cannot
   * be brought up or be copied needs all that it needed before.
   */
  async neededFrom(process: Process): Promise<number> {
    const { evaluated, chainPoint, state } = process;
    const all = (chainPoint?.slot ?? -1) + 1;
    if (all > evaluated || state === 'stopped') return evaluated + 1;
    const kept = this.#kept.get(process);
    if (kept && kept.slot === evaluated) return kept.pastFrom;
    if (!process.takesTurns) return kept?.pastFrom ?? all;
    try {
      await this.takeBack(process);
      await this.#checkpoint(process, await this.of(process));
      await this.makeRoom();
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      // What is wrong with it is found when it has its turn.
      await this.discard(process);
      this.announceAgain(process);
    }
    return this.#kept.get(process)?.pastFrom ?? all;
  }

  /** Makes room, if there is none, by letting go of the executors of processes that have not run for longest. */
  makeRoom(): Awaitable<void> {
    if (!this.#fits()) return this.#hibernateOldest();
  }

  /** Makes a process's state the one that is committed, whatever its executor has begun. */
  async takeBack(process: Process): Promise<void> {
    if (process.aheadLength === 0) return;
    await this.discard(process);
    this.announceAgain(process);
  }

  /** Lets go of a process's executor, crashed or not needed any more, and of what it has begun. */
  discard(process: Process): Awaitable<void> {
    const { started } = process;
    this.#residency.left(process);
    this.#ahead -= process.aheadLength;
    if (process.aheadLength > 0) process.ahead.clear();
    process.executor = undefined;
    process.started = undefined;
    if (isPending(started)) return this.#discardLater(process, started);
    return started && closeQuietly(started);
  }

  async #discardLater(process: Process, started: Promise<Executor>): Promise<void> {
    try {
      const executor = await started;
      // It may have come up only now.
      if (process.executor === executor) process.executor = undefined;
      this.#residency.left(process);
      await closeQuietly(executor);
    } catch {
      // One that did not come up has nothing to give back.
    }
  }

  /** Lets go of all. */
  async close(): Promise<void> {
    // Nobody needs what other threads still do.
    await this.#pool.close();
    for (const process of this.#ledger.processes) if (process.started) await this.discard(process);
  }

  #isDue({ evaluated }: Process): boolean {
    return isDueBefore(evaluated + 1, this.#ledger.carrier.limits);
  }

  #fits(): boolean {
    return this.#residency.totalBytes <= this.#ledger.carrier.limits.residentBytes;
  }

  #begin(process: Process): void {
    const assignment = this.#next(process, 0);
    if (!assignment) return;
    const started = process.started ?? this.#start(process);
    const outcome = isPending(started)
      ? started.then((executor) => executor.evaluate(assignment))
      : started.evaluate(assignment);
    this.#evaluated(process, outcome);
  }

  /** Evaluates mail behind the first message while the executor's memory is in the cache. */
  #evaluateInRow(process: Process, executor: Executor): void {
    while (process.aheadLength < mostInRow && this.#ahead < mostAhead) {
      const assignment = this.#next(process, 1);
      if (!assignment) return;
      try {
        const outcome = executor.evaluate(assignment);
        this.#evaluated(process, outcome);
        if (isPending(outcome)) return;
      } catch (error) {
        this.#evaluated(process, Promise.reject(error));
        return;
      }
    }
  }

  /** The first message of a process that is not evaluated, behind `taken` whose turn it is. */
  #next({ mailbox, aheadLength }: Process, taken: number): Assignment | undefined {
    const before = aheadLength + taken;
    const assignment = mailbox.behind(before);
    // A checkpoint that is due in between needs the state at its slot.
    return assignment && before > 0 && isDueBefore(assignment.slot, this.#ledger.limits) ? undefined : assignment;
  }

  #evaluated(process: Process, outcome: Awaitable<Outcome>): void {
    // Its turn will deal with an error.
    if (isPending(outcome)) outcome.then(undefined, () => {});
    process.ahead.push(outcome);
    this.#ahead++;
  }

  #start(process: Process): Awaitable<Executor> {
    const started = startExecutor(process, this.#records, this.#pool);
    process.started = isPending(started) ? this.#broughtUp(process, started) : started;
    if (!isPending(started)) this.#up(process, started);
    return process.started;
  }

  async #broughtUp(process: Process, started: Promise<Executor>): Promise<Executor> {
    const executor = await started;
    if (!process.running) {
      await closeQuietly(executor);
      throw new HeddleError('lifecycle-invalid', `${process.id} was ${process.state} while it was brought up`);
    }
    this.#up(process, executor);
    return executor;
  }

  #up(process: Process, executor: Executor): void {
    process.executor = executor;
    if (process.state !== 'ready') this.#trace.moved(process, process.move('loaded'));
    this.#residency.ran(process);
  }

  async #hibernateOldest(): Promise<void> {
    for (const process of this.#residency.oldestFirst) {
      if (this.#fits()) return;
      // An executor that is ahead has a state that is not committed.
      if (process.executor && process.aheadLength === 0) await this.#hibernate(process, process.executor);
    }
  }

  async #hibernate(process: Process, executor: Executor): Promise<void> {
    try {
      await this.#checkpoint(process, executor);
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      // It stays as it is: it did nothing wrong, and memory must not decide over what a run comes to.
      this.#residency.left(process);
      return this.#trace.moved(process, process.state, { reason: `it cannot hibernate: ${reasonOf(error)}` });
    }
    await this.discard(process);
    this.#trace.moved(process, process.move('hibernated'));
  }

  async #checkpoint(process: Process, executor: Executor): Promise<void> {
    // One of a slot that is not in the log would be of no use.
    await this.#records.flush();
    const taken = executor.checkpoint();
    const checkpoint = isPending(taken) ? await taken : taken;
    const pastFrom = executor.pastFrom ?? checkpoint.slot + 1;
    const stored = { process: process.id, ...checkpoint };
    await inStore('a checkpoint was not stored', () => this.#records.store.putCheckpoint(stored));
    this.#kept.set(process, { slot: checkpoint.slot, pastFrom });
  }
}

/** Whether a checkpoint is due before that slot. */
const isDueBefore = (slot: number, { checkpointSlots }: Limits): boolean => slot % checkpointSlots === 0;

/** Enough to keep every thread busy. Executors that are ahead cannot hibernate, so it bounds what they hold, too. */
const mostAhead = 512;
/** Messages of one process evaluated in a row. */
const mostInRow = 16;
/** From so much memory on, it takes longer to bring it into the cache than to evaluate a short message. */
const largeBytes = 262_144;
