import type { Module } from '../compute/executor.ts';
import { HeddleError } from '../core/error.ts';
import type { Address, Id } from '../core/id.ts';
import { checkContent, checkTags, type Message, unsignedMessage, unsignedProcessItem } from '../core/message.ts';
import { type Tags, type TagsInput, tagValue, toTags } from '../core/tags.ts';
import type { Addresses } from './addresses.ts';
import type { Ledger } from './ledger.ts';

/** What is sent to a process from outside. */
export interface MessageInput {
  /** A wallet's address, or a process of the system to speak for. The system's own wallet by default. */
  readonly from?: Address;
  readonly tags?: TagsInput;
  readonly data?: string;
  /** 32 bytes of text. */
  readonly anchor?: string;
}

/** What a process is spawned with. */
export interface SpawnInput {
  /** A wallet's address; the system's own wallet by default. */
  readonly owner?: Address;
  /** What the process calls itself: its `Name` tag. */
  readonly name?: string;
  /** An `Authority` tag among them replaces the default one, which trusts what processes of this system send. */
  readonly tags?: TagsInput;
  readonly data?: string;
}

/** The message that `input` is, with the tags that AO's client adds. Throws if it may not be sent. */
export function inboundMessage(
  input: MessageInput,
  target: Id,
  origin: string,
  ledger: Ledger,
  addresses: Addresses,
): Message {
  const from = senderOf(input.from, addresses);
  const own = ownTags(input.tags);
  const speaksFor = ledger.processes.get(from);
  const tags = [
    ...own,
    ...protocolTags(own, 'Message'),
    ...(speaksFor
      ? [
          { name: 'From-Process', value: from },
          { name: 'From-Module', value: speaksFor.module.id },
        ]
      : []),
  ];
  const content = { tags, data: input.data ?? '', anchor: input.anchor ?? null };
  checkContent(content, ledger.limits);
  return unsignedMessage({ ...content, owner: speaksFor ? addresses.messenger : from, from, target }, origin);
}

/** The item of the process that `input` describes. Throws if it may not be spawned. */
export function inboundItem(
  module: Module,
  input: SpawnInput,
  origin: string,
  ledger: Ledger,
  addresses: Addresses,
): Message {
  const owner = senderOf(input.owner, addresses);
  if (ledger.processes.has(owner)) {
    throw new HeddleError('sender-invalid', `the process ${owner} spawns by itself, not as an owner`, { owner });
  }
  const own = ownTags(input.tags);
  if ((tagValue(own, 'Module') ?? module.id) !== module.id) {
    throw new HeddleError('tags-invalid', `a tag names another module than ${module.id}`, { module: module.id });
  }
  const tags = [
    ...(input.name === undefined ? [] : [{ name: 'Name', value: input.name }]),
    ...own,
    ...(tagValue(own, 'Authority') === undefined ? [{ name: 'Authority', value: addresses.messenger }] : []),
    ...protocolTags(own, 'Process'),
    ...(tagValue(own, 'Module') === undefined ? [{ name: 'Module', value: module.id }] : []),
    ...(tagValue(own, 'Scheduler') === undefined ? [{ name: 'Scheduler', value: addresses.scheduler }] : []),
  ];
  const content = { owner, from: owner, tags, data: input.data ?? '' };
  checkContent({ ...content, anchor: null }, ledger.limits);
  return unsignedProcessItem(content, origin);
}

function protocolTags(own: Tags, type: string): Tags {
  const tags = [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: type },
  ];
  return tags.filter((tag) => tag.name === 'Type' || tagValue(own, tag.name) === undefined);
}

function senderOf(from: Address | undefined, addresses: Addresses): Address {
  if (from === undefined) return addresses.wallet;
  if (typeof from !== 'string' || from === '') {
    throw new HeddleError('sender-invalid', `the sender is ${JSON.stringify(from) ?? String(from)}`);
  }
  // aos trusts whatever comes from its authority, so nobody outside may speak as it.
  if (from === addresses.messenger || from === addresses.scheduler) {
    throw new HeddleError('sender-forged', `${from} is an address of the system itself`, { from });
  }
  return from;
}

function ownTags(input: TagsInput | undefined): Tags {
  const tags = toTags(input);
  checkTags(tags);
  for (const name of ['From-Process', 'From-Module', 'Forwarded-By']) {
    if (tagValue(tags, name) !== undefined) {
      throw new HeddleError('sender-forged', `a message from outside has the tag ${name}`, { tag: name });
    }
  }
  return tags;
}
