import { hashId, type Id } from '../../core/id.ts';
import { Recent } from '../../core/recent.ts';
import type { ChainEnd } from '../../schedule/hash-chain.ts';
import { inStore } from '../../store/guard.ts';
import type { Notes } from '../../store/notes.ts';
import { readJson, writeJson } from './journal.ts';

/** An assignment that a schedule has been written up to. */
interface End extends ChainEnd {
  readonly slot: number;
}

/**
 * The ends of the schedules that were written, from which their hash chains go on. They are kept in notes, so that neither
 * memory nor another life has to hold or compute them all.
 */
export class ScheduleEnds {
  readonly #notes: Notes;
  /** How many ends of a schedule are kept: one for each bundle that may have to be made again. */
  readonly #most: number;
  /** What was written down, of those used last. */
  readonly #known = new Recent<Id, readonly End[]>(10_000);
  /** What belongs to the bundle that is being made. */
  readonly #new = new Map<Id, End>();

  constructor(notes: Notes, bundles: number) {
    this.#notes = notes;
    this.#most = bundles + 2;
  }

  /** The end of a process's schedule before a slot; undefined if it is not known. */
  async before(process: Id, slot: number): Promise<ChainEnd | undefined> {
    const newest = this.#new.get(process);
    if (newest?.slot === slot - 1) return newest;
    if (slot === 0) return undefined;
    return (await this.#ends(process)).find((end) => end.slot === slot - 1);
  }

  /** Notes the next end of a schedule. */
  note(process: Id, end: End): void {
    this.#new.set(process, end);
  }

  /** Writes down the ends of the bundle that was made. */
  async keep(): Promise<void> {
    const kept = [...this.#new].map(async ([process, end]) => {
      const earlier = (await this.#ends(process)).filter(({ slot }) => slot < end.slot);
      const ends = [...earlier, end].slice(-this.#most);
      await inStore('the end of a schedule was not noted', () => this.#notes.putNote(keyOf(process), writeJson(ends)));
      this.#known.set(process, ends);
    });
    await Promise.all(kept);
    this.#new.clear();
  }

  async #ends(process: Id): Promise<readonly End[]> {
    const known = this.#known.get(process);
    if (known) return known;
    const bytes = await inStore('the end of a schedule was not read', () => this.#notes.note(keyOf(process)));
    const ends = bytes ? readJson(bytes) : [];
    const read = Array.isArray(ends) ? (ends as readonly End[]) : []; // as it was written
    this.#known.set(process, read);
    return read;
  }
}

const keyOf = (process: Id): Id => hashId('heddle published schedule', process);
