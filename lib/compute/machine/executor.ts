import type { AnyStateMachine, EventObject } from 'xstate';
import { type Assignment, visibleMessage } from '../../core/assignment.ts';
import { HeddleError } from '../../core/error.ts';
import { type Message, plainMessage } from '../../core/message.ts';
import { checkedOutcome, type Outcome, thrownOutcome } from '../../core/outcome.ts';
import type { Checkpoint, DryRun, Environment, Executor } from '../executor.ts';
import { packNoState, packTree, unpackState } from '../packed-state.ts';
import { Turn } from '../turn.ts';
import { eventOf, isInternal, type MachineEvent, type MachineMail, mailOf } from './event.ts';
import { type Kept, MachineActor } from './machine-actor.ts';
import { isMachineState, type MachineState } from './machine-state.ts';
import { MachineTurn } from './machine-turn.ts';

/** A machine, and how it is spoken to. */
export interface MachineDefinition {
  readonly logic: AnyStateMachine;
  readonly input: (mail: MachineMail) => unknown;
  /** The event that a message is to the machine; undefined if it is none. */
  readonly event: (event: MachineEvent) => EventObject | undefined;
}

/** A state and, if it may go on from there, the actor that has it. */
interface State {
  readonly kept: Kept;
  readonly actor?: MachineActor;
}

/** What a turn came to; without a state if it failed. */
interface Taken {
  readonly outcome: Outcome;
  readonly state?: State | undefined;
}

export class MachineExecutor implements Executor {
  readonly #definition: MachineDefinition;
  readonly #environment: Environment;
  /** The state after `slot`; undefined before slot 0, and after it if the machine could not start. */
  #state: State | undefined;
  #slot = -1;
  /** How large the state was when it was last packed. */
  #packedBytes = 0;

  constructor(definition: MachineDefinition, environment: Environment, from?: Checkpoint) {
    this.#definition = definition;
    this.#environment = environment;
    if (!from) return;
    this.#slot = from.slot;
    this.#packedBytes = from.bytes.length;
    if (!unpackState(from.bytes)) return;
    const { status } = stateIn(from.bytes).snapshot;
    const kept = { ended: status !== 'active', exact: true, read: () => stateIn(from.bytes) };
    // An actor that cannot go on is found out here, not in a turn.
    this.#state = kept.ended ? { kept } : { kept, actor: this.#resume(kept) };
  }

  get slot(): number {
    return this.#slot;
  }

  get residentBytes(): number {
    return this.#packedBytes + (this.#state?.actor ? actorBytes : 0);
  }

  evaluate(assignment: Assignment): Outcome {
    const { outcome, state } = this.#run(
      assignment,
      plainMessage(visibleMessage(assignment)),
      assignment.slot,
      this.#state?.actor,
    );
    // An actor whose turn failed is not to be used again.
    this.#state = state ?? (this.#state && { kept: this.#state.kept });
    this.#slot = assignment.slot;
    return outcome;
  }

  dryRun(given: DryRun): Outcome {
    return this.#run(given, plainMessage(given.message), this.#slot + 1).outcome;
  }

  checkpoint(): Checkpoint {
    const bytes = this.#state ? packTree(this.#state.kept.read()) : packNoState();
    this.#packedBytes = bytes.length;
    return { slot: this.#slot, bytes };
  }

  close(): void {
    this.#state = undefined;
  }

  #run(given: DryRun, message: Message, slot: number, actor?: MachineActor): Taken {
    const turn = new Turn(given, slot, this.#environment);
    try {
      const after = this.#take(mailOf(message, given, slot), turn, actor);
      if (Turn.marksOf(turn) !== 0) {
        throw new HeddleError('stash-invalid', 'a machine cannot stash: what it puts off belongs into its context');
      }
      const outcome = checkedOutcome(turn.end());
      return { outcome, state: after ? stateOf(after) : this.#state };
    } catch (error) {
      turn.end();
      return { outcome: thrownOutcome(error) };
    }
  }

  /** Takes a turn; returns the actor that has the next state, or undefined if that is the same. */
  #take(mail: MachineMail, turn: Turn, actor?: MachineActor): MachineActor | undefined {
    const { logic, input, event } = this.#definition;
    if (this.#slot < 0) {
      return MachineActor.begin(logic, turn.self, input(mail), new MachineTurn(turn, undefined, mail.message));
    }
    if (!this.#state) throw new HeddleError('state-invalid', 'there is no state, since the machine did not start');
    const { kept } = this.#state;
    if (kept.ended) return ignore(turn, 'the machine has ended');
    const timer = timerOf(mail, turn);
    if (timer !== undefined) {
      const resumed = actor ?? this.#resume(kept);
      return resumed.fire(timer, new MachineTurn(turn)) ? resumed : ignore(turn, `the timer ${timer} is not set`);
    }
    const taken = event(eventOf(mail));
    if (!taken) return ignore(turn, 'the message is no event');
    if (isInternal(taken.type)) return ignore(turn, `${taken.type} is an event of XState itself`);
    const resumed = actor ?? this.#resume(kept);
    resumed.take(taken, new MachineTurn(turn, taken, mail.message));
    return resumed;
  }

  #resume(kept: Kept): MachineActor {
    return MachineActor.resume(this.#definition.logic, this.#environment.process.id, kept.read());
  }
}

function stateOf(actor: MachineActor): State {
  const kept = actor.keep();
  if (kept.ended) return { kept };
  if (kept.exact) return { kept, actor };
  // The next turn works on the copy that a checkpoint makes, or it would depend on whether there was one.
  const bytes = packTree(kept.read());
  return { kept: { ...kept, read: () => stateIn(bytes) } };
}

/** The number of the timer that a message fires; undefined if it fires none. Only the process itself sends such mail. */
function timerOf({ from, tags }: MachineMail, turn: Turn): number | undefined {
  return from === turn.self && tags.Action === 'Timer' && tags.Timer !== undefined ? Number(tags.Timer) : undefined;
}

function ignore(turn: Turn, why: string): undefined {
  turn.output(why);
  return undefined;
}

function stateIn(bytes: Uint8Array): MachineState {
  const state = unpackState(bytes)?.value;
  if (isMachineState(state)) return state;
  throw new HeddleError('checkpoint-invalid', 'the checkpoint holds no machine');
}

/** What a machine takes as a live actor besides its state, about. */
const actorBytes = 12_000;
