import type { SlotRef } from '../core/commit.ts';
import { HeddleError } from '../core/error.ts';
import type { Address, Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import type { Limits } from '../core/limits.ts';
import {
  checkContent,
  type Message,
  type MessageContent,
  unsignedMessage,
  unsignedProcessItem,
} from '../core/message.ts';
import type { OutboxMessage, OutboxTag } from '../core/outcome.ts';
import { type Tags, tagValue, withoutTags } from '../core/tags.ts';

/** Whose outbox is being sent, and what that adds to each message. */
export interface Sender {
  readonly turn: SlotRef;
  /** The sender's module, as its item names it. */
  readonly module: Id;
  readonly scheduler: Address;
  /** The address that signs for processes. */
  readonly messenger: Address;
  /** The message from outside that the chain of messages goes back to. */
  readonly pushedFor: Id;
  readonly limits: Limits;
}

/**
 * The message that an outbox entry becomes, as AO's messenger builds it: owned by the messenger, spoken by the process.
 * Throws if the entry makes no message.
 */
export function relayedMessage(entry: OutboxMessage, index: number, sender: Sender): Message {
  const { turn, module, messenger, pushedFor, limits } = sender;
  if (typeof entry.target !== 'string' || entry.target === '') {
    throw new HeddleError('outbox-incomplete', 'the message has no target');
  }
  // AO's messenger drops a message without anchor; one that is null has been left out on purpose.
  if (entry.anchor === undefined || !entry.tags) {
    throw new HeddleError('outbox-incomplete', `the message has no ${entry.tags ? 'anchor' : 'tags'}`);
  }
  const kept = withoutTags(tagsOf(entry), 'Data-Protocol', 'Type', 'From-Process', 'From-Module', 'Assignments');
  const tags = [
    ...kept,
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Message' },
    { name: 'From-Process', value: turn.process },
    { name: 'From-Module', value: module },
    { name: 'Pushed-For', value: pushedFor },
  ];
  const anchor = entry.anchor === null ? null : textOf(entry.anchor, 'anchor');
  return checked(
    { owner: messenger, from: turn.process, target: entry.target, anchor, tags, data: dataOf(entry) },
    originOf(turn, 'message', index),
    limits,
  );
}

/** The item of the process that a spawn entry asks for. Throws if the entry makes none. */
export function spawnedItem(entry: OutboxMessage, index: number, sender: Sender): Message {
  const { turn, module, scheduler, messenger, pushedFor, limits } = sender;
  const own = tagsOf(entry);
  if (tagValue(own, 'Module') === undefined) throw new HeddleError('outbox-incomplete', 'the spawn names no Module');
  const tags = [
    ...withoutTags(own, 'Data-Protocol', 'Type').map((tag) =>
      tag.name === 'From-Module' ? { ...tag, value: module } : tag,
    ),
    { name: 'Variant', value: tagValue(own, 'Variant') === 'ao.N.1' ? 'ao.N.1' : 'ao.TN.1' },
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Process' },
    { name: 'From-Process', value: turn.process },
    { name: 'Pushed-For', value: pushedFor },
    ...(tagValue(own, 'Scheduler') === undefined ? [{ name: 'Scheduler', value: scheduler }] : []),
  ];
  const content = { owner: messenger, from: turn.process, tags, data: dataOf(entry) };
  checkContent({ ...content, anchor: null }, limits);
  return unsignedProcessItem(content, originOf(turn, 'spawn', index));
}

/**
 * The notice that tells the spawner its process is there. It speaks as the spawner and carries the spawn's own tags,
 * among them the reference that `receive` in aos waits for.
 */
export function spawnedNotice(entry: OutboxMessage, index: number, spawned: Id, sender: Sender): Message {
  const { turn, messenger, limits } = sender;
  const own = tagsOf(entry);
  const tags = [
    ...own.filter(
      ({ name, value }) => !(name === 'Data-Protocol' && value === 'ao') && name !== 'Variant' && name !== 'Type',
    ),
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Message' },
    { name: 'Process', value: spawned },
    { name: 'Action', value: 'Spawned' },
    { name: 'Variant', value: tagValue(own, 'Variant') === 'ao.N.1' ? 'ao.N.1' : 'ao.TN.1' },
  ];
  return checked(
    { owner: messenger, from: turn.process, target: turn.process, anchor: null, tags, data: ' ' },
    originOf(turn, 'notice', index),
    limits,
  );
}

function checked(content: MessageContent, origin: string, limits: Limits): Message {
  checkContent(content, limits);
  return unsignedMessage(content, origin);
}

const originOf = ({ process, slot }: SlotRef, kind: string, index: number): string =>
  `${process} ${slot} ${kind} ${index}`;

/** AO sends a space where there is no data. */
const dataOf = (entry: OutboxMessage): string => (entry.data === undefined ? ' ' : textOf(entry.data, 'data') || ' ');

const tagsOf = (entry: OutboxMessage): Tags => (entry.tags ?? []).map(tagOf);

const tagOf = ({ name, value }: OutboxTag): { name: string; value: string } => ({
  name: textOf(name, 'tag name'),
  value: textOf(value, `tag ${textOf(name, 'tag name')}`),
});

/** Lua writes numbers and booleans where the network wants text; those have one spelling, other values have none. */
function textOf(value: Json, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new HeddleError('outbox-incomplete', `the ${what} is ${JSON.stringify(value).slice(0, 60)}, not text`);
}
