import type { Clock } from '../core/clock.ts';
import type { Commit } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Lane } from '../core/lane.ts';
import type { Process } from '../process/process.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Engine } from './engine.ts';
import type { Timers } from './timers.ts';

/** How far a run got. */
export interface Progress {
  readonly turns: number;
  /** Whether nothing was left to do: no mail to evaluate and no timer to wait for. */
  readonly idle: boolean;
}

/** When a run ends, apart from there being nothing left to do. */
export interface RunUntil {
  readonly turns: number;
  /** Asked before each batch of turns. */
  readonly done?: () => boolean;
  /** How far the clock may move by itself to the next timer. */
  readonly untilMs?: number;
}

/** Turns of different processes that are chosen, and may run, together. Part of a run's order: changing it changes digests. */
const turnsPerBatch = 32;

/** Turns taken in one piece before others are let in: short against a blink, long against the cost of letting in. */
const turnsPerPiece = 64;

/** Gives processes their turns in the order the scheduler says, and lets time pass when there is no mail. */
export class TurnLoop {
  readonly #engine: Engine;
  readonly #scheduler: Scheduler;
  readonly #timers: Timers;
  readonly #lane: Lane;
  /** Turns the scheduler still owes to each process. */
  readonly #owed = new Map<Id, number>();
  /** A process that the scheduler chose again before the batch it was in had run. */
  #held: Id | undefined;

  constructor(engine: Engine, scheduler: Scheduler, timers: Timers, lane: Lane) {
    this.#engine = engine;
    this.#scheduler = scheduler;
    this.#timers = timers;
    this.#lane = lane;
  }

  /** Tells the scheduler of one more slot of a process. */
  owe(process: Id): void {
    this.#owed.set(process, (this.#owed.get(process) ?? 0) + 1);
    this.#scheduler.arrived(process);
  }

  /** Tells the scheduler of the slots that a commit gave. */
  announce(commit: Commit): void {
    for (const { assignment } of commit.assigned) this.owe(assignment.process);
  }

  /** Tells the scheduler of mail that it was not told of, or was told of while the process took no turns. */
  announceMail(process: Process): void {
    const owed = this.#owed.get(process.id) ?? 0;
    for (let turn = owed; turn < process.mailbox.assigned.length; turn++) this.owe(process.id);
  }

  /** Runs until `done`, until nothing is left to do, or for that many turns. */
  async run({ turns: limit, done = () => false, untilMs = Number.POSITIVE_INFINITY }: RunUntil): Promise<Progress> {
    let turns = 0;
    let idle = false;
    const finished = () => idle || turns >= limit || done();
    while (!finished()) {
      await this.#lane.run(async () => {
        const piece = turns + turnsPerPiece;
        while (turns < piece && !finished()) {
          const batch = this.#batch(Math.min(turnsPerBatch, limit - turns));
          for (const commit of await this.#engine.turns(batch)) this.announce(commit);
          turns += batch.length;
          if (batch.length === 0) idle = this.#wait(untilMs) === 'idle';
        }
      });
      if (!finished()) await breath();
    }
    return { turns, idle };
  }

  /**
   * The processes that have the next turns, each of them once. They are taken before any of them runs, so that the order
   * is the same whether they then run one after the other or side by side.
   */
  #batch(size: number): readonly Process[] {
    const batch = new Map<Id, Process>();
    while (batch.size < size) {
      const id = this.#held ?? this.#scheduler.next();
      this.#held = undefined;
      if (id === undefined) break;
      if (batch.has(id)) {
        this.#held = id;
        break;
      }
      this.#pay(id);
      const process = this.#engine.ledger.process(id);
      // The mail of a failed or stopped process stays; its turns are owed again when it is restarted.
      if (process.running) batch.set(id, process);
    }
    return [...batch.values()];
  }

  #pay(id: Id): void {
    const owed = (this.#owed.get(id) ?? 0) - 1;
    if (owed < 0) throw new HeddleError('scheduler-invalid', `the scheduler gave a turn to ${id}, which is owed none`);
    if (owed === 0) this.#owed.delete(id);
    else this.#owed.set(id, owed);
  }

  #wait(untilMs: number): 'time' | 'idle' {
    const nextMs = this.#timers.nextMs;
    if (nextMs === undefined || nextMs > untilMs) return 'idle';
    advance(this.#engine.clock, nextMs);
    this.#timers.fireNext();
    return 'time';
  }
}

/** Moves the clock to `atMs` unless it is there or past it already. */
export function advance(clock: Clock, atMs: number): void {
  if (clock.now().timestampMs < atMs) clock.advanceTo(atMs);
}

/** Lets the program's other work go on: its input, its timers and whoever reads the trace. */
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
