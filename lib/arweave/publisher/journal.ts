import { HeddleError } from '../../core/error.ts';
import { type Address, hashId, type Id, isId } from '../../core/id.ts';
import { Lane } from '../../core/lane.ts';
import { inStore } from '../../store/guard.ts';
import type { Notes } from '../../store/notes.ts';
import type { Store } from '../../store/store.ts';
import type { UploadState } from '../network/uploader.ts';
import type { PublishedTotals } from './backlog.ts';

/** Notes, and how they are made durable where being stored is not enough for that. */
export type DurableNotes = Notes & Partial<Pick<Store, 'flush'>>;

/** A place between two items of a run: the position of a step, and how many of its items come before. */
export interface Cursor {
  readonly position: number;
  readonly index: number;
}

/** What is kept of an upload before anything is paid. */
export interface KeptUpload {
  readonly state: UploadState;
  /** When the transaction was signed. */
  readonly signedMs: number;
}

/** A bundle whose items are fixed: those from the end of the one before up to `to`. */
export interface Entry extends PublishedTotals {
  readonly to: Cursor;
  /** How many slots that were given elsewhere are passed on the way. */
  readonly elsewhere: number;
  kept?: KeptUpload | undefined;
  isDone?: boolean;
}

/**
 * What a publisher keeps so that another life goes on: up to where all is published, and which bundles are under way. Their
 * items follow from the log.
 */
export class Journal {
  readonly #notes: DurableNotes;
  readonly #signer: Address;
  readonly #lane = new Lane();
  /** The id of the first process, which tells runs apart. */
  #run: Id | undefined;
  #done: Cursor = { position: 0, index: 0 };
  #published: PublishedTotals = { slots: 0, items: 0, bytes: 0, bundles: 0 };
  #entries: Entry[] = [];
  #modules: readonly Id[] = [];
  #elsewhere = 0;

  private constructor(notes: DurableNotes, signer: Address) {
    this.#notes = notes;
    this.#signer = signer;
  }

  /** The journal in these notes, or a new one. Refuses that of another run with `publication-invalid`. */
  static async open(notes: DurableNotes, signer: Address, run: Id | undefined): Promise<Journal> {
    const journal = new Journal(notes, signer);
    const bytes = await inStore('the publication was not read', () => notes.note(journalKey));
    journal.#run = run;
    if (!bytes) return journal;
    const kept = readKept(bytes);
    if (kept.signer !== signer) throw invalid(`the notes hold the publication of ${kept.signer}`);
    if (kept.run !== run) throw invalid(`the notes hold the publication of the run that begins with ${kept.run}`);
    journal.#done = kept.done;
    journal.#published = kept.published;
    journal.#entries = kept.entries;
    journal.#modules = kept.modules;
    journal.#elsewhere = kept.elsewhere;
    return journal;
  }

  /** Up to where all is published. */
  get done(): Cursor {
    return this.#done;
  }

  get published(): PublishedTotals {
    return this.#published;
  }

  /** The bundles under way, in their order. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** How many slots were passed that were given elsewhere, and need not be published. */
  get elsewhere(): number {
    return this.#elsewhere;
  }

  /** The modules of published processes that are not known to be on Arweave. */
  get modules(): readonly Id[] {
    return this.#modules;
  }

  /** Fixes the next bundle, before anything of it is sent. */
  begin(entry: Entry, modules: readonly Id[], run: Id | undefined): Promise<void> {
    this.#entries.push(entry);
    this.#modules = modules;
    this.#run ??= run;
    return this.#write();
  }

  /** Keeps how far the upload of a bundle has come. */
  keep(entry: Entry, kept: KeptUpload | undefined): Promise<void> {
    entry.kept = kept;
    return this.#write();
  }

  /** Notes that a bundle is published. */
  end(entry: Entry): Promise<void> {
    entry.isDone = true;
    entry.kept = undefined;
    for (let first = this.#entries[0]; first?.isDone; first = this.#entries[0]) {
      const { to, slots, items, bytes, bundles } = first;
      const before = this.#published;
      this.#done = to;
      this.#elsewhere += first.elsewhere;
      this.#published = {
        slots: before.slots + slots,
        items: before.items + items,
        bytes: before.bytes + bytes,
        bundles: before.bundles + bundles,
      };
      this.#entries.shift();
    }
    return this.#write();
  }

  /** Writes down what there is when its turn comes. */
  async #write(): Promise<void> {
    await this.#lane.run(() => {
      const kept: KeptJournal = {
        version,
        signer: this.#signer,
        run: this.#run ?? '',
        done: this.#done,
        published: this.#published,
        entries: this.#entries,
        modules: this.#modules,
        elsewhere: this.#elsewhere,
      };
      return putDurably(this.#notes, journalKey, kept);
    });
  }
}

interface KeptJournal {
  readonly version: number;
  readonly signer: Address;
  readonly run: Id;
  readonly done: Cursor;
  readonly published: PublishedTotals;
  readonly entries: Entry[];
  readonly modules: readonly Id[];
  readonly elsewhere: number;
}

const version = 1;
const journalKey = hashId('heddle publication');

function readKept(bytes: Uint8Array): KeptJournal {
  const kept = readJson(bytes) as Partial<KeptJournal> | null; // checked below
  const isWhole =
    kept?.version === version &&
    [kept.signer, kept.run].every((text) => typeof text === 'string') &&
    isCursor(kept.done) &&
    isPublished(kept.published) &&
    Array.isArray(kept.entries) &&
    kept.entries.every((entry) => isPublished(entry) && isCursor(entry.to) && Number.isSafeInteger(entry.elsewhere)) &&
    Number.isSafeInteger(kept.elsewhere) &&
    Array.isArray(kept.modules) &&
    kept.modules.every((id) => isId(id));
  if (isWhole) return kept as KeptJournal;
  throw invalid('what the notes hold of the publication cannot be read');
}

const isCursor = (cursor: Cursor | undefined): boolean =>
  [cursor?.position, cursor?.index].every((number) => Number.isSafeInteger(number) && Number(number) >= 0);

const isPublished = (published: PublishedTotals | undefined): boolean =>
  [published?.slots, published?.items, published?.bytes, published?.bundles].every(Number.isSafeInteger);

export const invalid = (what: string): HeddleError => new HeddleError('publication-invalid', what);

/** Notes something, so that whatever happens it is not forgotten. */
export async function putDurably(notes: DurableNotes, key: Id, value: unknown): Promise<void> {
  await inStore('what is published was not noted', async () => {
    await notes.putNote(key, writeJson(value));
    await notes.flush?.();
  });
}

/** What a note says, as JSON. */
export const writeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** What was written so. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
