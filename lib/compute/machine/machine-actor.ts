import {
  type ActorOptions,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type InspectionEvent,
  type Snapshot,
} from 'xstate';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Id } from '../../core/id.ts';
import { checkChild } from './check.ts';
import { type Deliver, type Governor, govern } from './governor.ts';
import { actorState, actorsBelow, enter, freezeActor, type MachineState } from './machine-state.ts';
import type { MachineTurn } from './machine-turn.ts';
import { type Timer, Timers } from './timers.ts';
import { runningTurns } from './turn-of.ts';

/** A machine's state between two turns. */
export interface Kept {
  /** Whether the machine has reached its end. */
  readonly ended: boolean;
  /** Whether a checkpoint brings the state back exactly, so that the actor it was taken from may go on. */
  readonly exact: boolean;
  read(): MachineState;
}

/** A machine as a live XState actor that acts in turns only and has nothing that a checkpoint would lose. */
export class MachineActor {
  readonly #self: Id;
  readonly #actor: AnyActor;
  readonly #timers: Timers;
  /** The actors that can receive, by session. */
  readonly #live = new Map<string, AnyActorRef>();
  /** The sessions of actors that are being restored. */
  readonly #restored: string[];
  #sessions: number;
  #deliver: Deliver | undefined;
  #turn: MachineTurn | undefined;
  #resuming: boolean;

  private constructor(logic: AnyStateMachine, self: Id, start: { input: unknown; turn: MachineTurn } | MachineState) {
    const [state, turn] = 'turn' in start ? [undefined, start.turn] : [start, undefined];
    this.#self = self;
    this.#timers = new Timers(state?.timers ?? [], state?.timersSet ?? 0);
    this.#restored = state?.actors.map(({ session }) => session) ?? [];
    this.#sessions = state?.sessions ?? 0;
    this.#turn = turn;
    this.#resuming = state !== undefined;
    this.#actor = createActor(logic, {
      id: self,
      clock: noClock,
      logger: (...words: readonly unknown[]) => this.#running.log(words),
      inspect: (event) => this.#inspect(event),
      ...('turn' in start ? { input: start.input } : { snapshot: start.snapshot }),
    });
    // Without a listener XState throws errors in a turn of the host's event loop.
    this.#actor.subscribe({ error: (error) => this.#turn?.failed(error) });
  }

  /** Starts a machine in the turn of its process's first message. */
  static begin(logic: AnyStateMachine, self: Id, input: unknown, turn: MachineTurn): MachineActor {
    const begun = new MachineActor(logic, self, { input, turn });
    begun.#during(turn, () => begun.#actor.start());
    return begun;
  }

  /** A machine that goes on from a state. */
  static resume(logic: AnyStateMachine, self: Id, state: MachineState): MachineActor {
    try {
      const resumed = new MachineActor(logic, self, state);
      resumed.#checkAlive();
      enter(actorsBelow(resumed.#actor), state);
      resumed.#actor.start();
      resumed.#checkAlive();
      freezeActor(resumed.#actor);
      resumed.#timers.freeze();
      resumed.#resuming = false;
      return resumed;
    } catch (error) {
      throw new HeddleError('checkpoint-invalid', `the machine cannot go on from it: ${reasonOf(error)}`);
    }
  }

  /** Takes an event from outside. */
  take(event: EventObject, turn: MachineTurn): void {
    this.#during(turn, () => this.#actor.send(event));
  }

  /** Delivers the event of a timer; returns whether it was still set. */
  fire(number: number, turn: MachineTurn): boolean {
    const timer = this.#timers.take(number);
    if (timer) this.#during(turn, () => this.#fire(timer));
    return timer !== undefined;
  }

  /** The state as it is now. Refuses one that cannot be kept. */
  keep(): Kept {
    const actor = this.#actor;
    const snapshot = actor.getSnapshot();
    const below = actorsBelow(actor);
    const exact = [freezeActor(actor), this.#timers.freeze(), this.#holdsOnly(below)].every(Boolean);
    const ended = snapshot.status !== 'active';
    const counted = { sessions: this.#sessions, timers: this.#timers.list, timersSet: this.#timers.count };
    const persisted = (): MachineState => ({
      snapshot: actor.logic.getPersistedSnapshot(snapshot),
      actors: [actorState(actor.sessionId, snapshot)],
      ...counted,
    });
    // A snapshot never changes, but the actors that it refers to do.
    if (below.length === 1) return { ended, exact, read: persisted };
    const state = { ...persisted(), actors: below.map((one) => actorState(one.sessionId, one.getSnapshot())) };
    // XState writes actors into the context that it restores.
    return { ended, exact, read: () => structuredClone(state) };
  }

  /** Whether nobody else can receive: XState lets go of an actor whose id another one takes, but not of what it does. */
  #holdsOnly(actors: readonly AnyActorRef[]): boolean {
    if (this.#live.size <= 1) return true;
    const sessions = new Set(actors.map(({ sessionId }) => sessionId));
    return [...this.#live.keys()].every((session) => sessions.has(session));
  }

  get #running(): MachineTurn {
    if (this.#turn) return this.#turn;
    throw new HeddleError('turn-over', `no turn of ${this.#self} runs`, { process: this.#self });
  }

  #during(turn: MachineTurn, work: () => void): void {
    const { system } = this.#actor;
    this.#turn = turn;
    runningTurns.set(system, turn.turn);
    try {
      work();
    } finally {
      this.#turn = undefined;
      runningTurns.delete(system);
    }
    turn.end(this.#actor.getSnapshot());
  }

  #fire({ source, target, event }: Timer): void {
    const receiver = this.#live.get(target);
    // Who has stopped receives nothing.
    if (receiver) this.#deliver?.(this.#live.get(source), receiver, event);
  }

  #inspect(event: InspectionEvent): void {
    if (event.type === '@xstate.actor' && !this.#deliver) {
      // The first actor that XState tells of is the one it is making, before any of the machine's own code runs.
      const root = event.actorRef as AnyActor;
      this.#deliver = govern(root, this.#governor());
      if (this.#turn) runningTurns.set(root.system, this.#turn.turn);
    }
    if (event.type === '@xstate.microstep' && event.event === this.#turn?.event && event._transitions.length > 0) {
      this.#turn.handled();
    }
  }

  #governor(): Governor {
    return {
      nextSession: () => this.#restored.shift() ?? `x:${this.#sessions++}`,
      started: (actor) => this.#started(actor),
      stopped: (actor) => this.#live.delete(actor.sessionId),
      // What children say when they are restored, they have said before.
      delivers: () => !this.#resuming && this.#running !== undefined,
      delayed: (source, target, event, delayMs, id) => this.#delay(source, target, event, delayMs, id),
      cancelled: (source, id) => this.#timers.cancel(source.sessionId, id),
      silenced: (source) => this.#timers.cancelAll(source.sessionId),
    };
  }

  #started(actor: AnyActorRef): void {
    if (actor._parent) this.#orFail(() => checkChild(actor as AnyActor)); // every reference is to an actor
    this.#live.set(actor.sessionId, actor);
    actor.on('*', (event) => this.#turn?.emitted(event));
  }

  #delay(source: AnyActorRef, target: AnyActorRef, event: EventObject, delayMs: number, id: string | undefined): void {
    const { turn } = this.#running;
    const wholeMs = Math.max(0, Math.trunc(delayMs));
    this.#orFail(() => {
      if (Number.isSafeInteger(wholeMs)) return;
      throw new HeddleError('option-invalid', `the delay of ${event.type} is ${delayMs} ms`, {
        delayMs: String(delayMs),
      });
    });
    const number = this.#timers.add({ source: source.sessionId, target: target.sessionId, event, id });
    const tags = { Action: 'Timer', Timer: String(number), Event: excerpt(event.type, 100) };
    turn.send({ target: this.#self, tags, delayMs: wholeMs });
  }

  /** Fails the turn if `work` throws, even if a machine above handles the error of the child that it stops. */
  #orFail(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#turn?.failed(error);
      throw error;
    }
  }

  #checkAlive(): void {
    const { status, error }: Snapshot<unknown> = this.#actor.getSnapshot();
    if (status === 'error') throw error;
  }
}

/** The clock of a machine is its system's, which it reaches by messages to itself. */
const noClock: Required<ActorOptions<AnyActorLogic>>['clock'] = {
  setTimeout() {
    throw new HeddleError('machine-asynchronous', 'an actor set a timer of its own');
  },
  clearTimeout() {},
};
