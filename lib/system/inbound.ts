import type { Module } from '../compute/executor.ts';
import { HeddleError } from '../core/error.ts';
import { checkNames, checkObject } from '../core/given.ts';
import type { Address } from '../core/id.ts';
import type { Limits } from '../core/limits.ts';
import { checkContent, ownTags } from '../core/message.ts';
import { frozenTag, mostTagBytes, type Tags, type TagsInput, tagValue } from '../core/tags.ts';
import type { Process } from '../process/process.ts';
import { InboundItem, InboundMessage } from './inbound-message.ts';
import type { Ledger } from './ledger.ts';

/** What is sent to a process from outside. */
export interface MessageInput {
  /** A wallet's address, or a process of the system to speak for. The system's own wallet by default. */
  readonly from?: Address;
  readonly tags?: TagsInput;
  readonly data?: string;
  /**
   * 32 bytes of text. Who signs makes one item of the same content with the same anchor: it has one id, however often it is
   * sent. Without an anchor, each message gets its own.
   */
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

/** How a message is made besides what its sender says. */
interface More {
  /** What a reply to it is to carry, besides the tags that its sender gives. */
  readonly reference?: string | undefined;
  /** It gets no slot. */
  readonly dryRun?: boolean;
}

/** The message that `input` is, with the tags that AO's client adds. Throws if it may not be sent. */
export function inboundMessage(input: MessageInput, to: Process, ledger: Ledger, more: More = {}): InboundMessage {
  checkObject('input', input);
  const { from, data = '', anchor = null } = input;
  const { reference, dryRun } = more;
  checkSender(from, ledger);
  const speaker = from === undefined ? undefined : ledger.find(from);
  const given = outsideTags(input.tags);
  const own = reference === undefined ? given : [...given, frozenTag('Reference', reference)];
  checkText(data, anchor);
  const content = {
    to,
    speaker,
    from: from?.toWellFormed(),
    own,
    data: data.toWellFormed(),
    anchor: anchor?.toWellFormed() ?? null,
    sequence: dryRun ? -1 : ledger.records,
  };
  const message = new InboundMessage(content, ledger.carrier);
  const { limits } = ledger;
  if (anchor !== null || !isSmall(own, data, limits)) checkContent(message, limits);
  return message;
}

const itemNames: readonly (keyof SpawnInput)[] = ['owner', 'name', 'tags', 'data'];

/** The item of the process that `input` describes. Throws if it may not be spawned. */
export function inboundItem(module: Module, input: SpawnInput, ledger: Ledger): InboundItem {
  checkObject('input', input);
  checkNames(input, itemNames);
  const { owner, name, data = '' } = input;
  checkSender(owner, ledger);
  if (owner !== undefined && ledger.find(owner)) {
    throw new HeddleError('sender-invalid', `the process ${owner} spawns by itself, not as an owner`, { owner });
  }
  const given = outsideTags(input.tags);
  if ((tagValue(given, 'Module') ?? module.id) !== module.id) {
    throw new HeddleError('tags-invalid', `a tag names another module than ${module.id}`, { module: module.id });
  }
  const own = name === undefined ? given : [...outsideTags({ Name: name }), ...given];
  checkText(data, null);
  const content = { owner: owner?.toWellFormed(), own, data: data.toWellFormed(), sequence: ledger.records };
  const item = new InboundItem(content, module, ledger.carrier);
  const { limits } = ledger;
  if (!isSmall(own, data, limits)) checkContent(item, limits);
  return item;
}

/** Whether it is far from the limits, so that the message need not be made to be measured. */
const isSmall = (own: Tags, data: string, limits: Limits): boolean =>
  data.length * 3 <= limits.dataBytes && mostTagBytes(own) + protocolBytes <= limits.tagBytes;

/** More than the tags take that are added to a message or an item. */
const protocolBytes = 1_024;

function checkText(data: unknown, anchor: unknown): void {
  if (typeof data !== 'string') throw new HeddleError('data-invalid', `data is of type ${typeof data}`);
  if (anchor !== null && typeof anchor !== 'string') {
    throw new HeddleError('anchor-invalid', `the anchor is of type ${typeof anchor}`);
  }
}

function checkSender(from: Address | undefined, ledger: Ledger): void {
  const { carrier } = ledger;
  if (from === undefined) return;
  if (typeof from !== 'string' || from === '') {
    throw new HeddleError('sender-invalid', `the sender is ${JSON.stringify(from) ?? String(from)}`);
  }
  if (carrier.signer) {
    if (from === carrier.wallet || ledger.find(from)) return;
    const what = `the system signs as ${carrier.wallet}, not as ${from}`;
    throw new HeddleError('sender-invalid', what, { from });
  }
  // aos trusts whatever comes from its authority, so nobody outside may speak as it.
  if (from === carrier.messenger || from === carrier.scheduler || from === carrier.supervisor) {
    throw new HeddleError('sender-forged', `${from} is an address of the system itself`, { from });
  }
}

function outsideTags(input: TagsInput | undefined): Tags {
  if (input === undefined) return noTags;
  const tags = ownTags(input);
  for (const { name } of tags) {
    if (name === 'From-Process' || name === 'From-Module' || name === 'Forwarded-By') {
      throw new HeddleError('sender-forged', `a message from outside has the tag ${name}`, { tag: name });
    }
  }
  return tags;
}

const noTags: Tags = [];
