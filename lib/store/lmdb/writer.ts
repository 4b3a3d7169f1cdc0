import { type Awaitable, isPending } from '../../core/awaitable.ts';
import type { HeddleError } from '../../core/error.ts';
import type { LogPiece } from '../store.ts';
import type { Disk } from './disk.ts';
import { storeFailed } from './failure.ts';
import type { LmdbOptions } from './options.ts';
import { Pending } from './pending.ts';
import type { Change, Tables } from './tables.ts';

/** Where a writer writes. */
export interface WriterPlace {
  readonly folder: string;
  readonly tables: Tables;
  readonly disk: Disk;
  /** Whether the folder is where it was. */
  readonly isThere: () => boolean;
  /** How long the log is. */
  readonly length: number;
}

/**
 * Makes durable what it is given, in its order: one transaction at a time, so that what follows one that failed is never
 * kept. After a failure it takes nothing any more.
 */
export class Writer {
  readonly #place: WriterPlace;
  readonly #options: Required<LmdbOptions>;
  /** What no transaction has yet. */
  #open = new Pending();
  /** Since when that waits. */
  #openMs: number | undefined;
  #underWay: { readonly pending: Pending; readonly sinceMs: number; readonly done: Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether what is open has waited long enough. */
  #isDue = false;
  #failure: HeddleError | undefined;
  /** Whether somebody knows of it. */
  #isTold = false;
  #length: number;
  #durableLength: number;

  constructor(place: WriterPlace, options: Required<LmdbOptions>) {
    this.#place = place;
    this.#options = options;
    this.#length = place.length;
    this.#durableLength = place.length;
  }

  get length(): number {
    return this.#length;
  }

  get durableLength(): number {
    return this.#durableLength;
  }

  append(piece: LogPiece): Awaitable<void> {
    this.check();
    this.#open.append(piece);
    this.#length += piece.bytes.length;
    return this.#added();
  }

  /** Adds another change, and what is to be done when it is durable. */
  put(change: Change, afterwards?: () => void): Awaitable<void> {
    this.check();
    this.#open.put(change, afterwards);
    return this.#added();
  }

  /** Adds other changes, which are durable together. */
  putAll(changes: readonly Change[]): Awaitable<void> {
    this.check();
    for (const change of changes) this.#open.put(change);
    return this.#added();
  }

  /** A piece of the log that is not in the tables yet. */
  read(position: number): LogPiece | undefined {
    return this.#open.read(position) ?? this.#underWay?.pending.read(position);
  }

  flush(): Awaitable<void> {
    this.check();
    if (this.#underWay || !this.#open.isEmpty) return this.#flush();
  }

  /** Throws what went wrong. */
  check(): void {
    if (!this.#failure) return;
    this.#isTold = true;
    throw this.#failure;
  }

  /** Whether something went wrong that somebody knows of. */
  get isGivenUp(): boolean {
    return this.#isTold;
  }

  /** Throws if the folder was moved or removed: what refers to files there would not find them. */
  checkPlace(): void {
    const { folder, isThere } = this.#place;
    if (isThere()) return;
    const moved = new Error('its folder was moved or removed while it was open; put it back');
    throw storeFailed('the log was not written', folder, moved);
  }

  get #pendingBytes(): number {
    return this.#open.bytes + (this.#underWay?.pending.bytes ?? 0);
  }

  #added(): Awaitable<void> {
    const { durability, commitMs, commitBytes, pendingBytes } = this.#options;
    if (durability !== 'batched') return this.#commit();
    const nowMs = performance.now();
    this.#openMs ??= nowMs;
    if (this.#open.bytes >= commitBytes) this.#due();
    else if (!this.#isDue) this.#timer ??= setTimeout(() => this.#due(), commitMs);
    if (this.#pendingBytes > pendingBytes) return this.#room();
    const sinceMs = this.#underWay?.sinceMs ?? this.#openMs ?? nowMs;
    // Timers do not come to their turn in a program that awaits only what answers at once.
    if (nowMs - sinceMs > commitMs * mostLate) return this.#inTime();
  }

  /** Commits what is open while the caller waits. */
  #commit(): Awaitable<void> {
    const pending = this.#taken();
    const length = this.#length;
    const { disk, tables } = this.#place;
    try {
      this.checkPlace();
      const done = disk.transaction(() => tables.commit(pending.changes(length)));
      if (isPending(done)) return done.then(() => this.#committed(pending, length)).catch((error) => this.#fail(error));
    } catch (error) {
      return this.#fail(error);
    }
    this.#committed(pending, length);
  }

  #due(): void {
    this.#isDue = true;
    if (!this.#underWay) this.#start();
  }

  #start(): void {
    const sinceMs = this.#openMs ?? performance.now();
    const pending = this.#taken();
    this.#underWay = { pending, sinceMs, done: this.#commitLater(pending, this.#length) };
  }

  /** Whoever waits for it looks at what went wrong. */
  async #commitLater(pending: Pending, length: number): Promise<void> {
    const { disk, tables } = this.#place;
    try {
      this.checkPlace();
      await disk.transaction(() => tables.commitLater(pending.changes(length)));
    } catch (error) {
      this.#note(error);
      return;
    }
    this.#underWay = undefined;
    this.#committed(pending, length);
    if (this.#isDue) this.#start();
  }

  #taken(): Pending {
    const pending = this.#open;
    this.#open = new Pending();
    this.#openMs = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    return pending;
  }

  #committed(pending: Pending, length: number): void {
    this.#durableLength = length;
    pending.isDurable();
  }

  #fail(error: unknown): never {
    this.#isTold = true;
    throw this.#note(error);
  }

  #note(error: unknown): HeddleError {
    clearTimeout(this.#timer);
    this.#failure = storeFailed('the log was not written', this.#place.folder, error);
    return this.#failure;
  }

  async #flush(): Promise<void> {
    // What is added meanwhile is for another flush.
    const last = this.#open.isEmpty ? undefined : this.#open;
    if (this.#underWay) await this.#underWay.done;
    this.check();
    if (last && this.#open === last) this.#due();
    if (last && this.#underWay?.pending === last) await this.#underWay.done;
    this.check();
  }

  /** Waits until what has waited for too long is durable. */
  async #inTime(): Promise<void> {
    if (!this.#underWay) this.#due();
    await this.#underWay?.done;
    this.check();
  }

  async #room(): Promise<void> {
    while (this.#pendingBytes > this.#options.pendingBytes) {
      if (!this.#underWay) this.#due();
      await this.#underWay?.done;
      this.check();
    }
  }
}

/** So many times as long as it should, something waits until others wait for it. */
const mostLate = 5;
