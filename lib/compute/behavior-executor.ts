import { type Assignment, visibleMessage } from '../core/assignment.ts';
import { isPending } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';
import { isLazy, type Message } from '../core/message.ts';
import { type Outcome, thrownOutcome } from '../core/outcome.ts';
import type { Behavior } from './behavior-definition.ts';
import type { Checkpoint, DryRun, Environment, Executor } from './executor.ts';
import { packNoState, packState, type Unpacked, unpackState } from './packed-state.ts';
import { checkPlain } from './plain-state.ts';
import { messagesOf, noStash, type Stash, type Stashed, slotsOf, stashOf, UnreadStash } from './stash.ts';
import { marks, Turn } from './turn.ts';

/**
 * Runs one process of a behavior. The state is kept as the behavior sees it. To go back, it is unpacked as it was at an
 * earlier slot, and the turns since are done again.
 */
export class BehaviorExecutor<State> implements Executor {
  readonly #definition: Behavior<State>;
  readonly #environment: Environment;
  /** The state after `slot`. */
  #state: State | undefined;
  /** What is set aside after `slot`; undefined until `init` has made a first state. */
  #stash: Stash | undefined;
  #slot = -1;
  /** The state of an earlier slot; undefined means the beginning. */
  #packed: Checkpoint | undefined;
  /** Bytes of that: asked for after each turn, when most processes of many are in no cache. */
  residentBytes = 0;

  constructor(definition: Behavior<State>, environment: Environment, from?: Checkpoint) {
    this.#definition = definition;
    this.#environment = environment;
    if (!from) return;
    this.#setPacked(from.slot, from.bytes);
    this.#slot = from.slot;
    this.#unpack(from);
  }

  get slot(): number {
    return this.#slot;
  }

  /** Past turns are done again from what is committed. */
  get runsAhead(): false {
    return false;
  }

  /** What is set aside is in the log. */
  get pastFrom(): number {
    return Math.min(this.#slot + 1, ...slotsOf(this.#stash ?? noStash));
  }

  evaluate(assignment: Assignment): Outcome {
    const { slot } = assignment;
    const turn = new Turn(assignment, slot, this.#environment);
    try {
      this.#advance(visibleMessage(assignment), turn, slot);
      this.#slot = slot;
      return turn.end();
    } catch (error) {
      turn.end();
      this.#goBack();
      this.#slot = slot;
      return failure(error);
    }
  }

  dryRun(given: DryRun): Outcome {
    const slot = this.#slot + 1;
    const turn = new Turn(given, slot, this.#environment);
    try {
      // A copy, since the behavior may change what it gets.
      const copy = new BehaviorExecutor(this.#definition, this.#environment, this.checkpoint());
      copy.#stash = this.#stash;
      copy.#advance(given.message, turn, slot);
      return turn.end();
    } catch (error) {
      turn.end();
      return failure(error);
    }
  }

  checkpoint(): Checkpoint {
    const bytes = this.#stash ? packState(this.#state, slotsOf(this.#stash)) : packNoState();
    return this.#setPacked(this.#slot, bytes);
  }

  close(): void {
    this.#state = undefined;
    this.#stash = undefined;
    this.#packed = undefined;
    this.residentBytes = 0;
  }

  /** Makes the state the one after a message. Throws what the behavior throws, and what it does wrong. */
  #advance(message: Message, turn: Turn, slot: number): void {
    const stash = this.#stash;
    if (slot === 0 || !stash) {
      this.#begin(message, turn, slot);
      return;
    }
    // It has begun, so this is a state.
    const state = this.#state as State;
    const next = this.#definition.receive(state, message, turn);
    checkUnchanged(message);
    // Most turns, and little code: what more there is stands elsewhere, so that an engine makes one piece of all this.
    if (Turn.marksOf(turn) === 0 && !isLookedAt(slot)) {
      if (next === undefined || next === state) return;
      if (isPrimitive(next)) {
        this.#state = next;
        return;
      }
    }
    this.#advanceState(next, { slot, message }, turn, stash);
  }

  #begin(message: Message, turn: Turn, slot: number): void {
    if (slot !== 0) throw new HeddleError('state-invalid', 'there is no state, since init failed');
    const first = this.#definition.init(message, turn);
    checkUnchanged(message);
    this.#adopt(first, slot, noStash);
    this.#stash = noStash;
  }

  /** Ends a turn whose state has to be copied or looked at, or that asks for more than to send. */
  // biome-ignore lint/suspicious/noConfusingVoidType: what receive returns.
  #advanceState(next: State | void, own: Stashed, turn: Turn, stash: Stash): void {
    const { slot } = own;
    const state = this.#state as State;
    if (Turn.marksOf(turn) !== 0) this.#advanceStash(copyOf(next, state), own, turn, stash);
    else if (next !== undefined && next !== state) this.#adopt(next, slot, stash);
    else if (isPackedAt(slot)) this.#setPacked(slot, packState(state, slotsOf(stash)));
    else if (isCheckedAt(slot)) checkPlain(state);
  }

  /** Ends a turn that sets its message aside, or has those that are handled again. All of it counts, or none. */
  #advanceStash(first: State, own: Stashed, turn: Turn, stash: Stash): void {
    const asked = Turn.takeMarks(turn);
    const again = asked & marks.unstash ? stash : noStash;
    const kept = asked & marks.unstash ? [] : [...stash];
    if (asked & marks.stash) kept.push(own);
    let state = first;
    for (const [at, message] of messagesOf(again, this.#environment).entries()) {
      const next = this.#definition.receive(state, message, turn);
      checkUnchanged(message);
      state = copyOf(next, state);
      // In range.
      if (Turn.takeMarks(turn) & marks.stash) kept.push(again[at] as Stashed);
    }
    // What is there already stays, whatever the limit was when it came.
    const limit = this.#environment.limits.stashMessages;
    if (kept.length > Math.max(limit, stash.length)) throw overLimit(limit);
    const { slot } = own;
    if (isPackedAt(slot)) this.#setPacked(slot, packState(state, slotsOf(kept)));
    else if (isCheckedAt(slot)) checkPlain(state);
    this.#state = state;
    this.#stash = kept.length === 0 ? noStash : kept;
  }

  /** Takes a state that a behavior has made, which may be anybody's. */
  #adopt(next: State, slot: number, stash: Stash): void {
    if (isPending(next)) throw asynchronous(next);
    if (isPrimitive(next)) {
      this.#state = next;
      return;
    }
    if (isFlat(next) && !isPackedAt(slot)) {
      this.#state = { ...next };
      return;
    }
    const bytes = packState(next, slotsOf(stash));
    this.#state = unpackState<State>(bytes)?.value;
    this.#setPacked(slot, bytes);
  }

  #setPacked(slot: number, bytes: Uint8Array): Checkpoint {
    this.#packed = { slot, bytes };
    this.residentBytes = bytes.length;
    return this.#packed;
  }

  #unpack({ bytes }: Checkpoint): void {
    const unpacked = unpackState<State>(bytes);
    this.#state = unpacked?.value;
    this.#stash = unpacked && stashOf(unpacked.stashed, this.#stash ?? noStash);
  }

  /** Makes the state the one after `slot` again, whatever a turn has done to it. */
  #goBack(): void {
    // Nothing can change these, and before the first slot there is none.
    if (isPrimitive(this.#state)) return;
    if (this.#packed) this.#unpack(this.#packed);
    const from = this.#packed?.slot ?? -1;
    for (const { assignment, failed } of this.#environment.past(from + 1)) {
      if (assignment.slot > this.#slot) break;
      if (!failed) this.#again(assignment);
    }
    this.#keep();
  }

  #again(assignment: Assignment): void {
    const { slot } = assignment;
    const turn = new Turn(assignment, slot, this.#environment);
    try {
      this.#advance(visibleMessage(assignment), turn, slot);
    } catch (error) {
      if (UnreadStash.is(error)) throw error.cause;
      const facts = { process: this.#environment.process.id, slot };
      throw new HeddleError('divergence', `slot ${slot} failed when it was done again: ${reasonOf(error)}`, facts);
    } finally {
      turn.end();
    }
  }

  /** Keeps the state that it has gone back to: who fails once will fail again. */
  #keep(): void {
    try {
      this.checkpoint();
    } catch {
      // It will be found out at the slot where that counts.
    }
  }
}

/** At which slots a state that is changed in place is packed. Fixed, so that what is found out then is in every run. */
const isPackedAt = (slot: number): boolean => slot % 256 === 255;

/** At which slots such a state is checked before that: early on, when mistakes are made. */
const isCheckedAt = (slot: number): boolean => slot >= 7 && slot < 255 && (slot & (slot + 1)) === 0;

/** Whether a state may be packed or checked at that slot. */
const isLookedAt = (slot: number): boolean => (slot & (slot + 1)) === 0 || isPackedAt(slot);

const isPrimitive = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');

/** Whether an object holds nothing but what cannot be changed. */
function isFlat(value: unknown): value is object {
  // isPrimitive() has seen it.
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const part of Object.values(value as object)) if (!isPrimitive(part)) return false;
  return true;
}

/** Refuses a message to which a behavior has added something; what is there already cannot be changed. */
function checkUnchanged(message: Message): void {
  if (!isLazy(message)) return;
  for (const key in message) if (Object.hasOwn(message, key)) throw changed(message);
}

function changed(message: Message): HeddleError {
  const added = Object.keys(message);
  for (const key of added) Reflect.deleteProperty(message, key);
  return new HeddleError('message-changed', `the behavior added ${added.join(' and ')} to its message`);
}

/** What a behavior returned, as a state that nobody else has: `state` itself if it changed that one. */
// biome-ignore lint/suspicious/noConfusingVoidType: what receive returns.
function copyOf<State>(next: State | void, state: State): State {
  if (next === undefined || next === state) return state;
  if (isPending(next)) throw asynchronous(next);
  if (isPrimitive(next)) return next;
  if (isFlat(next)) return { ...next };
  // It is there, since it was packed.
  return (unpackState<State>(packState(next)) as Unpacked<State>).value;
}

const overLimit = (limit: number): HeddleError =>
  new HeddleError('stash-over-limit', `more than ${limit} messages are stashed`, { limit });

function failure(error: unknown): Outcome {
  if (UnreadStash.is(error)) throw error.cause;
  return thrownOutcome(error);
}

function asynchronous(promise: Promise<unknown>): HeddleError {
  // What it comes to is nobody's business any more, least of all the program's as an unhandled rejection.
  promise.then(undefined, () => {});
  return new HeddleError('receive-asynchronous', 'the behavior returned a promise');
}
