import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import { TagProblem } from './ao-tags.ts';
import { type Candidate, readAssignment } from './assignment.ts';
import type { PublishedProcess } from './process.ts';
import { type AoReadOptions, fetchPublished, type Published } from './published.ts';
import { forked, gap } from './schedule-errors.ts';
import type { ScheduleIndex } from './schedule-index.ts';
import type { ScheduleLimits } from './schedule-limits.ts';

/** What was found for a slot. */
interface Found {
  readonly candidates: readonly Candidate[];
  /** What was listed for it and is no assignment of it, and why. */
  readonly ignored: readonly { readonly id: Id; readonly reason: string }[];
}

/** A slot that is being read. */
interface Slot {
  readonly found: Promise<Found>;
  /** By the assignments that name them. */
  readonly messages: Map<Id, Promise<Published>>;
}

/** The assignments and messages of a schedule by their slots, some of which are fetched ahead. */
export class ScheduleSlots {
  readonly #process: PublishedProcess;
  readonly #index: ScheduleIndex;
  readonly #options: AoReadOptions;
  readonly #limits: ScheduleLimits;
  readonly #slots = new Map<number, Slot>();

  /** Until `options.signal` is aborted. */
  constructor(process: PublishedProcess, index: ScheduleIndex, options: AoReadOptions, limits: ScheduleLimits) {
    this.#process = process;
    this.#index = index;
    this.#options = options;
    this.#limits = limits;
  }

  /** The last slot that is listed; -1 if none is. */
  get last(): number {
    return this.#index.last;
  }

  /** Begins to fetch a slot, whose assignment will be asked for, and its message. */
  fetch(slot: number): void {
    if (this.#slots.has(slot)) return;
    this.#slot(slot)
      .found.then(({ candidates }) => {
        const [one, ...others] = candidates;
        // Of several, it is not known yet which one counts. Whoever asks for it hears why it failed.
        if (one && others.length === 0) this.#message(one).catch(() => {});
      })
      .catch(() => {});
  }

  /** The assignments of a slot, at least one. Rejects with `schedule-gap` and `schedule-forked`. */
  async candidates(slot: number): Promise<readonly Candidate[]> {
    const { candidates, ignored } = await this.#slot(slot).found;
    if (candidates.length > 0) return candidates;
    const [first] = ignored;
    const what = first ? `has no assignment that counts: of ${first.id}, ${first.reason}` : 'is not listed';
    throw gap(this.#process.id, slot, what, { last: this.last, ignored });
  }

  /** Those of a slot, of which there may be none. */
  async followers(slot: number): Promise<readonly Candidate[]> {
    return (await this.#slot(slot).found).candidates;
  }

  /** What a slot was given to. Rejects with `schedule-gap` if it cannot be read, as the gateway does if it may be later. */
  async message(candidate: Candidate): Promise<Published> {
    const { assignment, message } = candidate;
    try {
      return await this.#message(candidate);
    } catch (cause) {
      if (!(cause instanceof HeddleError) || passing.has(cause.code)) throw cause;
      const facts = { id: assignment.id, message, code: cause.code };
      throw gap(this.#process.id, assignment.slot, `has the message ${message}: ${cause.what}`, facts, { cause });
    }
  }

  /** Lets go of a slot that was read. */
  release(slot: number): void {
    this.#slots.delete(slot);
  }

  #slot(slot: number): Slot {
    const known = this.#slots.get(slot);
    if (known) return known;
    const found = this.#find(slot);
    found.catch(() => {}); // whoever asks for it hears of it
    const opened = { found, messages: new Map() };
    this.#slots.set(slot, opened);
    return opened;
  }

  async #find(slot: number): Promise<Found> {
    const ids = this.#index.slots.get(slot) ?? [];
    const { forks } = this.#limits;
    if (ids.length > forks) throw forked(this.#process.id, slot, `has more than ${forks} assignments`, ids);
    const candidates: Candidate[] = [];
    const ignored: { readonly id: Id; readonly reason: string }[] = [];
    const { id: process, scheduler } = this.#process;
    const read = async (id: Id) => readAssignment(await this.#fetch(id), process, scheduler, slot);
    for (const [at, result] of (await Promise.allSettled(ids.map(read))).entries()) {
      if (result.status === 'fulfilled') candidates.push(result.value);
      else ignored.push({ id: ids[at] ?? '', reason: reasonToIgnore(result.reason) });
    }
    return { candidates, ignored };
  }

  #message({ assignment, message }: Candidate): Promise<Published> {
    if (message === this.#process.id) return Promise.resolve(this.#process);
    const { messages } = this.#slot(assignment.slot);
    const known = messages.get(assignment.id);
    if (known) return known;
    const fetched = this.#fetch(message, assignment.exclude.includes('Data'));
    messages.set(assignment.id, fetched);
    return fetched;
  }

  #fetch(id: Id, withoutData = false): Promise<Published> {
    return fetchPublished(id, this.#options, { likely: 'item', withoutData });
  }
}

/** After these it may be there when it is asked for again, or with other limits. */
const passing: ReadonlySet<string> = new Set(['gateway-unreachable', 'request-aborted', 'response-over-limit']);

/** Why what was listed is no assignment of the slot. Throws what may yet turn out to be one. */
function reasonToIgnore(error: unknown): string {
  if (error instanceof TagProblem) return `it ${error.message}`;
  if (error instanceof HeddleError && !transient.has(error.code)) return error.what;
  throw error;
}

const transient: ReadonlySet<string> = new Set(['gateway-unreachable', 'request-aborted']);
