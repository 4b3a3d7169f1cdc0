import { isPending } from '../core/awaitable.ts';
import type { Clock } from '../core/clock.ts';
import type { Lane } from '../core/lane.ts';
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
  /** Asked before each turn. */
  readonly done?: () => boolean;
  /** How far the clock may move by itself to the next timer. */
  readonly untilMs?: number;
}

/**
 * What is done in one piece before others are let in: short against a blink, long against the cost of letting in. A turn
 * that answers at once counts as one, one that had to be waited for as many.
 */
const pieceWork = 4_096;
const slowWork = 64;

/** Lets processes have their turns, and lets time pass when there is no mail. */
export class TurnLoop {
  readonly #engine: Engine;
  readonly #deadlines: Deadlines;
  readonly #lane: Lane;
  /** How often time has passed. */
  #moments = 0;

  constructor(engine: Engine, deadlines: Deadlines, lane: Lane) {
    this.#engine = engine;
    this.#deadlines = deadlines;
    this.#lane = lane;
  }

  /** Runs until `done`, until nothing is left to do, or for that many turns. */
  async run({ turns: limit, done, untilMs = Number.POSITIVE_INFINITY }: RunUntil): Promise<Progress> {
    const { turns: owed } = this.#engine;
    let turns = 0;
    let idle = false;
    // Time passes only when all was still for a breath since it last passed: whoever waited for that moment goes first.
    let rested = -1;
    const finished = () => idle || turns >= limit || (done?.() ?? false);
    while (!finished()) {
      await this.#lane.run(async () => {
        try {
          for (let work = 0; work < pieceWork && !finished(); turns++) {
            const process = owed.next();
            if (process) {
              const taken = this.#engine.turn(process);
              if (isPending(taken)) await taken;
              work += isPending(taken) || process.executor?.runsAhead ? slowWork : 1;
              rested = -1;
            } else {
              idle = !this.#waits(untilMs);
              if (idle || rested !== this.#moments) rested = this.#moments;
              else await this.#passTime();
              break;
            }
          }
        } finally {
          // What went wrong may have nothing to do with what went well before.
          if (!this.#engine.failed) await this.#engine.flush();
        }
      });
      if (!finished()) await breath();
    }
    return { turns, idle: idle || (owed.empty && !this.#waits(untilMs)) };
  }

  /** Lets time pass until the next timers fire. */
  async #passTime(): Promise<void> {
    this.#moments++;
    const { clock, ledger } = this.#engine;
    const atMs = this.#nextMs;
    await advance(clock, atMs);
    while ((ledger.nextTimer?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) await this.#engine.fireNext();
    // Whoever waits from outside gives up last.
    if ((this.#deadlines.nextMs ?? Number.POSITIVE_INFINITY) <= atMs) this.#deadlines.expireNext();
  }

  /** When the next timer is due or a caller waits no longer. */
  get #nextMs(): number {
    const { nextTimer } = this.#engine.ledger;
    return Math.min(nextTimer?.atMs ?? Number.POSITIVE_INFINITY, this.#deadlines.nextMs ?? Number.POSITIVE_INFINITY);
  }

  #waits(untilMs: number): boolean {
    return this.#nextMs <= untilMs && this.#nextMs < Number.POSITIVE_INFINITY;
  }
}

/** Moves the clock to `atMs` unless it is there or past it already. */
export async function advance(clock: Clock, atMs: number): Promise<void> {
  if (clock.now().timestampMs < atMs) await clock.advanceTo(atMs);
}

/** Lets the program's other work go on: its input, its timers and whoever reads the trace. */
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    // Where there is one it takes a tenth of the time.
    const { setImmediate } = globalThis as { readonly setImmediate?: (call: () => void) => void };
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
