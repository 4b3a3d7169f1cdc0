import { HeddleError } from '../../core/error.ts';
import { randomStream } from '../../core/random.ts';
import type { System } from '../../system/system.ts';
import type { StoredItem } from '../bundle-builder.ts';
import type { DataItem } from '../item.ts';
import type { WallClock } from '../network/wall-clock.ts';
import type { Backlog, Trouble } from './backlog.ts';
import { type Bundle, Bundler } from './bundler.ts';
import { Deliveries, troubleOf } from './deliveries.ts';
import type { Journal, KeptUpload } from './journal.ts';
import { MissingModules } from './missing-modules.ts';
import { checkItem, type PublishOptions } from './options.ts';
import type { PublisherLimits } from './publisher-limits.ts';
import { RunItems } from './run-items.ts';
import { ScheduleEnds } from './schedule-ends.ts';
import type { Shipper } from './shipper.ts';
import { SideItems } from './side-items.ts';

/** What a publisher is made of. */
export interface PublisherParts {
  readonly system: System;
  readonly options: PublishOptions;
  readonly limits: PublisherLimits;
  readonly clock: WallClock;
  readonly journal: Journal;
  readonly shipper: Shipper;
  /** Is told when it is closed. */
  readonly closed: () => void;
}

/** Somebody who waits until all is published. */
interface Waiting {
  /** Whether all that it waits for is on its way. */
  isFound?: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes a run to Arweave in the background: what `publish` makes.
 *
 * @example
 * ```ts
 * import type { DataItem, Publisher } from 'heddle/arweave';
 *
 * async function finish(publisher: Publisher, readme: DataItem) {
 *   await publisher.add(readme);
 *   await publisher.settled();
 *   const { published, missingModules } = publisher.backlog;
 *   console.log(`${published.slots} slots in ${published.bundles} bundles; missing: ${missingModules}`);
 *   await publisher.close();
 * }
 * ```
 */
export class Publisher {
  readonly #system: System;
  readonly #options: PublishOptions;
  readonly #limits: PublisherLimits;
  readonly #clock: WallClock;
  readonly #journal: Journal;
  readonly #ends: ScheduleEnds;
  readonly #bundler: Bundler;
  readonly #shipper: Shipper;
  readonly #closed: () => void;
  readonly #deliveries: Deliveries;
  readonly #sideItems: SideItems;
  readonly #missing: MissingModules;
  readonly #stop = new AbortController();
  readonly #work: Promise<void>;
  /** Ends the rest between two looks. */
  #wake = () => {};
  readonly #waiting = new Set<Waiting>();
  /** Bundles that are under way. */
  readonly #bundles = new Map<Bundle, Promise<boolean>>();
  #isLooking = true;
  #state: 'open' | 'failed' | 'closed' = 'open';
  /** Why it is over. */
  #ending: unknown;
  #closing: Promise<void> | undefined;
  #trouble: Trouble | undefined;

  /** @internal */
  constructor({ system, options, limits, clock, journal, shipper, closed }: PublisherParts) {
    const { signer, notes, random = randomStream(`${clock.nowMs()}`, 'publisher') } = options;
    this.#system = system;
    this.#options = options;
    this.#limits = limits;
    this.#clock = clock;
    this.#journal = journal;
    this.#shipper = shipper;
    this.#closed = closed;
    this.#ends = new ScheduleEnds(notes, limits.bundles);
    const items = new RunItems(system, signer, this.#ends);
    this.#bundler = new Bundler(items, limits, clock, journal.done, journal.modules);
    const { signal } = this.#stop;
    const failed = (error: unknown, isOver: boolean) => (isOver ? this.#fail(error) : this.#tell(error));
    this.#deliveries = new Deliveries({ limits, clock, random, signal, failed, arrived: () => this.#progress() });
    this.#sideItems = new SideItems(notes, this.#shipper, this.#deliveries, signal);
    const given = options.modules?.map(({ id }) => id) ?? [];
    this.#missing = new MissingModules(given, options.gateway, signal);
    this.#work = this.#run().catch((error) => this.#fail(error));
    options.signal?.addEventListener('abort', this.#abort);
    if (options.signal?.aborted) this.#abort();
  }

  /** What is still to be done, and what has been done. */
  get backlog(): Backlog {
    const { published, entries } = this.#journal;
    const underWay = [...this.#bundles.keys()].reduce(
      (sum, { entry }) => ({ items: sum.items + entry.items, bytes: sum.bytes + entry.bytes }),
      { items: this.#bundler.items, bytes: this.#bundler.bytes },
    );
    // What is published before what comes before it, and what was given elsewhere, has not to be published any more.
    const early = entries.reduce((sum, { isDone, slots, elsewhere }) => sum + elsewhere + (isDone ? slots : 0), 0);
    const elsewhere = this.#journal.elsewhere + this.#bundler.elsewhere + early;
    const evaluated = this.#system.processes.reduce((sum, { status }) => sum + status.slots - status.mail, 0);
    const trouble = this.#trouble ?? this.#deliveries.trouble;
    return {
      state: this.#stateNow(),
      slots: evaluated - published.slots - elsewhere,
      ...underWay,
      underWay: this.#deliveries.underWay,
      published,
      missingModules: this.#missing.among(this.#bundler.modules),
      ...(trouble && { trouble }),
    };
  }

  /**
   * Writes an item beside the run, such as a module or a checkpoint. One that was written before, in an earlier life too, is
   * not written again. Fulfils when it is published. Refuses with `id-invalid` and `option-invalid` what is none.
   */
  async add(item: DataItem | StoredItem): Promise<void> {
    this.#check();
    checkItem(item);
    if (!(await this.#sideItems.add(item))) throw this.#ending;
  }

  /**
   * Fulfils when all that was evaluated so far is durable and published: taken by a node or by the bundler. Throws
   * `publisher-closed`, or what the publisher has given up with.
   */
  async settled(): Promise<void> {
    this.#check();
    const done = new Promise<void>((resolve, reject) => this.#waiting.add({ resolve, reject }));
    this.#wake();
    return done;
  }

  /** Ends what is under way. Another publisher with the same notes goes on where it was. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#end('closed', closedError());
    await this.#work;
    await this.#deliveries.settled();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#closed();
  }

  async #run(): Promise<void> {
    for (const module of this.#options.modules ?? []) if (!(await this.#sideItems.add(module))) return;
    // What an earlier life had begun with.
    for (const entry of [...this.#journal.entries]) {
      const bundle = await this.#bundler.again(entry, this.#isOver);
      if (this.#isOver()) return;
      await this.#send(bundle);
    }
    while (!this.#isOver()) {
      this.#isLooking = true;
      const asking = [...this.#waiting].filter((one) => !one.isFound);
      await this.#publish(asking.length > 0);
      for (const one of asking) one.isFound = true;
      void this.#deliveries.settled().then(() => this.#settle(asking));
      this.#isLooking = false;
      await this.#rest();
    }
  }

  /** Begins with all bundles that are full or have waited long enough; `all` does not let any wait. */
  async #publish(all: boolean): Promise<void> {
    // Nothing may leave the program that could be lost.
    await this.#system.flush();
    for (;;) {
      await this.#bundler.gather(this.#isOver);
      const { isFull, isDue, items } = this.#bundler;
      if (this.#isOver() || !(isFull || isDue || (all && items > 0))) return;
      await this.#room();
      if (this.#isOver()) return;
      const bundle = this.#bundler.cut();
      this.#missing.look(this.#bundler.modules);
      await this.#journal.begin(bundle.entry, [...this.#bundler.modules], this.#system.processes[0]?.id);
      await this.#send(bundle);
    }
  }

  /** Waits until another bundle may be under way. Those that are done count as long as an earlier one is not. */
  async #room(): Promise<void> {
    while (this.#journal.entries.length >= this.#limits.bundles && !this.#isOver()) {
      const [oldest] = this.#bundles.values();
      await oldest;
    }
  }

  /** Begins to send a bundle whose end is noted. */
  async #send(bundle: Bundle): Promise<void> {
    const { items, entry } = bundle;
    await this.#ends.keep();
    const { signal } = this.#stop;
    // What an uploader says after the end is not listened to: another publisher may have gone on.
    const keep = async (kept: KeptUpload | undefined) => {
      signal.throwIfAborted();
      await this.#journal.keep(entry, kept);
    };
    const sent = this.#deliveries.begin(async () => {
      if (!entry.isDone) await this.#shipper.ship(items, { kept: entry.kept, keep, signal });
      signal.throwIfAborted();
      await this.#journal.end(entry);
      this.#bundles.delete(bundle);
    });
    this.#bundles.set(bundle, sent);
  }

  #settle(asking: readonly Waiting[]): void {
    if (this.#isOver()) return;
    for (const one of asking) {
      this.#waiting.delete(one);
      one.resolve();
    }
  }

  /** Waits until there may be something new, or until somebody wants to know. */
  async #rest(): Promise<void> {
    const rest = new AbortController();
    this.#wake = () => rest.abort();
    const isAsked = [...this.#waiting].some((one) => !one.isFound);
    if (!isAsked && !this.#isOver()) await this.#clock.wait(this.#limits.restMs, rest.signal);
  }

  readonly #isOver = (): boolean => this.#state !== 'open';

  readonly #abort = (): void => void this.close();

  #stateNow(): Backlog['state'] {
    if (this.#state !== 'open') return this.#state;
    if (this.#deliveries.isWaiting) return 'waiting';
    return this.#isLooking || this.#deliveries.underWay + this.#bundler.items > 0 ? 'publishing' : 'idle';
  }

  #check(): void {
    if (this.#isOver()) throw this.#ending;
  }

  /** Gives up. The system goes on. */
  #fail(error: unknown): void {
    if (this.#isOver()) return;
    this.#trouble = troubleOf(error);
    this.#end('failed', error);
    this.#tell(error);
  }

  #end(state: 'failed' | 'closed', why: unknown): void {
    if (this.#state === 'open') this.#ending = why;
    if (this.#state !== 'closed') this.#state = state;
    this.#stop.abort(why);
    this.#wake();
    for (const { reject } of this.#waiting) reject(why);
    this.#waiting.clear();
  }

  #tell(error: unknown): void {
    call(() => this.#options.onError?.(error));
    this.#progress();
  }

  #progress(): void {
    const { onProgress } = this.#options;
    if (onProgress) call(() => onProgress(this.backlog));
  }
}

/** Calls somebody whose mistake must not stop what is under way; it surfaces as an uncaught exception of the program. */
function call(told: () => void): void {
  try {
    told();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

const closedError = () => new HeddleError('publisher-closed', 'the publisher is closed');
