import type { Address } from '../../core/id.ts';
import type { Message } from '../../core/message.ts';
import type { DryRun } from '../executor.ts';

/** A message as a machine gets it: the item that starts the process as its input, every other one in an event. */
export interface MachineMail {
  readonly message: Message;
  /** Who speaks, according to the system. Guards go by this and never by a tag. */
  readonly from: Address;
  readonly data: string;
  /** The first value of each tag. */
  readonly tags: Readonly<Record<string, string | undefined>>;
  readonly slot: number;
  /** When the message got its slot. */
  readonly timestampMs: number;
  readonly blockHeight: number;
}

/**
 * The event that a message with that `Action` is: `MachineEvent<'Pay' | 'Ship'>` are two. A message without an `Action`
 * is a `MachineEvent<'Message'>`.
 */
export type MachineEvent<Action extends string = string> = Action extends string
  ? MachineMail & { readonly type: Action }
  : never;

/** A message as a machine gets it. */
export function mailOf(message: Message, { timestampMs, blockHeight }: DryRun, slot: number): MachineMail {
  const tags: Record<string, string> = {};
  for (const { name, value } of message.tags) if (!Object.hasOwn(tags, name)) tags[name] = value;
  const { from, data } = message;
  return { message, from, data, tags, slot, timestampMs, blockHeight };
}

/** The event that a message is. */
export const eventOf = (mail: MachineMail): MachineEvent => ({ ...mail, type: mail.tags.Action || 'Message' });

/**
 * Whether events of that type are XState's own: the ends of children and of delays. Nobody may send those from outside,
 * or anyone could end a delay or say what a child has come to.
 */
export const isInternal = (type: string): boolean => type.startsWith('xstate.');
