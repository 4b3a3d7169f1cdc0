import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import type { PublishedAssignment } from './assignment.ts';

/** A refusal of a slot that lacks something, which it completes as a sentence. */
export const gap = (
  process: Id,
  slot: number,
  what: string,
  facts: Readonly<Record<string, Json>> = {},
  options?: ErrorOptions,
): HeddleError => new HeddleError('schedule-gap', sentence(process, slot, what), { process, slot, ...facts }, options);

/** A refusal of a slot that has more than one assignment. */
export const forked = (process: Id, slot: number, what: string, ids: readonly Id[]): HeddleError =>
  new HeddleError('schedule-forked', sentence(process, slot, what), { process, slot, ids });

/** A refusal of a slot whose assignment was made after another one than that of the slot before. */
export const broken = (process: Id, { id, slot, hashChain }: PublishedAssignment): HeddleError => {
  const what = `has the assignment ${id}, which does not continue the hash chain`;
  return new HeddleError('schedule-broken', sentence(process, slot, what), { process, slot, id, hashChain });
};

/** Also says how what is good is read without coming there. */
const sentence = (process: Id, slot: number, what: string): string =>
  `slot ${slot} of ${process} ${what}${slot === 0 ? '' : `; upTo: ${slot - 1} reads what comes before`}`;
