import type { Assignment } from '../../core/assignment.ts';
import { encodeBase64Url } from '../../core/base64url.ts';
import { type Id, isId } from '../../core/id.ts';
import type { Message } from '../../core/message.ts';
import { type Tags, tagValue } from '../../core/tags.ts';
import type { DryRun, Environment, Identity } from '../executor.ts';

/**
 * The JSON that an AO module gets for an assignment, field by field as AO's compute unit writes it. A module's `From` is
 * what the system says; a `From` or `Owner` among the tags never reaches it.
 */
export function assignmentJson(assignment: Assignment): string {
  const fields = wireMessage(assignment, assignment);
  const { exclude } = assignment;
  return JSON.stringify(exclude.length === 0 ? fields : { ...fields, ...nothingFor(exclude), ...always(false) });
}

/** The JSON for a message that takes no slot. */
export const dryRunJson = (dryRun: DryRun): string => JSON.stringify(wireMessage(dryRun));

/** The JSON that tells a module of its process and of itself. */
export const environmentJson = ({ process, module }: Environment): string =>
  JSON.stringify({ Process: identity(process), Module: identity(module) });

/** Fields that are undefined are absent from the JSON. */
const wireMessage = ({ message, process, timestampMs, blockHeight }: DryRun, assignment?: Assignment) => ({
  Id: message.id,
  Signature: message.signature,
  Data: message.data,
  Owner: message.owner,
  Target: isItemOfOther(message, process) ? '' : targetOf(message, process),
  Anchor: isFor(message, process) ? message.anchor : listedAnchor(message.anchor),
  From: message.from,
  'Forwarded-By': assignment && isForwarded(message, process) ? message.owner : undefined,
  Tags: wireTags(message.tags.filter(({ name }) => name !== 'From' && name !== 'Owner')),
  Epoch: assignment?.epoch,
  Nonce: assignment?.slot,
  Timestamp: timestampMs,
  'Block-Height': blockHeight,
  'Hash-Chain': assignment?.hashChain,
  ...always(assignment === undefined),
});

/** Whom a message was for. What was sent to a name is for the process that has it. */
const targetOf = ({ target }: Message, process: Id): string => (target === '' || isId(target) ? target : process);

/** Whether a message was sent to the process. One that was assigned to it was for somebody else. */
const isFor = (message: Message, process: Id): boolean => targetOf(message, process) === process;

/** Whether a message is the item of another process, which is for nobody as an item. */
const isItemOfOther = ({ id, target }: Message, process: Id): boolean => target === id && id !== process;

/** Whether another process sent a message to this one. */
const isForwarded = (message: Message, process: Id): boolean =>
  isFor(message, process) && tagValue(message.tags, 'From-Process') !== undefined;

/**
 * The anchor of what was assigned, as a gateway lists it (`servers/cu/src/domain/lib/hydrateMessages.js`). One that is no text
 * is given as it is listed.
 */
function listedAnchor(anchor: string | null): string {
  const bytes = encoder.encode(anchor ?? '');
  return bytes.length === anchorBytes ? encodeBase64Url(bytes) : (anchor ?? '');
}

const encoder = new TextEncoder();
const anchorBytes = 32;

/** What no message is without. */
const always = (readOnly: boolean) => ({ Cron: false, 'Read-Only': readOnly });

const identity = ({ id, owner, tags }: Identity) => ({ Id: id, Owner: owner, Tags: wireTags(tags) });

const wireTags = (tags: Tags) => tags.map(({ name, value }) => ({ name, value }));

const nothingFor = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
