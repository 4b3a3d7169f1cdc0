import { Sent } from '../compute/sent.ts';
import { HeddleError } from '../core/error.ts';
import type { Id } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { checkContent } from '../core/message.ts';
import type { OutboxMessage, OutboxTag } from '../core/outcome.ts';
import { mostTagBytes, type Tags, tagValue, withoutTags } from '../core/tags.ts';
import { PushedMessage, relayedTags } from './pushed-message.ts';
import type { Sender } from './sender.ts';

/**
 * The message that an outbox entry becomes, as AO's messenger builds it: owned by the messenger, spoken by the process.
 * Throws if the entry makes no message.
 */
export function relayedMessage(entry: OutboxMessage, index: number, sender: Sender): PushedMessage {
  if (typeof entry.target !== 'string' || entry.target === '') {
    throw new HeddleError('outbox-incomplete', 'the message has no target');
  }
  if (entry instanceof Sent) return relayedSent(entry, index, sender);
  // AO's messenger drops a message without anchor; one that is null has been left out on purpose.
  if (entry.anchor === undefined || !entry.tags) {
    throw new HeddleError('outbox-incomplete', `the message has no ${entry.tags ? 'anchor' : 'tags'}`);
  }
  const anchor = entry.anchor === null ? null : textOf(entry.anchor, 'anchor');
  const content = { target: entry.target, anchor, tags: relayedTags(tagsOf(entry), sender), data: dataOf(entry) };
  return checked(new PushedMessage('message', content, index, sender));
}

/** Whether what a behavior sent goes at once and is far from every limit. */
export const isPlain = ({ target, own, data, delayMs }: Sent, { carrier, addedTagBytes }: Sender): boolean =>
  own.length === 0 &&
  delayMs === undefined &&
  target !== '' &&
  addedTagBytes <= carrier.limits.tagBytes &&
  data.length * 3 <= carrier.limits.dataBytes;

function relayedSent(entry: Sent, index: number, sender: Sender): PushedMessage {
  const message = new PushedMessage('message', entry, index, sender);
  const { limits } = sender.carrier;
  // What is far from the limits need not be made to be measured.
  const tagBytes = sender.addedTagBytes + mostTagBytes(entry.own);
  if (tagBytes > limits.tagBytes || entry.data.length * 3 > limits.dataBytes) checkContent(message, limits);
  return message;
}

/** The item of the process that a spawn entry asks for. Throws if the entry makes none. */
export function spawnedItem(entry: OutboxMessage, index: number, sender: Sender): PushedMessage {
  const { speaker, carrier } = sender;
  const own = tagsOf(entry);
  if (tagValue(own, 'Module') === undefined) throw new HeddleError('outbox-incomplete', 'the spawn names no Module');
  const tags = [
    ...withoutTags(own, 'Data-Protocol', 'Type').map((tag) =>
      tag.name === 'From-Module' ? { ...tag, value: speaker.module.id } : tag,
    ),
    { name: 'Variant', value: tagValue(own, 'Variant') === 'ao.N.1' ? 'ao.N.1' : 'ao.TN.1' },
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Process' },
    { name: 'From-Process', value: speaker.id },
    { name: 'Pushed-For', value: sender.pushedFor },
    ...(tagValue(own, 'Scheduler') === undefined ? [{ name: 'Scheduler', value: carrier.scheduler }] : []),
  ];
  const content = { target: '', anchor: null, tags, data: dataOf(entry) };
  return checked(new PushedMessage('spawn', content, index, sender));
}

/**
 * The notice that tells the spawner its process is there. It speaks as the spawner and carries the spawn's own tags,
 * among them the reference that `receive` in aos waits for.
 */
export function spawnedNotice(entry: OutboxMessage, index: number, spawned: Id, sender: Sender): PushedMessage {
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
  const content = { target: sender.process, anchor: null, tags, data: ' ' };
  return checked(new PushedMessage('notice', content, index, sender));
}

function checked(message: PushedMessage): PushedMessage {
  checkContent(message, PushedMessage.senderOf(message).carrier.limits);
  return message;
}

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
