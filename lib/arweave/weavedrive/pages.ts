import { type Awaitable, chained, isPending } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import { hashId, type Id } from '../../core/id.ts';
import type { Notes } from '../../store/notes.ts';
import { GatewayCache } from '../network/gateway-cache.ts';
import type { DriveLimits } from './drive-limits.ts';

/** Fetches the bytes of a file from `from` up to `to`. */
export type FetchRange = (id: Id, from: number, to: number) => Promise<Uint8Array>;

/** How a file is being read. */
interface Reading {
  /** The page that a reader comes to next who reads one after the other, and how many were fetched the last time. */
  next: number;
  ahead: number;
  /** What was fetched last: it is there for whoever asked for it, however little the cache holds. */
  fetched: ReadonlyMap<number, Uint8Array>;
  fetching: Promise<void> | undefined;
}

/**
 * Files of any size, of which parts are there: pages of the size of Arweave's chunks, fetched when they are read and more of
 * them at a time the longer somebody reads on.
 */
export class Pages {
  readonly #fetch: FetchRange;
  readonly #limits: DriveLimits;
  readonly #kept: Notes | undefined;
  readonly #cache: GatewayCache;
  readonly #readings = new Map<Id, Reading>();

  /** Pages that are fetched are put into `kept`, and found there again. */
  constructor(fetch: FetchRange, limits: DriveLimits, kept?: Notes) {
    this.#fetch = fetch;
    this.#limits = limits;
    this.#kept = kept;
    this.#cache = new GatewayCache(limits.cacheBytes);
  }

  /** Fills `into` from `position` on if all of it is at hand; else it does not, and returns when it may be. */
  read(id: Id, sizeBytes: number, position: number, into: Uint8Array): Awaitable<void> {
    const first = Math.floor(position / pageBytes);
    const end = Math.ceil((position + into.length) / pageBytes);
    const pages: Uint8Array[] = [];
    for (let number = first; number < end; number++) {
      const page = this.#page(id, number);
      if (isPending(page)) return page.then(() => {});
      if (!page) return this.#fetchFrom(id, sizeBytes, first, number, end);
      pages.push(page);
    }
    pages.forEach((page, at) => {
      const start = (first + at) * pageBytes - position;
      into.set(page.subarray(Math.max(0, -start), Math.max(0, into.length - start)), Math.max(0, start));
    });
  }

  /** A page that is at hand, or may be when the promise fulfils. */
  #page(id: Id, number: number): Awaitable<Uint8Array | undefined> {
    const there = this.#readings.get(id)?.fetched.get(number) ?? this.#cache.get<Uint8Array>(`${id}/${number}`);
    if (there || !this.#kept) return there;
    return chained(this.#kept.note(pageKey(id, number)), (page) => {
      if (page) this.#cache.put(`${id}/${number}`, page, page.length);
      return page;
    });
  }

  /** Fetches what is missing of the pages from `first` up to `end`, which begins at `missing`. */
  #fetchFrom(id: Id, sizeBytes: number, first: number, missing: number, end: number): Promise<void> {
    const reading = this.#reading(id);
    reading.fetching ??= this.#fetchPages(id, sizeBytes, reading, first, missing, end).finally(() => {
      reading.fetching = undefined;
    });
    return reading.fetching;
  }

  async #fetchPages(id: Id, sizeBytes: number, reading: Reading, first: number, missing: number, end: number) {
    const { wholeBytes, aheadBytes } = this.#limits;
    const isWhole = sizeBytes <= wholeBytes;
    const mostAhead = Math.max(1, Math.floor(aheadBytes / pageBytes));
    const ahead = missing === reading.next ? Math.min(2 * reading.ahead, mostAhead) : 1;
    const from = isWhole ? 0 : missing;
    const until = isWhole ? sizeBytes : Math.min(sizeBytes, Math.max(end, missing + ahead) * pageBytes);
    const bytes = await this.#fetch(id, from * pageBytes, until);
    // A source may be anybody's.
    const came = bytes instanceof Uint8Array ? bytes.length : 0;
    if (came !== until - from * pageBytes) {
      const what = `Of the data of ${id} came ${came} bytes and not ${until - from * pageBytes}`;
      throw new HeddleError('drive-unavailable', what, { id });
    }
    const fetched = new Map<number, Uint8Array>();
    for (let number = first; number < from; number++) {
      const page = await this.#page(id, number);
      if (page) fetched.set(number, page);
    }
    for (let at = 0; at < bytes.length; at += pageBytes) {
      const number = from + at / pageBytes;
      // A copy, so that one page that is kept does not keep them all.
      const page = bytes.slice(at, at + pageBytes);
      await this.#kept?.putNote(pageKey(id, number), page);
      this.#cache.put(`${id}/${number}`, page, page.length);
      fetched.set(number, page);
    }
    Object.assign(reading, { fetched, ahead, next: Math.ceil(until / pageBytes) });
  }

  #reading(id: Id): Reading {
    const known = this.#readings.get(id);
    const reading = known ?? { next: -1, ahead: 1, fetched: new Map(), fetching: undefined };
    // The one that was used last stands last.
    this.#readings.delete(id);
    this.#readings.set(id, reading);
    for (const [oldest, { fetching }] of this.#readings) {
      if (this.#readings.size <= mostReadings) break;
      if (!fetching && oldest !== id) this.#readings.delete(oldest);
    }
    return reading;
  }
}

/** That of a chunk of Arweave, which is the least that can be proven. */
const pageBytes = 262_144;

/** Files of which it is known how they are read; each holds what was fetched last. */
const mostReadings = 4;

const pageKey = (id: Id, number: number): Id => hashId('WeaveDrive page', id, String(number));
