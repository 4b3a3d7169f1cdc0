import type { Assignment } from '../../core/assignment.ts';
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
  Target: targetOf(message, process),
  Anchor: message.anchor,
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

/** Whether another process sent a message to this one. One that was assigned to it was for somebody else. */
const isForwarded = (message: Message, process: Id): boolean =>
  targetOf(message, process) === process && tagValue(message.tags, 'From-Process') !== undefined;

/** What no message is without. */
const always = (readOnly: boolean) => ({ Cron: false, 'Read-Only': readOnly });

const identity = ({ id, owner, tags }: Identity) => ({ Id: id, Owner: owner, Tags: wireTags(tags) });

const wireTags = (tags: Tags) => tags.map(({ name, value }) => ({ name, value }));

const nothingFor = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
