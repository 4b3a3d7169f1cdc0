import { Packr } from 'msgpackr';
import type { Assignment } from '../core/assignment.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { type Address, hashId, type Id } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import { emptyOutcome, faultOutcome, type Outcome } from '../core/outcome.ts';
import { type TagsInput, toTags } from '../core/tags.ts';
import type { Checkpoint, DryRun, Environment, Executor, Module } from './executor.ts';
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
  /** The state after `slot`, which no guest has a reference to; undefined before slot 0. */
  #state: { readonly value: State } | undefined;
  slot = -1;

  constructor(definition: Behavior<State>, environment: Environment, from?: Checkpoint) {
    this.#definition = definition;
    this.#environment = environment;
    if (from) {
      this.#state = unpackState<State>(from.bytes);
      this.slot = from.slot;
    }
  }

  evaluate(assignment: Assignment): Outcome {
    const { outcome, state } = this.#run(assignment, assignment.slot);
    if (state) this.#state = state;
    this.slot = assignment.slot;
    return outcome;
  }

  dryRun(message: DryRun): Outcome {
    return this.#run(message, this.slot + 1).outcome;
  }

  checkpoint(): Checkpoint {
    return { slot: this.slot, bytes: packer.pack(this.#state ?? null) };
  }

  close(): void {
    this.#state = undefined;
  }

  /** Runs the definition on a copy of the state, so that what it does to the copy before it throws is without effect. */
  #run(given: DryRun, slot: number): { outcome: Outcome; state?: { value: State } } {
    const turn = new Turn(given, slot, this.#environment);
    const { message } = given;
    let next: State;
    try {
      if (this.#state) {
        const state = structuredClone(this.#state.value);
        const returned = this.#definition.receive(state, message, turn);
        next = returned === undefined ? state : returned;
      } else if (this.slot < 0) {
        next = this.#definition.init(message, turn);
      } else {
        return { outcome: faultOutcome('state-invalid', 'there is no state, since init failed') };
      }
    } catch (error) {
      return { outcome: { ...emptyOutcome, error: reasonOf(error) } };
    }
    if (isThenable(next)) {
      return { outcome: faultOutcome('receive-asynchronous', 'the behavior returned a promise') };
    }
    try {
      // Copied again: the guest may have kept a reference to what it returned.
      return { outcome: turn.outcome(), state: { value: structuredClone(next) } };
    } catch (error) {
      return { outcome: faultOutcome('state-invalid', `the state cannot be copied: ${reasonOf(error)}`) };
    }
  }
}

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

// Keeps what structuredClone keeps: maps, sets, dates, typed arrays, shared and circular references.
const packer = new Packr({ structuredClone: true, moreTypes: true });

function unpackState<State>(bytes: Uint8Array): { readonly value: State } | undefined {
  try {
    // The bytes were packed from a state of the same module; another module's are the caller's mistake.
    return (packer.unpack(bytes) as { readonly value: State } | null) ?? undefined;
  } catch (error) {
    throw new HeddleError('checkpoint-invalid', `the checkpoint cannot be unpacked: ${reasonOf(error)}`);
  }
}
