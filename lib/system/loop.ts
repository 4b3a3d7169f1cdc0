import { type Awaitable, isPending } from '../core/awaitable.ts';
import { breath } from '../core/breath.ts';
import type { Clock } from '../core/clock.ts';
import type { Lane } from '../core/lane.ts';
import type { Agenda } from './agenda.ts';
import type { Deadlines } from './deadlines.ts';
import type { Engine } from './engine.ts';

/** How far a run got. */
export interface Progress {
  readonly turns: number;
  /** Whether nothing was left to do: no mail to evaluate and no timer to wait for. */
  readonly idle: boolean;
}

/** When a run ends, apart from there being nothing left to do. */
export interface RunUntil {
  readonly turns: number;
  /** Asked before each turn, when whoever listens to the trace was told of the one before. */
  readonly done?: (() => boolean) | undefined;
  /** How far the clock may move by itself to the next timer. */
  readonly untilMs?: number | undefined;
}

/**
 * What is done in one piece before others are let in: short against a blink, long against the cost of letting in. A turn
 * that answers at once counts as one, one that had to be waited for as many.
 */
const pieceWork = 4_096;
const slowWork = 64;

/** When a run ends, for its caller or for the system. */
export interface RunEnd extends RunUntil {
  /** Asked before each turn, whether or not somebody was told of the one before. */
  readonly isOver?: () => boolean;
}

/** A run under way. */
interface Run {
  readonly until: RunEnd;
  turns: number;
  idle: boolean;
  /** How often time had passed when all was still. */
  rested: number;
}

/** Lets processes have their turns, and lets time pass when there is no mail. Nobody waits if nothing has to be waited for. */
export class TurnLoop {
  readonly #engine: Engine;
  readonly #agenda: Agenda;
  readonly #deadlines: Deadlines;
  readonly #lane: Lane;
  /** How often time has passed. */
  #moments = 0;

  constructor(engine: Engine, agenda: Agenda, deadlines: Deadlines, lane: Lane) {
    this.#engine = engine;
    this.#agenda = agenda;
    this.#deadlines = deadlines;
    this.#lane = lane;
  }

  /** Runs until `done`, until nothing is left to do, or for that many turns. */
  run(until: RunEnd): Awaitable<Progress> {
    const run: Run = { until, turns: 0, idle: false, rested: -1 };
    if (this.#isFinished(run)) return this.#progress(run);
    const piece = this.#lane.run(() => this.#piece(run));
    return isPending(piece) || !this.#isFinished(run) ? this.#goOn(run, piece) : this.#progress(run);
  }

  async #goOn(run: Run, piece: Awaitable<void>): Promise<Progress> {
    await piece;
    while (!this.#isFinished(run)) {
      await breath();
      await this.#lane.run(() => this.#piece(run));
    }
    return this.#progress(run);
  }

  #progress({ turns, idle, until }: Run): Progress {
    return { turns, idle: idle || (this.#engine.turns.empty && !this.#waits(until)) };
  }

  /** Takes turns in one piece, and stores them. */
  #piece(run: Run): Awaitable<void> {
    let taken: Awaitable<void>;
    try {
      taken = this.#take(run, 0);
    } catch (error) {
      return this.#failed(error);
    }
    if (isPending(taken)) return this.#stored(taken);
    return this.#agenda.urgent ? this.#stored(this.#agenda.doUrgent()) : this.#engine.flush();
  }

  async #stored(taken: Promise<void>): Promise<void> {
    try {
      await taken;
      await this.#agenda.doUrgent();
    } catch (error) {
      return this.#failed(error);
    }
    return this.#engine.flush();
  }

  /** What went wrong may have nothing to do with what went well before. */
  async #failed(error: unknown): Promise<never> {
    if (!this.#engine.failed) await this.#engine.flush();
    throw error;
  }

  #take(run: Run, done: number): Awaitable<void> {
    const { turns, trace } = this.#engine;
    const isAsked = run.until.done !== undefined;
    for (let work = done; work < pieceWork; ) {
      if (trace.tellsEachTurn || (isAsked && trace.observed)) {
        const told = this.#engine.flush();
        if (isPending(told)) return this.#takeAfter(told, run, work);
      }
      if (this.#isFinished(run)) return;
      if (this.#agenda.urgent) return this.#takeAfter(this.#agenda.doUrgent(), run, work + slowWork);
      const process = turns.next();
      if (!process) return this.#rest(run);
      run.rested = -1;
      run.turns++;
      const taken = this.#engine.turn(process);
      if (isPending(taken)) return this.#takeAfter(taken, run, work + slowWork);
      work += process.executor?.runsAhead ? slowWork : 1;
    }
  }

  async #takeAfter(before: Promise<void>, run: Run, work: number): Promise<void> {
    await before;
    await this.#take(run, work);
  }

  /**
   * There is no mail. Time passes only when all was still for a breath since it last passed: whoever waited for that moment
   * goes first.
   */
  #rest(run: Run): Awaitable<void> {
    run.idle = !this.#waits(run.until);
    if (!run.idle && run.rested === this.#moments) return this.#passTime();
    run.rested = this.#moments;
  }

  /** Lets time pass until the next timers fire. */
  async #passTime(): Promise<void> {
    this.#moments++;
    const atMs = this.#nextMs();
    await advance(this.#engine.clock, atMs);
    await this.#agenda.doUntil(atMs);
    // Whoever waits from outside gives up last.
    if ((this.#deadlines.nextMs ?? Number.POSITIVE_INFINITY) <= atMs) this.#deadlines.expireNext();
  }

  /** When something happens by itself or a caller waits no longer. */
  #nextMs(): number {
    return Math.min(this.#agenda.nextMs, this.#deadlines.nextMs ?? Number.POSITIVE_INFINITY);
  }

  #waits({ untilMs = Number.POSITIVE_INFINITY }: RunUntil): boolean {
    const nextMs = this.#nextMs();
    return nextMs <= untilMs && nextMs < Number.POSITIVE_INFINITY;
  }

  #isFinished({ idle, turns, until }: Run): boolean {
    const { isOver, done } = until;
    return (
      idle || turns >= until.turns || this.#engine.closing !== undefined || isOver?.() === true || done?.() === true
    );
  }
}

/** Moves the clock to `atMs` unless it is there or past it already. */
export async function advance(clock: Clock, atMs: number): Promise<void> {
  if (clock.now().timestampMs < atMs) await clock.advanceTo(atMs);
}
