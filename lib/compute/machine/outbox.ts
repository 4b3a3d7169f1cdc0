import {
  type ActionArgs,
  type ActionFunction,
  type EventObject,
  emit,
  type MachineContext,
  type ParameterizedObject,
} from 'xstate';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { Sending, Spawning, Turn } from '../turn.ts';

/** An answer. It goes to `message`, or if that is left out to the message of this turn. */
export interface Replying extends Omit<Sending, 'target'> {
  /** A message may be kept in the context and answered in a later turn. */
  readonly message?: Message;
}

/** A message that is somewhere already, to be assigned to processes as well. */
export interface Assigning {
  readonly message: Id;
  readonly processes: readonly Id[];
}

/** What an outbox action takes: what to do, or a function of what XState's own actions get that says it. */
export type OutboxEntry<
  Entry,
  Context extends MachineContext,
  Event extends EventObject,
  Params extends ParameterizedObject['params'] | undefined,
  Events extends EventObject,
> = Entry | ((args: ActionArgs<Context, Event, Events>, params: Params) => Entry);

/** An action creator for entries of one kind. */
export type OutboxActionOf<Entry> = <
  Context extends MachineContext,
  Event extends EventObject,
  Params extends ParameterizedObject['params'] | undefined,
  Events extends EventObject,
>(
  entry: OutboxEntry<Entry, Context, Event, Params, Events>,
  // Not an alias: through one TypeScript infers no events.
) => ActionFunction<Context, Event, Events, Params, never, never, never, never, never>;

/**
 * The actions by which a machine that is an AO process speaks to others. They stand wherever XState's own actions do and
 * may be given a function of the context and the event. They are `emit` underneath: `outbox.send(entry)` emits
 * `{ type: 'outbox.send', entry }`, so that a machine can be tested with XState alone.
 *
 * - `send` sends a message, at once or after `delayMs` of virtual time. A `Reference` among its tags is what a reply
 *   carries as `X-Reference`.
 * - `reply` answers the message of this turn, or one that was kept.
 * - `spawn` spawns a process; the notice that it is there is the event `Spawned` with its id in the tag `Process`.
 * - `assign` has a message that has a slot somewhere assigned to other processes too.
 * - `print` sets the output of the turn.
 *
 * @example
 * ```ts
 * import { machine, type MachineEvent, outbox } from 'heddle';
 * import { setup } from 'xstate';
 *
 * const greeter = machine(
 *   setup({
 *     types: { events: {} as MachineEvent<'Greet'> },
 *     actions: { greet: outbox.reply(({ event }) => ({ data: `Hello ${event.data}` })) },
 *   }).createMachine({ id: 'greeter', on: { Greet: { actions: 'greet' } } }),
 * );
 * ```
 */
export const outbox: {
  readonly send: OutboxActionOf<Sending>;
  readonly reply: OutboxActionOf<Replying>;
  readonly spawn: OutboxActionOf<Spawning>;
  readonly assign: OutboxActionOf<Assigning>;
  readonly print: OutboxActionOf<Json>;
} = {
  send: emitting('outbox.send'),
  reply: emitting('outbox.reply'),
  spawn: emitting('outbox.spawn'),
  assign: emitting('outbox.assign'),
  print: emitting('outbox.print'),
};

/** What an outbox action emits. */
export type OutboxEvent =
  | { readonly type: 'outbox.send'; readonly entry: Sending }
  | { readonly type: 'outbox.reply'; readonly entry: Replying }
  | { readonly type: 'outbox.spawn'; readonly entry: Spawning }
  | { readonly type: 'outbox.assign'; readonly entry: Assigning }
  | { readonly type: 'outbox.print'; readonly entry: Json };

/** Does in `turn`, whose message is `answered`, what an outbox action emitted. */
export function perform({ type, entry }: OutboxEvent, turn: Turn, answered: Message | undefined): void {
  switch (type) {
    case 'outbox.send':
      turn.send(entry);
      return;
    case 'outbox.reply':
      turn.reply(entry.message ?? answered ?? nobody(), entry);
      return;
    case 'outbox.spawn':
      turn.spawn(entry);
      return;
    case 'outbox.assign':
      turn.assign(entry.message, entry.processes);
      return;
    case 'outbox.print':
      turn.output(entry);
  }
}

function emitting<Entry>(type: OutboxEvent['type']): OutboxActionOf<Entry> {
  return <
    Context extends MachineContext,
    Event extends EventObject,
    Params extends ParameterizedObject['params'] | undefined,
    Events extends EventObject,
  >(
    given: OutboxEntry<Entry, Context, Event, Params, Events>,
  ) => {
    const action = emit<Context, Event, Params, Events, EventObject>((args, params) => ({
      type,
      // Entries are plain data: a function is what says one.
      entry: given instanceof Function ? given(args, params) : given,
    }));
    // To XState's types it emits nothing: a machine that says which events it emits need not list these.
    return action as ActionFunction<Context, Event, Events, Params, never, never, never, never, never>;
  };
}

function nobody(): never {
  throw new HeddleError('option-invalid', 'a reply in the turn of a delay does not say which message it answers');
}
