import { HeddleError } from '../../core/error.ts';
import type { Address, Id } from '../../core/id.ts';
import { tagValue } from '../../core/tags.ts';
import type { Gateway } from '../network/gateway.ts';

/** What is listed of a schedule, which proves nothing. */
export interface ScheduleIndex {
  /** The ids of what may be the assignment of a slot. */
  readonly slots: ReadonlyMap<number, readonly Id[]>;
  /** The last slot that has any; -1 if none has. */
  readonly last: number;
}

export interface IndexQuery {
  readonly process: Id;
  readonly scheduler: Address;
  /** The first and the last slot of interest. */
  readonly from: number;
  readonly to: number;
  /** The height before which none of them can have been mined. */
  readonly minHeight: number;
  /** How many of all slots are held, and of one: of those that are more, only that there are. */
  readonly most: number;
  readonly mostForks: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists the assignments of a process. No gateway sorts by slots, and schedulers upload in any order, so all ids are held
 * before the first assignment is read.
 */
export async function indexOf(gateway: Gateway, query: IndexQuery): Promise<ScheduleIndex> {
  const { process, scheduler, from, to, minHeight, most, mostForks, signal } = query;
  const slots = new Map<number, Id[]>();
  let [last, count] = [-1, 0];
  const listing = gateway.transactions({
    owners: [scheduler],
    tags: { Process: process, Type: 'Assignment', 'Data-Protocol': 'ao', ...(from === to && { Nonce: String(from) }) },
    ...(minHeight > 0 && { block: { min: minHeight } }),
    sort: 'ascending',
    ...(signal && { signal }),
  });
  for await (const { id, tags } of listing) {
    const nonce = tagValue(tags, 'Nonce') ?? '';
    const slot = /^\d{1,16}$/.test(nonce) ? Number(nonce) : Number.NaN;
    if (!(Number.isSafeInteger(slot) && slot >= from && slot <= to)) continue;
    const others = slots.get(slot);
    if (others && (others.length > mostForks || others.includes(id))) continue;
    if (++count > most) {
      const what = `more than ${most} assignments of ${process} are listed`;
      throw new HeddleError('listing-over-limit', what, { process, limit: 'assignments', most });
    }
    if (others) others.push(id);
    else slots.set(slot, [id]);
    last = Math.max(last, slot);
  }
  return { slots, last };
}
