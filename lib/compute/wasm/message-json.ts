import type { Assignment } from '../../core/assignment.ts';
import { type Tags, tagValue, withoutTags } from '../../core/tags.ts';
import type { DryRun, Environment, Identity } from '../executor.ts';

/**
 * The JSON that an AO module gets for an assignment, field by field as AO's compute unit writes it. A module's `From` is
 * what the system says; a `From` or `Owner` among the tags never reaches it.
 */
export function assignmentJson(assignment: Assignment): string {
  const { epoch, slot, hashChain, exclude } = assignment;
  const fields = {
    ...messageFields(assignment),
    Epoch: epoch,
    Nonce: slot,
    ...moment(assignment),
    'Hash-Chain': hashChain,
  };
  return JSON.stringify({ ...without(fields, exclude), Cron: false, 'Read-Only': false });
}

/** The JSON for a message that takes no slot. */
export function dryRunJson(dryRun: DryRun): string {
  const { 'Forwarded-By': _, ...fields } = messageFields(dryRun);
  return JSON.stringify({ ...fields, ...moment(dryRun), Cron: false, 'Read-Only': true });
}

/** The JSON that tells a module of its process and of itself. */
export const environmentJson = ({ process, module }: Environment): string =>
  JSON.stringify({ Process: identity(process), Module: identity(module) });

const messageFields = ({ message }: Pick<Assignment, 'message'>) => ({
  Id: message.id,
  Signature: message.signature,
  Data: message.data,
  Owner: message.owner,
  Target: message.target,
  Anchor: message.anchor,
  From: message.from,
  // Absent from the JSON unless a process sent it.
  'Forwarded-By': tagValue(message.tags, 'From-Process') === undefined ? undefined : message.owner,
  Tags: wireTags(withoutTags(message.tags, 'From', 'Owner')),
});

const moment = ({ timestampMs, blockHeight }: Pick<Assignment, 'timestampMs' | 'blockHeight'>) => ({
  Timestamp: timestampMs,
  'Block-Height': blockHeight,
});

const identity = ({ id, owner, tags }: Identity) => ({ Id: id, Owner: owner, Tags: wireTags(tags) });

const wireTags = (tags: Tags) => tags.map(({ name, value }) => ({ name, value }));

const without = (fields: object, names: readonly string[]): object =>
  names.length === 0 ? fields : Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
