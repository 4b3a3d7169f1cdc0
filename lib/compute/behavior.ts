import { type Assignment, visibleMessage } from '../core/assignment.ts';
import { isPending } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { type Address, hashId, type Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { checkedOutcome, failedOutcome, faultOutcome, type Outcome } from '../core/outcome.ts';
import { type TagsInput, toTags } from '../core/tags.ts';
import type { Checkpoint, DryRun, Environment, Executor, Module } from './executor.ts';
import { packNoState, packState, unpackState } from './packed-state.ts';
import { Turn } from './turn.ts';

/**
 * A process written in TypeScript. Its state is plain data, anything `structuredClone` can copy, and belongs to the
 * process alone. Nothing else may influence it: no clock, no randomness and no variable outside of it.
 */
export interface Behavior<State> {
  /** The first state. It runs at slot 0 with the process's own item, and may send. */
  init(item: Message, turn: Turn): State;
  /**
   * Handles one message: returns the next state, or changes the given one and returns nothing. If it throws, the state
   * is as before and nothing is sent.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that ends without a return is the usual one.
  receive(state: State, message: Message, turn: Turn): State | void;
}

/** How a behavior is known to other processes. */
export interface BehaviorOptions {
  /** The module id under which processes spawn it; made from `name` if left out. */
  readonly id?: Id;
  /** Any text that stays the same from build to build; the code itself if left out, which does not. */
  readonly name?: string;
  readonly owner?: Address;
  readonly tags?: TagsInput;
}

/**
 * A module of processes written in TypeScript, with the semantics of AO: one message at a time, state rolled back when
 * `receive` throws, messages released when the turn is committed.
 *
 * @example
 * ```ts
 * import { behavior, createSystem } from 'heddle';
 *
 * const counter = behavior({
 *   init: () => ({ count: 0 }),
 *   receive(state, message, turn) {
 *     state.count += 1;
 *     turn.reply(message, { data: String(state.count) });
 *   },
 * });
 * const system = createSystem();
 * const process = await system.spawn(counter);
 * const reply = await process.ask({ tags: { Action: 'Count' } });
 * console.log(reply.data); // '1'
 * ```
 */
export function behavior<State>(definition: Behavior<State>, options: BehaviorOptions = {}): Module {
  const { name = `${definition.init} ${definition.receive}`, owner = '' } = options;
  const { id = hashId('heddle behavior', name) } = options;
  const tags = [
    ...toTags(options.tags),
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Module' },
    { name: 'Module-Format', value: 'heddle-behavior' },
  ];
  return {
    id,
    owner,
    tags,
    load() {},
    start: (environment, from) => new BehaviorExecutor(definition, environment, from),
  };
}

class BehaviorExecutor<State> implements Executor {
  readonly #definition: Behavior<State>;
  readonly #environment: Environment;
  /**
   * The state after `slot`, packed; undefined before slot 0. Being packed, it is what a checkpoint brings back, and no
   * guest has a reference to it.
   */
  #state: Uint8Array | undefined;
  #slot = -1;

  constructor(definition: Behavior<State>, environment: Environment, from?: Checkpoint) {
    this.#definition = definition;
    this.#environment = environment;
    if (!from) return;
    unpackState(from.bytes);
    this.#state = from.bytes;
    this.#slot = from.slot;
  }

  get slot(): number {
    return this.#slot;
  }

  get residentBytes(): number {
    return this.#state?.length ?? 0;
  }

  evaluate(assignment: Assignment): Outcome {
    const { outcome, state } = this.#run(assignment, visibleMessage(assignment), assignment.slot);
    this.#state = state ?? this.#state;
    this.#slot = assignment.slot;
    return outcome;
  }

  dryRun(given: DryRun): Outcome {
    return this.#run(given, given.message, this.#slot + 1).outcome;
  }

  checkpoint(): Checkpoint {
    return { slot: this.#slot, bytes: this.#state ?? packNoState() };
  }

  close(): void {
    this.#state = undefined;
  }

  #run(given: DryRun, message: Message, slot: number): { outcome: Outcome; state?: Uint8Array } {
    const turn = new Turn(given, slot, this.#environment);
    try {
      const next = this.#next(message, turn);
      const outcome = turn.end();
      if (isPending(next)) throw asynchronous(next);
      return { outcome: checkedOutcome(outcome), state: packState(next) };
    } catch (error) {
      turn.end();
      const reason = reasonOf(error);
      // The behavior's own errors are what it reports; heddle's say how it broke the rules.
      return { outcome: error instanceof HeddleError ? faultOutcome(error.code, reason) : failedOutcome(reason) };
    }
  }

  #next(message: Message, turn: Turn): State {
    if (this.#slot < 0) return this.#definition.init(message, turn);
    const before = this.#state && unpackState<State>(this.#state);
    if (!before) throw new HeddleError('state-invalid', 'there is no state, since init failed');
    const returned = this.#definition.receive(before.value, message, turn);
    return returned === undefined ? before.value : returned;
  }
}

function asynchronous(promise: Promise<unknown>): HeddleError {
  // What it comes to is nobody's business any more, least of all the program's as an unhandled rejection.
  promise.then(undefined, () => {});
  return new HeddleError('receive-asynchronous', 'the behavior returned a promise');
}
