import { type Address, type Id, idToBytes } from '../../core/id.ts';
import type { ChainEnd } from '../../schedule/hash-chain.ts';
import { checkWhole } from '../../system/options.ts';
import type { PublishedAssignment } from './assignment.ts';
import { fetchProcess, type PublishedProcess } from './process.ts';
import type { AoReadOptions, Published } from './published.ts';
import { type ChainSource, ScheduleChain } from './schedule-chain.ts';
import { type IndexQuery, indexOf } from './schedule-index.ts';
import { type ScheduleLimits, scheduleLimitsOf } from './schedule-limits.ts';
import { ScheduleSlots } from './schedule-slots.ts';

/**
 * What is known of a schedule up to a slot, behind which reading goes on.
 *
 * @example
 * ```ts
 * import type { PublishedAssignment, SchedulePosition } from 'heddle/arweave';
 *
 * const behind = ({ slot, id, hashChain, blockHeight }: PublishedAssignment): SchedulePosition => ({
 *   slot,
 *   chainEnd: { id, hashChain },
 *   blockHeight,
 * });
 * ```
 */
export interface SchedulePosition {
  readonly slot: number;
  /** The id and the hash chain of the assignment of that slot. Without it, the assignment is read and taken as it is. */
  readonly chainEnd?: ChainEnd;
  /** The height that the assignment says, from which on later ones are looked for. Without it, all are listed. */
  readonly blockHeight?: number;
}

/** Which part of a schedule is read, and where. */
export interface ScheduleOptions extends AoReadOptions {
  /** Whose assignments count, instead of the one that the process names. */
  readonly scheduler?: Address;
  /** Reads what comes after that; from the first slot by default. */
  readonly after?: SchedulePosition;
  /** Reads no further than this slot. */
  readonly upTo?: number;
  readonly limits?: Partial<ScheduleLimits>;
}

/**
 * One slot of a schedule on Arweave, and what it was given to. That need not name the process as its target: it may be any
 * transaction that was assigned. The slot that a process's own item has, if it has one, is the first.
 *
 * @example
 * ```ts
 * import type { ScheduleEntry } from 'heddle/arweave';
 *
 * const line = ({ assignment, message }: ScheduleEntry) =>
 *   `${assignment.slot}: ${new TextDecoder().decode(message.data)}, from ${message.owner}`;
 * ```
 */
export interface ScheduleEntry {
  readonly assignment: PublishedAssignment;
  /** Of a transaction whose data the assignment excludes, the data was not read, and is empty. */
  readonly message: Published;
}

/**
 * A process on Arweave and its schedule, which is read each time that it is iterated.
 *
 * @example
 * ```ts
 * import type { PublishedSchedule } from 'heddle/arweave';
 *
 * const lengthOf = async (schedule: PublishedSchedule) => {
 *   let slots = 0;
 *   for await (const _ of schedule) slots++;
 *   return slots;
 * };
 * ```
 */
export interface PublishedSchedule extends AsyncIterable<ScheduleEntry> {
  readonly process: PublishedProcess;
}

/**
 * The schedule of a process, from what its scheduler has published: slot by slot, each with its message, verified.
 *
 * What is proven is that the scheduler gave each slot to that message, that each assignment was made after the one before
 * (the hash chain of `servers/su/src/domain/core/scheduler.rs`), and that owners signed the messages. What no gateway can
 * prove is that nothing comes after the last one. Chains of processes older than block 1,440,000 are not checked, as AO's
 * compute unit does not.
 *
 * Both of AO's numberings are read: slot 0 has the process's own item, or in older schedules the first message.
 *
 * Rejects with `id-invalid`, `option-invalid`, with `process-invalid` if it is no process, and as the gateway does. Reading
 * gives all that is good, and then fails with `schedule-gap` if an assignment or a message is missing, `schedule-forked` if
 * there are several and the next one does not tell, `schedule-broken` if an assignment is none of this chain,
 * `listing-over-limit`, or as the gateway does. Of two assignments, the one that the next one was made after counts. Items
 * that are no assignments by this scheduler are passed over, since anybody can publish such.
 *
 * @example
 * ```ts
 * import { gateway, readSchedule } from 'heddle/arweave';
 *
 * const print = async (process: string) => {
 *   const arweave = gateway({ urls: ['https://arweave.net'] });
 *   const schedule = await readSchedule(process, { gateway: arweave, upTo: 99 });
 *   console.log(schedule.process.module, schedule.process.scheduler);
 *   for await (const { assignment, message } of schedule) {
 *     console.log(assignment.slot, assignment.timestampMs, message.owner, new TextDecoder().decode(message.data));
 *   }
 * };
 * ```
 */
export async function readSchedule(process: Id, options: ScheduleOptions): Promise<PublishedSchedule> {
  const { after, upTo = Number.MAX_SAFE_INTEGER - 1 } = options;
  const limits = scheduleLimitsOf(options.limits);
  checkWhole('upTo', upTo);
  if (after) checkPosition(after);
  const published = await scheduled(process, options);
  return {
    process: published,
    [Symbol.asyncIterator]: () => entries(published, { ...options, upTo }, limits),
  };
}

/** What a process's scheduler says of one slot, each of which counts by itself; perhaps nothing is listed. */
export async function assignmentsAt(
  process: Id,
  slot: number,
  options: ScheduleOptions,
): Promise<readonly PublishedAssignment[]> {
  const only = { from: slot, to: slot, minHeight: 0 };
  const slots = await slotsOf(await scheduled(process, options), only, options, scheduleLimitsOf(options.limits));
  return (await slots.followers(slot)).map(({ assignment }) => assignment);
}

/** A process, with the scheduler whose assignments count. */
async function scheduled(process: Id, options: ScheduleOptions): Promise<PublishedProcess> {
  const found = await fetchProcess(process, options);
  return { ...found, scheduler: options.scheduler ?? found.scheduler };
}

type Part = Pick<IndexQuery, 'from' | 'to' | 'minHeight'>;

/** Some of the slots of a process, as they are listed. */
async function slotsOf(process: PublishedProcess, part: Part, options: AoReadOptions, limits: ScheduleLimits) {
  const { gateway, signal } = options;
  const { id, scheduler } = process;
  const query = { ...part, process: id, scheduler, most: limits.assignments, mostForks: limits.forks, signal };
  return new ScheduleSlots(process, await indexOf(gateway, query), options, limits);
}

function checkPosition({ slot, chainEnd, blockHeight = 0 }: SchedulePosition): void {
  checkWhole('after.slot', slot);
  checkWhole('after.blockHeight', blockHeight);
  if (!chainEnd) return;
  idToBytes(chainEnd.id);
  idToBytes(chainEnd.hashChain);
}

async function* entries(
  process: PublishedProcess,
  options: ScheduleOptions & { readonly upTo: number },
  limits: ScheduleLimits,
): AsyncGenerator<ScheduleEntry, void, void> {
  const { after, upTo, gateway, store } = options;
  const stop = new AbortController();
  const abort = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort);
  const reading: AoReadOptions = { gateway, ...(store && { store }), signal: stop.signal };
  try {
    // Without the end of the chain, the assignment that it ends with is read too.
    const first = after ? after.slot + (after.chainEnd ? 1 : 0) : 0;
    const minHeight = Math.max(0, (after?.blockHeight ?? 0) - replacedBlocks);
    // The one after the last may tell which one that is.
    const slots = await slotsOf(process, { from: first, to: upTo + 1, minHeight }, reading, limits);
    const source: ChainSource = {
      followers: (slot) => slots.followers(slot),
      async firstHeight() {
        const began = await slotsOf(process, { from: 0, to: 0, minHeight: 0 }, reading, limits);
        const [one] = await began.followers(0);
        return one?.assignment.blockHeight;
      },
    };
    const chain = new ScheduleChain(process.id, source, after && (after.chainEnd ?? null));
    const last = Math.min(upTo, slots.last);
    for (let slot = first; slot <= last; slot++) {
      for (let ahead = slot; ahead <= Math.min(last, slot + limits.ahead); ahead++) slots.fetch(ahead);
      const candidates = await slots.candidates(slot);
      const chosen = await chain.next(slot, candidates);
      if (!after || slot > after.slot) yield { assignment: chosen.assignment, message: await slots.message(chosen) };
      slots.release(slot);
    }
  } finally {
    options.signal?.removeEventListener('abort', abort);
    // What was fetched ahead is not waited for.
    stop.abort();
  }
}

/** How many blocks may be replaced by others, so that an assignment is in one before the height that it says. */
const replacedBlocks = 50;
