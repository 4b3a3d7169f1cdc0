import type { Id } from '../../core/id.ts';
import { type ChainEnd, nextHashChain } from '../../schedule/hash-chain.ts';
import type { Candidate } from './assignment.ts';
import { broken, forked } from './schedule-errors.ts';

/**
 * AO's compute unit checks the hash chains of processes that are not older than this block
 * (`servers/cu/src/domain/lib/loadMessages.js`).
 */
const firstCheckedHeight = 1_440_000;

/** What else a chain may have to know. */
export interface ChainSource {
  /** The assignments of a slot, of which there may be none. */
  followers(slot: number): Promise<readonly Candidate[]>;
  /** The height at which the schedule began, as its scheduler has signed it; undefined if that is not to be had. */
  firstHeight(): Promise<number | undefined>;
}

/** Follows the hash chain of a schedule. */
export class ScheduleChain {
  readonly #process: Id;
  readonly #source: ChainSource;
  /** Undefined before the first slot, null if it is not known. */
  #end: ChainEnd | undefined | null;
  #isChecked = true;

  constructor(process: Id, source: ChainSource, end: ChainEnd | undefined | null) {
    this.#process = process;
    this.#source = source;
    this.#end = end;
  }

  /** Goes on with one of a slot's assignments, of which there is one at least. */
  async next(slot: number, candidates: readonly Candidate[]): Promise<Candidate> {
    const fitting = await this.#fitting(candidates);
    const [only, ...others] = fitting as [Candidate, ...Candidate[]];
    const chosen = others.length === 0 ? only : this.#confirmed(fitting, await this.#source.followers(slot + 1));
    const { id, hashChain } = chosen.assignment;
    this.#end = { id, hashChain };
    return chosen;
  }

  /** Those that go on from the end of the schedule so far. */
  async #fitting(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (!this.#isChecked || this.#end === null) return candidates;
    const expected = nextHashChain(this.#process, this.#end);
    const fitting = candidates.filter(({ assignment }) => assignment.hashChain === expected);
    if (fitting.length > 0) return fitting;
    const began = (await this.#source.firstHeight()) ?? firstCheckedHeight;
    const [{ assignment }] = candidates as [Candidate];
    if (began >= firstCheckedHeight) throw broken(this.#process, assignment);
    this.#isChecked = false;
    return candidates;
  }

  /** The one of several that what comes next was made after. */
  #confirmed(candidates: readonly Candidate[], followers: readonly Candidate[]): Candidate {
    const chains = new Set(followers.map(({ assignment }) => assignment.hashChain));
    const [one, ...others] = candidates.filter(({ assignment }) =>
      chains.has(nextHashChain(this.#process, assignment)),
    );
    if (one && others.length === 0) return one;
    const [{ assignment }] = candidates as [Candidate];
    const ids = candidates.map((candidate) => candidate.assignment.id);
    const why = one
      ? 'each of which the schedule goes on from'
      : 'and nothing tells which one the schedule goes on from';
    throw forked(this.#process, assignment.slot, `has ${ids.length} assignments, ${why}`, ids);
  }
}
