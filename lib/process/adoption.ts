import type { Moment } from '../core/clock.ts';
import type { Id } from '../core/id.ts';
import type { ChainEnd } from '../schedule/hash-chain.ts';

/** What a process goes on from whose first slots are not here. */
export interface Base {
  /** The last slot that is not. */
  readonly slot: number;
  /** Its assignment. */
  readonly end: ChainEnd;
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
}
