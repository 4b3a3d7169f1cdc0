import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError } from '../core/error.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Id } from '../core/id.ts';
import { Lane } from '../core/lane.ts';
import { inStore } from '../store/guard.ts';
import { Deadlines } from './deadlines.ts';
import type { Engine } from './engine.ts';
import { type Progress, type RunUntil, TurnLoop } from './loop.ts';
import { checkWhole } from './options.ts';
import { recover } from './recovery.ts';

/** Works an engine for whoever calls: after what the store holds is taken in, one call at a time, and until it is closed. */
export class Driver {
  readonly engine: Engine;
  readonly loop: TurnLoop;
  readonly deadlines = new Deadlines();
  readonly #lane = new Lane();
  #recovered = false;
  #closed = false;

  constructor(engine: Engine) {
    this.engine = engine;
    this.loop = new TurnLoop(engine, this.deadlines, this.#lane);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Does `work` when nothing else is under way. */
  enter<T>(work: () => Awaitable<T>): Promise<T> {
    return this.#lane.run(async () => {
      this.checkOpen();
      if (!this.#recovered) await recover(this.engine);
      this.#recovered = true;
      return work();
    });
  }

  /** Runs until told to end or until nothing is left to do. */
  async run({ turns = this.engine.ledger.limits.turnsPerRun, ...until }: Partial<RunUntil>): Promise<Progress> {
    checkWhole('turns', turns);
    if (until.untilMs !== undefined) checkWhole('untilMs', until.untilMs);
    await this.enter(() => {});
    const progress = await this.loop.run({ ...until, turns, done: () => this.#closed || (until.done?.() ?? false) });
    this.checkOpen();
    return progress;
  }

  /** Runs until `done`; throws if that takes too many turns. Returns as well if nothing is left to do. */
  async runUntil(done: () => boolean, what: string): Promise<void> {
    this.checkOpen();
    if (done()) return;
    const progress = await this.run({ done });
    if (done() || progress.idle) return;
    const { turns } = progress;
    throw new HeddleError('run-over-limit', `${turns} turns did not bring ${what}`, { turns });
  }

  /** Throws what keeps a delivery from its slot, and tells the trace. */
  accept(refusal: ErrorCode | undefined, process: Id): void {
    if (!refusal) return;
    const reason = this.engine.ledger.processes.get(process)?.reason;
    const error = new HeddleError(refusal, `${process} takes no message${reason ? `: ${reason}` : ''}`, { process });
    this.engine.trace.emit({ type: 'refused', process, code: refusal, reason: error.message });
    throw error;
  }

  checkOpen(): void {
    if (this.#closed) throw new HeddleError('system-closed', 'the system is closed');
  }

  /** Lets nothing in any more, and ends all executors and the store after the turn under way. */
  async close(): Promise<void> {
    this.checkOpen();
    this.#closed = true;
    const { executors, trace, store } = this.engine;
    await this.#lane.run(async () => {
      await executors.close();
      trace.close();
      await inStore('the store was not closed', () => store.close());
    });
  }
}
