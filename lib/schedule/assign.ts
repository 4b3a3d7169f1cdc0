import type { Assignment } from '../core/assignment.ts';
import { type Address, hashId, type Id } from '../core/id.ts';
import type { MessageSigner } from '../core/message-signer.ts';
import { signedId } from '../core/seal.ts';
import { type Tags, tagTexts } from '../core/tags.ts';

/** AO reserves epochs for grouping slots; every implementation has one. */
export const epoch = 0;

/** Who assigns slots. */
export interface Assigner {
  readonly scheduler: Address;
  readonly signer?: MessageSigner | undefined;
}

/** The id of an assignment that somebody made. */
export function assignmentId(assignment: Omit<Assignment, 'id'>, { scheduler, signer }: Assigner): Id {
  const tags = assignmentTags(assignment);
  if (signer) return signedId(signer.signMessage({ target: '', anchor: null, tags, data: '' }));
  return hashId('heddle assignment', scheduler, ...tagTexts(tags));
}

/** The tags of the assignment's own item, in the order in which AO's scheduler writes them. */
export function assignmentTags(assignment: Omit<Assignment, 'id'>): Tags {
  const { process, slot, hashChain, blockHeight, timestampMs, message, exclude } = assignment;
  return [
    { name: 'Process', value: process },
    { name: 'Epoch', value: String(assignment.epoch) },
    { name: 'Nonce', value: String(slot) },
    { name: 'Hash-Chain', value: hashChain },
    { name: 'Block-Height', value: String(blockHeight).padStart(12, '0') },
    { name: 'Timestamp', value: String(timestampMs) },
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Type', value: 'Assignment' },
    { name: 'Variant', value: 'ao.TN.1' },
    // The process's own item is the process: its assignment names no message.
    ...(message.id === process ? [] : [{ name: 'Message', value: message.id }]),
    ...exclude.map((value) => ({ name: 'Exclude', value })),
  ];
}
