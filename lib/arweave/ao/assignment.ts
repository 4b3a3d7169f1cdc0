import type { Assignment } from '../../core/assignment.ts';
import type { Address, Id } from '../../core/id.ts';
import { isOfType, TagProblem, TagReader } from './ao-tags.ts';
import { isSignedBy, type Published } from './published.ts';

/**
 * What a scheduler has signed of one slot, without the message itself.
 *
 * @example
 * ```ts
 * import type { PublishedAssignment } from 'heddle/arweave';
 *
 * const chainEnd = ({ slot, id, hashChain }: PublishedAssignment) => ({ slot, id, hashChain });
 * ```
 */
export type PublishedAssignment = Omit<Assignment, 'message'>;

/** An assignment, and the id of the message or transaction that it gives its slot to. */
export interface Candidate {
  readonly assignment: PublishedAssignment;
  readonly message: Id;
}

/**
 * Reads an assignment as AO's scheduler writes it (`servers/su/src/domain/core/builder.rs`). Throws a `TagProblem` if it is
 * not one of this scheduler for this slot of the process.
 */
export function readAssignment(published: Published, process: Id, scheduler: Address, slot: number): Candidate {
  const { id, tags } = published;
  // Anybody may publish items with such tags.
  if (!isSignedBy(published, scheduler)) throw new TagProblem(`is signed by ${published.owner}`);
  if (!isOfType(tags, 'Assignment')) throw new TagProblem('is not tagged as an assignment of AO');
  const read = new TagReader(tags);
  if (read.id('Process') !== process) throw new TagProblem(`is of the process ${read.id('Process')}`);
  if (read.whole('Nonce') !== slot) throw new TagProblem(`is of slot ${read.whole('Nonce')}`);
  const assignment: PublishedAssignment = {
    id,
    process,
    slot,
    epoch: read.whole('Epoch'),
    hashChain: read.id('Hash-Chain'),
    blockHeight: read.whole('Block-Height'),
    timestampMs: read.whole('Timestamp'),
    exclude: tags.filter(({ name }) => name === 'Exclude').map(({ value }) => value),
  };
  // That of the process's own item names none, and is the first.
  const named = read.optional('Message', (name) => read.id(name));
  if (named === undefined && slot > 0) throw new TagProblem('names no message');
  return { assignment, message: named ?? process };
}
