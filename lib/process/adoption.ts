import type { Moment } from '../core/clock.ts';
import type { Id } from '../core/id.ts';
import type { ChainPoint } from './chain.ts';

/** What a process goes on from whose first slots are not here: the last slot that is not, and its assignment. */
export interface Base extends ChainPoint {
  /** When that was made. */
  readonly moment: Moment;
  /** The SHA-256 of the checkpoint of the state after it. */
  readonly state: Id;
}

/** That a process began elsewhere. */
export interface Adoption {
  /** What it goes on from; undefined if all of its slots are here. */
  readonly base: Base | undefined;
  /** Whether it still gets its slots elsewhere. */
  isFollowed: boolean;
  /** When the newest slot was given there that is known here. */
  newest: Moment | undefined;
}

/** What is known of a process from before the history that is here. Few have any, so they have it as one. */
export interface Earlier {
  readonly adoption: Adoption | undefined;
  /** From where on its hash chain is computed. */
  readonly chainPoint: ChainPoint | undefined;
}
