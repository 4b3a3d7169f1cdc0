import type { Assignment } from '../core/assignment.ts';
import type { Moment } from '../core/clock.ts';
import type { Delivery } from '../core/commit.ts';
import { type Address, hashId } from '../core/id.ts';
import { type Tags, tagTexts } from '../core/tags.ts';
import { nextHashChain } from './hash-chain.ts';

/** AO reserves epochs for grouping slots; every implementation has one. */
const epoch = 0;

/** Gives `delivery` the slot after `last`, the process's newest assignment if it has one. */
export function assign(
  delivery: Delivery,
  last: Assignment | undefined,
  moment: Moment,
  scheduler: Address,
): Assignment {
  const { process, message, exclude } = delivery;
  const slot = last ? last.slot + 1 : 0;
  const content = { process, slot, epoch, hashChain: nextHashChain(process, last), ...moment, message, exclude };
  const id = hashId('heddle assignment', scheduler, ...tagTexts(assignmentTags(content)));
  return Object.freeze({ id, ...content });
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
