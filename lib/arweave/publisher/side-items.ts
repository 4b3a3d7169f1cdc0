import { hashId, type Id } from '../../core/id.ts';
import { inStore } from '../../store/guard.ts';
import type { StoredItem } from '../bundle-builder.ts';
import type { DataItem } from '../item.ts';
import type { Deliveries } from './deliveries.ts';
import { type DurableNotes, type KeptUpload, putDurably, readJson } from './journal.ts';
import type { Shipper } from './shipper.ts';

/** What is noted of an item beside the run. */
interface Noted {
  readonly kept?: KeptUpload;
  readonly isDone?: boolean;
}

/** Writes items that are no part of the run, modules above all, each once whoever asks for it. */
export class SideItems {
  readonly #notes: DurableNotes;
  readonly #shipper: Shipper;
  readonly #deliveries: Deliveries;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<Id, Promise<boolean>>();

  constructor(notes: DurableNotes, shipper: Shipper, deliveries: Deliveries, signal: AbortSignal) {
    this.#notes = notes;
    this.#shipper = shipper;
    this.#deliveries = deliveries;
    this.#signal = signal;
  }

  /** Fulfils when an item is published, with whether it was. */
  async add(item: DataItem | StoredItem): Promise<boolean> {
    const asked = this.#asked.get(item.id);
    if (asked) return asked;
    const added = this.#deliveries.begin(() => this.#send(item));
    this.#asked.set(item.id, added);
    try {
      return await added;
    } finally {
      this.#asked.delete(item.id);
    }
  }

  async #send(item: DataItem | StoredItem): Promise<void> {
    const key = hashId('heddle published item', item.id);
    const bytes = await inStore('what was published was not read', () => this.#notes.note(key));
    const { kept, isDone } = ((bytes && readJson(bytes)) ?? {}) as Noted; // as it was written
    if (isDone) return;
    const signal = this.#signal;
    const put = async (noted: Noted) => {
      signal.throwIfAborted();
      await putDurably(this.#notes, key, noted);
    };
    await this.#shipper.shipOne(item, { kept, keep: (next) => put(next ? { kept: next } : {}), signal });
    await put({ isDone: true });
  }
}
