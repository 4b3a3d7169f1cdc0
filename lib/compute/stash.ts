import { visibleMessage } from '../core/assignment.ts';
import { HeddleError } from '../core/error.ts';
import type { Message } from '../core/message.ts';
import type { Environment } from './executor.ts';

/** A message that a behavior has set aside. It is absent after a checkpoint, until somebody needs it. */
export interface Stashed {
  readonly slot: number;
  message: Message | undefined;
}

/** What a behavior has set aside, in the order in which it did. */
export type Stash = readonly Stashed[];

/** The stash of every process that has set nothing aside. */
export const noStash: Stash = Object.freeze([]);

/** The stash of these slots, with the messages that `known` has. */
export function stashOf(slots: readonly number[], known: Stash): Stash {
  if (slots.length === 0) return noStash;
  const bySlot = new Map(known.map((one) => [one.slot, one]));
  return slots.map((slot) => bySlot.get(slot) ?? { slot, message: undefined });
}

/** What a checkpoint keeps of a stash: the messages are in the log. */
export const slotsOf = (stash: Stash): readonly number[] => stash.map(({ slot }) => slot);

/** Says why a message that was set aside is not there, which is not the behavior's doing and so no outcome of its. */
export class UnreadStash extends Error {
  readonly #mark = true;
  override readonly cause: unknown;

  /** Without looking at what may throw when it is looked at. */
  static is(thrown: unknown): thrown is UnreadStash {
    return typeof thrown === 'object' && thrown !== null && #mark in thrown;
  }

  constructor(cause: unknown) {
    super('a stashed message was not read');
    this.cause = cause;
  }
}

/** The messages of a stash. Those that are absent are read back from the committed turns, and stay. */
export function messagesOf(stash: Stash, environment: Environment): readonly Message[] {
  try {
    readAbsent(stash, environment);
  } catch (error) {
    throw new UnreadStash(error);
  }
  // None is absent now.
  return stash.map(({ message }) => message as Message);
}

function readAbsent(stash: Stash, environment: Environment): void {
  const absent = new Map<number, Stashed>();
  for (const one of stash) if (!one.message) absent.set(one.slot, one);
  if (absent.size === 0) return;
  for (const { assignment } of environment.past(Math.min(...absent.keys()))) {
    const one = absent.get(assignment.slot);
    if (!one) continue;
    one.message = visibleMessage(assignment);
    absent.delete(one.slot);
    if (absent.size === 0) return;
  }
  const slots = [...absent.keys()];
  const { process } = environment;
  const what = `the stashed slots ${slots.join(', ')} of ${process.id} are not among its turns`;
  throw new HeddleError('checkpoint-invalid', what, { process: process.id, slots });
}
