import { breath } from '../../core/breath.ts';
import { keptAt } from '../kept.ts';
import type { LogPiece, Store } from '../store.ts';
import { storeFailed } from './failure.ts';
import { openFolder } from './folder.ts';
import { type StoreDamage, Survey } from './survey.ts';
import type { KeptTable } from './tables.ts';

/** What {@link inspectStore} found. */
export interface StoreReport {
  /** The folder itself, whatever links led to it. */
  readonly folder: string;
  /** How many bytes of log there are to be; undefined if nobody can tell. */
  readonly logLength: number | undefined;
  /** From where on all of the log is there; 0 if it never was trimmed. */
  readonly trimmed: number;
  /** How many of its bytes, from the first on, are as they were written, but for those that were trimmed. */
  readonly goodLength: number;
  /** In how many pieces those are. */
  readonly pieces: number;
  /** Checkpoints, notes and blobs that are as they were written. */
  readonly checkpoints: number;
  readonly notes: number;
  readonly blobs: number;
  /** What is not. */
  readonly damages: readonly StoreDamage[];
}

/** How far a look through a store has come. */
export interface StoreProgress {
  readonly part: 'log' | KeptTable | 'blobs';
  /** Bytes of log, or files. */
  readonly done: number;
  /** Of how many, if that is known. */
  readonly of?: number;
}

/** What is good of a log, as a system reads it that goes on from it. */
export type GoodLog = Pick<Store, 'read' | 'ledger' | 'trimmed'>;

type LookAtRecords = (log: GoodLog, goodLength: number) => Promise<readonly StoreDamage[]>;

/**
 * Looks through a store that nobody has open, without changing it: whether its file hangs together, every piece of the
 * log, every checkpoint, every note and every blob. `records` looks at what the log says, as far as it is good, and returns what is
 * wrong with that.
 */
export async function inspectStore(
  given: string,
  onProgress: (progress: StoreProgress) => void = () => {},
  records: LookAtRecords = async () => [],
): Promise<StoreReport> {
  const opened = openFolder(given, true);
  const { path, release } = opened;
  let survey: Survey | undefined;
  try {
    survey = new Survey(opened);
    return await look(survey, onProgress, records);
  } catch (error) {
    throw storeFailed('the store was not looked through', path, error);
  } finally {
    await survey?.close();
    release();
  }
}

async function look(
  survey: Survey,
  onProgress: (progress: StoreProgress) => void,
  records: LookAtRecords,
): Promise<StoreReport> {
  const { folder, logLength, damages, start } = survey;
  const starts: number[] = [];
  let goodLength = start.position;
  for (const { position, bytes } of survey.goodPieces()) {
    starts.push(position);
    goodLength = position + bytes.length;
    if (starts.length % aWhile === 0)
      await tell({ part: 'log', done: goodLength, ...(logLength && { of: logLength }) });
  }
  survey.noteLog(goodLength);
  const { base } = start.trimmed ?? {};
  const log = { read: readerOf(survey, starts, goodLength), ledger: () => base, trimmed: start.position };
  if (!start.isLost) damages.push(...(await records(log, goodLength)));
  const checkpoints = await count(survey.good('checkpoints'), 'checkpoints');
  const notes = await count(survey.good('notes'), 'notes');
  const blobs = await count(survey.goodBlobs(), 'blobs');
  return {
    folder,
    logLength,
    trimmed: start.position,
    goodLength,
    pieces: starts.length,
    checkpoints,
    notes,
    blobs,
    damages,
  };

  async function count(found: Iterable<unknown>, part: StoreProgress['part']): Promise<number> {
    let done = 0;
    for (const _ of found) if (++done % aWhile === 0) await tell({ part, done });
    return done;
  }

  /** Tells how far it came, and lets others go on. */
  function tell(progress: StoreProgress): Promise<void> {
    onProgress(progress);
    return breath();
  }
}

/** Reads the good pieces of a log, which begin at `starts`. */
function readerOf(survey: Survey, starts: readonly number[], end: number): Store['read'] {
  const { trimmed, position: begin } = survey.start;
  let last: LogPiece | undefined;
  return (position) => {
    if (position >= end) return undefined;
    if (position < begin) return trimmed && keptAt(trimmed.base, position);
    if (last && last.position <= position && position < last.position + last.bytes.length) return last;
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    last = survey.goodPiece(starts[low] ?? 0);
    return last;
  };
}

/** Pieces or files. */
const aWhile = 64;
