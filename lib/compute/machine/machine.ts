import type { AnyStateMachine, EventFrom, EventObject, InputFrom } from 'xstate';
import { hashId } from '../../core/id.ts';
import { toTags } from '../../core/tags.ts';
import type { BehaviorOptions } from '../behavior.ts';
import type { Module } from '../executor.ts';
import { checkIsMachine, checkMachine } from './check.ts';
import type { MachineEvent, MachineMail } from './event.ts';
import { type MachineDefinition, MachineExecutor } from './executor.ts';

/** Those of a machine's events that a message by itself is not: they have more than a {@link MachineEvent}. */
type Unfit<Event extends EventObject> = Event extends unknown
  ? MachineEvent<Event['type']> extends Event
    ? never
    : Event
  : never;

/** How the messages of a machine become its events; needed if some event is more than a message with its `Action`. */
type EventOption<Machine extends AnyStateMachine> = {
  /** The event that a message is to the machine; undefined if it is none. */
  readonly event: (event: MachineEvent) => EventFrom<Machine> | undefined;
};

/** What a machine is started with; needed if it takes other input than a {@link MachineMail}. */
type InputOption<Machine extends AnyStateMachine> = {
  /** The input of a machine whose process's own item this is. */
  readonly input: (mail: MachineMail) => InputFrom<Machine>;
};

/** How a machine is known to other processes and how it is spoken to. */
export type MachineOptions<Machine extends AnyStateMachine> = BehaviorOptions &
  ([Unfit<EventFrom<Machine>>] extends [never] ? Partial<EventOption<Machine>> : EventOption<Machine>) &
  ([MachineMail] extends [InputFrom<Machine>] ? Partial<InputOption<Machine>> : InputOption<Machine>);

/**
 * A module of processes that are an XState machine each. Every message is the event whose type is its `Action`; the
 * process's own item starts the machine as its input. What the machine does with {@link outbox} leaves when the turn is
 * committed; its delays are virtual time. Its snapshot is the process's state: when an action or a guard throws, it is as
 * before and nothing is sent.
 *
 * @example
 * ```ts
 * import { createSystem, machine, type MachineEvent, outbox } from 'heddle';
 * import { setup } from 'xstate';
 *
 * const door = setup({ types: { events: {} as MachineEvent<'Open' | 'Close'> } }).createMachine({
 *   id: 'door',
 *   initial: 'closed',
 *   states: {
 *     closed: { on: { Open: { target: 'open', actions: outbox.reply({ data: 'come in' }) } } },
 *     open: { on: { Close: 'closed' }, after: { 60_000: 'closed' } },
 *   },
 * });
 * const system = createSystem();
 * const process = await system.spawn(machine(door));
 * const reply = await process.ask({ tags: { Action: 'Open' } });
 * console.log(reply.data); // come in
 * ```
 */
export function machine<Machine extends AnyStateMachine>(
  logic: Machine,
  ...[options]: Record<never, never> extends MachineOptions<Machine>
    ? [options?: MachineOptions<Machine>]
    : [options: MachineOptions<Machine>]
): Module {
  checkIsMachine(logic);
  const { name = logic.id, owner = '', tags, ...given }: BehaviorOptions = options ?? {};
  const { id = hashId('heddle machine', name) } = given;
  const { input = (mail) => mail, event = (own) => own }: Partial<MachineDefinition> = options ?? {};
  return {
    id,
    owner,
    tags: [
      ...toTags(tags),
      { name: 'Data-Protocol', value: 'ao' },
      { name: 'Type', value: 'Module' },
      { name: 'Module-Format', value: 'heddle-machine' },
    ],
    load: () => checkMachine(logic),
    start: (environment, from) => new MachineExecutor({ logic, input, event }, environment, from),
  };
}
