import type { Assignment } from '../core/assignment.ts';
import { hashBytes, type Id, idToBytes } from '../core/id.ts';

/** The end of a schedule, which the next assignment continues. */
export type ChainEnd = Pick<Assignment, 'id' | 'hashChain'>;

/**
 * The hash chain of the next assignment: of the process id for the first one, then of the last assignment's id followed
 * by its hash chain, as AO's scheduler computes it.
 */
export const nextHashChain = (process: Id, last: ChainEnd | undefined): Id =>
  last ? hashBytes(idToBytes(last.id), idToBytes(last.hashChain)) : hashBytes(idToBytes(process));
