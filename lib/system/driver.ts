import type { Module } from '../compute/executor.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import { checkFunction, checkNames, checkObject } from '../core/given.ts';
import type { Id } from '../core/id.ts';
import { Lane } from '../core/lane.ts';
import type { Process } from '../process/process.ts';
import { inStore } from '../store/guard.ts';
import { Agenda } from './agenda.ts';
import { Deadlines } from './deadlines.ts';
import type { Engine } from './engine.ts';
import { inboundItem, type SpawnInput } from './inbound.ts';
import { advance, type Progress, type RunEnd, type RunUntil, TurnLoop } from './loop.ts';
import { checkModule, checkWhole } from './options.ts';
import { Recovery } from './recovery.ts';

/** Works an engine for whoever calls: after what the store holds is taken in, one call at a time, and until it is closed. */
export class Driver {
  readonly engine: Engine;
  readonly agenda: Agenda;
  readonly loop: TurnLoop;
  readonly deadlines = new Deadlines();
  readonly #lane = new Lane();
  readonly #recovery: Recovery;
  #recovered = false;
  /** Is told when nothing will happen any more. */
  onClosed: ((error: HeddleError) => void) | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    this.agenda = new Agenda(engine);
    this.loop = new TurnLoop(engine, this.agenda, this.deadlines, this.#lane);
    this.#recovery = new Recovery(engine);
  }

  /** Whether what the store holds has been taken in. */
  get recovered(): boolean {
    return this.#recovered;
  }

  get closed(): boolean {
    return this.engine.closing !== undefined;
  }

  /** Does `work` when nothing else is under way. What it recorded is stored before it is over. */
  enter<T>(work: () => Awaitable<T>): Awaitable<T> {
    return this.#lane.run(() => {
      this.checkOpen();
      if (!this.#recovered) return this.#recover().then(() => this.#stored(work()));
      return this.#stored(work());
    });
  }

  /** Does `work` as {@link enter} does, for whoever runs the system right after it: the run stores what it recorded. */
  enterToRun<T>(work: () => T): Awaitable<T> {
    if (!this.#recovered) return this.enter(work);
    return this.#lane.run(() => {
      this.checkOpen();
      return work();
    });
  }

  /** What failed may have recorded something all the same: that a process has crashed for good. */
  async #failed(error: unknown): Promise<never> {
    if (!this.engine.failed) await this.engine.flush();
    throw error;
  }

  #stored<T>(done: Awaitable<T>): Awaitable<T> {
    if (isPending(done))
      return done.then(
        (value) => this.#stored(value),
        (error) => this.#failed(error),
      );
    if (this.agenda.urgent) return this.agenda.doUrgent().then(() => this.#stored(done));
    const flushed = this.engine.flush();
    return isPending(flushed) ? flushed.then(() => done) : done;
  }

  async #recover(): Promise<void> {
    const { ledger, clock, turns, executors } = this.engine;
    const unevaluated = await this.#recovery.run();
    if (ledger.moment) await advance(clock, ledger.moment.timestampMs);
    for (const process of unevaluated) turns.owe(process);
    for (const process of ledger.processes) executors.announceAgain(process);
    this.engine.checkpoints.begin();
    this.#recovered = true;
    // What an earlier life had not come to before its next turn.
    await this.agenda.catchUp();
  }

  /** Runs until told to end or until nothing is left to do. What was called together with it goes first. */
  async run(given: Partial<RunUntil>): Promise<Progress> {
    checkObject('options', given);
    checkNames(given, ['turns', 'untilMs', 'done']);
    const { turns = this.engine.ledger.limits.turnsPerRun, untilMs, done } = given;
    checkWhole('turns', turns);
    if (untilMs !== undefined) checkWhole('untilMs', untilMs);
    if (done !== undefined) checkFunction('done', done);
    await (this.#recovered ? undefined : this.enter(() => {}));
    return this.#run({ turns, done, untilMs });
  }

  /** Runs until it is over; throws if that takes too many turns. Returns as well if nothing is left to do. */
  async runUntil(isOver: () => boolean, what: () => string): Promise<void> {
    this.checkOpen();
    if (isOver()) return;
    await (this.#recovered ? undefined : this.enter(() => {}));
    await this.runAtOnce(isOver, what);
  }

  /** Runs as {@link runUntil} does, for whoever has let what was called together with it go first. */
  runAtOnce(isOver: () => boolean, what: () => string): Awaitable<void> {
    const run = this.#run({ turns: this.engine.ledger.limits.turnsPerRun, isOver });
    return isPending(run) ? run.then((progress) => checkOver(progress, isOver, what)) : checkOver(run, isOver, what);
  }

  #run(until: RunEnd): Awaitable<Progress> {
    this.checkOpen();
    const run = this.loop.run(until);
    if (isPending(run)) return run.then((progress) => this.#unlessClosed(progress));
    return this.#unlessClosed(run);
  }

  #unlessClosed(progress: Progress): Progress {
    this.checkOpen();
    return progress;
  }

  /** A module, or one that is known by that id, which is ready to be spawned. */
  loaded(module: Module | Id): Awaitable<Module> {
    const known = typeof module === 'string' ? this.engine.ledger.module(module) : module;
    checkModule(known);
    const loading = known.load();
    return isPending(loading) ? loading.then(() => known) : known;
  }

  /** Refuses a process that cannot be spawned, as far as can be told before. Its module is known then. */
  checkSpawn(module: Module, input: SpawnInput): void {
    const { ledger } = this.engine;
    ledger.define(module);
    inboundItem(module, input, ledger);
  }

  /** Spawns a process from outside. */
  spawn(module: Module, input: SpawnInput): Process {
    const { ledger } = this.engine;
    ledger.define(module);
    const item = inboundItem(module, input, ledger);
    return this.accepted(this.engine.spawn(item), undefined, () => item.id);
  }

  /** What was let in. Throws what kept it out, and tells the trace. */
  accepted<T extends object>(result: T | ErrorCode, process: Process | undefined, id: () => Id): T {
    if (typeof result !== 'string') return result;
    const reason = process?.reason;
    const why = `${id()} takes no message${reason ? `: ${reason}` : ''}`;
    const error = new HeddleError(result, why, { process: id() });
    this.engine.trace.emit({ type: 'refused', process: id(), code: result, reason: error.message });
    throw error;
  }

  /** Makes durable what happened so far. Others may go on meanwhile. */
  async flush(): Promise<void> {
    await this.enter(() => {});
    await inStore('the store was not flushed', () => this.engine.store.flush());
  }

  checkOpen(): void {
    if (this.closed) throw closedError();
  }

  /** Lets nothing in any more, and ends all executors and the store after the turn under way. */
  async close(): Promise<void> {
    this.checkOpen();
    this.engine.closing = closedError();
    this.onClosed?.(this.engine.closing);
    const { executors, trace, store } = this.engine;
    await this.#lane.run(async () => {
      await executors.close();
      trace.close();
      await inStore('the store was not closed', () => store.close());
    });
  }
}

function checkOver({ turns, idle }: Progress, isOver: () => boolean, what: () => string): void {
  if (isOver() || idle) return;
  throw new HeddleError('run-over-limit', `${turns} turns did not bring ${what()}`, { turns });
}

const closedError = (): HeddleError => new HeddleError('system-closed', 'the system is closed');
