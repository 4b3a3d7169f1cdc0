import { breath } from '../../core/breath.ts';
import type { Id } from '../../core/id.ts';
import type { DataItem } from '../item.ts';
import type { WallClock } from '../network/wall-clock.ts';
import { type Cursor, type Entry, invalid } from './journal.ts';
import type { PublisherLimits } from './publisher-limits.ts';
import type { RunItem, RunItems } from './run-items.ts';

/** Items of a run that follow each other, and go together. */
export interface Bundle {
  readonly items: readonly DataItem[];
  readonly entry: Entry;
}

/** Gathers the items of a run in bundles. */
export class Bundler {
  readonly #run: RunItems;
  readonly #limits: PublisherLimits;
  readonly #clock: WallClock;
  /** Where the next item to be gathered is. */
  #next: Cursor;
  #items: DataItem[] = [];
  #slots = 0;
  #bytes = 0;
  /** Slots given elsewhere that were passed. */
  #elsewhere = 0;
  /** When the first of the items was gathered. */
  #sinceMs = 0;
  /** When others had their turn. */
  #turnMs: number;
  /** The modules of the processes that were met. */
  readonly modules: Set<Id>;

  constructor(run: RunItems, limits: PublisherLimits, clock: WallClock, next: Cursor, modules: readonly Id[]) {
    this.#run = run;
    this.#limits = limits;
    this.#clock = clock;
    this.#next = next;
    this.#turnMs = clock.nowMs();
    this.modules = new Set(modules);
  }

  /** How many items were gathered, their bytes, and how many slots that were given elsewhere were passed. */
  get items(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get elsewhere(): number {
    return this.#elsewhere;
  }

  get isFull(): boolean {
    return this.#items.length >= this.#limits.bundleItems || this.#bytes >= this.#limits.bundleBytes;
  }

  /** Whether its items have waited for others long enough. */
  get isDue(): boolean {
    return this.#items.length > 0 && this.#clock.nowMs() - this.#sinceMs >= this.#limits.gatherMs;
  }

  /** Gathers what is durable, until the bundle is full or until `isOver`. */
  async gather(isOver: () => boolean): Promise<void> {
    if (this.isFull) return;
    for await (const one of this.#run.from(this.#next)) {
      this.#take(one);
      if (this.isFull || isOver()) return;
      await this.#letOthers();
    }
  }

  /** What was gathered, which is a bundle now. */
  cut(): Bundle {
    const [slots, items, bytes] = [this.#slots, this.#items.length, this.#bytes];
    return this.#bundle({ to: this.#next, slots, items, bytes, bundles: 1, elsewhere: this.#elsewhere });
  }

  /** A bundle of an earlier life. */
  async again(entry: Entry, isOver: () => boolean): Promise<Bundle> {
    for await (const one of this.#run.from(this.#next)) {
      this.#take(one);
      const { position, index } = this.#next;
      if (isOver() || (position === entry.to.position && index === entry.to.index)) return this.#bundle(entry);
      await this.#letOthers();
    }
    throw invalid(`the log ends before ${entry.to.position}, where a bundle does`);
  }

  #take({ item, isSlot, module, elsewhere, next }: RunItem): void {
    this.#next = next;
    this.#elsewhere += elsewhere;
    if (!item) return;
    if (this.#items.length === 0) this.#sinceMs = this.#clock.nowMs();
    this.#items.push(item);
    this.#bytes += item.bytes.length;
    if (isSlot) this.#slots++;
    if (module !== undefined) this.modules.add(module);
  }

  #bundle(entry: Entry): Bundle {
    const bundle = { items: this.#items, entry };
    this.#items = [];
    this.#bytes = 0;
    this.#slots = 0;
    this.#elsewhere = 0;
    return bundle;
  }

  /** Making items takes this thread, which belongs to the system first. */
  async #letOthers(): Promise<void> {
    if (this.#clock.nowMs() - this.#turnMs < this.#limits.sliceMs) return;
    await breath();
    this.#turnMs = this.#clock.nowMs();
  }
}
