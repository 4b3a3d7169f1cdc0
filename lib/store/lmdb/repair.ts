import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import { flushFolder } from './disk.ts';
import { storeDamaged, storeFailed } from './failure.ts';
import { blobsFolder, finishFolder, folders, formatFile, makeFolders, type OpenFolder, openFolder } from './folder.ts';
import { placesOf } from './log-start.ts';
import { headOf, tablesIn } from './open-tables.ts';
import { flawOfPages } from './pages.ts';
import {
  basesKey,
  headKey,
  type Reference,
  writeBasePlaces,
  writeBlobEntry,
  writeHead,
  writeReference,
} from './records.ts';
import { sealed } from './sealed.ts';
import { Survey } from './survey.ts';
import { filesIn, nameOf } from './sweep.ts';
import { type Change, type KeptTable, keyOf, newTablesFile, Tables, tablesFile } from './tables.ts';

/** What a repair kept, and where the rest is. */
export interface RepairedStore {
  /** How many bytes of log were kept. */
  readonly logLength: number;
  readonly checkpoints: number;
  readonly notes: number;
  readonly blobs: number;
  /** The files and folders with what was there before, all of it: nothing is deleted. */
  readonly aside: readonly string[];
}

/**
 * Makes a store out of what is good in a damaged one that nobody has open: the log up to the first byte that is not as it
 * was written, or to `truncateTo` if that is before; the checkpoints, notes and blobs that are whole. A process whose
 * checkpoint is not kept is brought up from its messages. What was there before stays in the folder under names that begin with
 * `damaged`. A repair that is broken off leaves the store as it was.
 *
 * `truncateTo` is the position of a record: one that `checkStore` of `heddle/store/check` has named.
 *
 * @example
 * ```ts
 * import { lmdbStore, repairStore } from 'heddle/store/lmdb';
 *
 * const { logLength, aside } = await repairStore('data/shop');
 * console.log(`${logLength} bytes of log are kept, what was there is in ${aside.join(', ')}`);
 * const store = lmdbStore('data/shop');
 * ```
 */
export async function repairStore(
  folder: string,
  { truncateTo = Number.POSITIVE_INFINITY }: { readonly truncateTo?: number } = {},
): Promise<RepairedStore> {
  if (truncateTo !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(truncateTo) && truncateTo >= 0)) {
    const what = `truncateTo is ${reasonOf(truncateTo)}, not a position in the log`;
    throw new HeddleError('option-invalid', what, { option: 'truncateTo' });
  }
  const opened = openFolder(folder, true);
  const { path, flaw, release } = opened;
  try {
    const kept = await copyGood(opened, truncateTo);
    const { aside, lost } = putAside(opened, new Set([...kept.files, ...kept.blobs.map(nameOf)]));
    swap(path);
    for (const file of lost) rmSync(file, { force: true });
    if (flaw) finishFolder(path, kept.isTrimmed);
    const { logLength, checkpoints, notes, blobs } = kept;
    return { logLength, checkpoints, notes, blobs: blobs.length, aside };
  } catch (error) {
    throw storeFailed('the store was not repaired', path, error);
  } finally {
    release();
  }
}

/**
 * Makes the file of a store that nobody has open as small as what is in it: room that was given back is otherwise kept for
 * later. It takes the room of the new file while it is made; one that is broken off leaves the store as it was. Returns
 * how many bytes the file had, and has.
 *
 * @example
 * ```ts
 * import { compactStore } from 'heddle/store/lmdb';
 *
 * const { beforeBytes, afterBytes } = await compactStore('data/shop');
 * console.log(`${beforeBytes - afterBytes} bytes are free`);
 * ```
 */
export async function compactStore(
  folder: string,
): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }> {
  const { path, flaw: unsaid, release } = openFolder(folder, true);
  const [file, fresh] = [join(path, tablesFile), join(path, newTablesFile)];
  try {
    if (unsaid) throw storeDamaged(path, unsaid);
    const flaw = flawOfPages(file);
    if (flaw) throw storeDamaged(path, `${tablesFile} is torn or changed: ${flaw}`);
    const beforeBytes = statSync(file).size;
    removeNew(path);
    const tables = tablesIn(path, {});
    try {
      await tables.root.backup(fresh, true);
    } finally {
      await tables.close();
    }
    await settle(fresh, path);
    const flawed = flawOfPages(fresh);
    if (flawed) throw new Error(`its copy is none: ${flawed}`);
    swap(path);
    return { beforeBytes, afterBytes: statSync(file).size };
  } catch (error) {
    throw storeFailed('the store was not made smaller', path, error);
  } finally {
    release();
  }
}

/** Has a copy that LMDB made flushed, with first pages as usual: it makes both of one time. */
async function settle(copy: string, folder: string): Promise<void> {
  const tables = new Tables(copy);
  try {
    tables.commit([{ table: 'heads', key: headKey, value: writeHead(headOf(tables, folder)) }]);
  } finally {
    await tables.close();
  }
}

/** Puts what is good into new tables. */
async function copyGood(opened: OpenFolder, truncateTo: number) {
  const { path } = opened;
  removeNew(path);
  makeFolders(path);
  const tables = new Tables(join(path, newTablesFile), { isNew: true });
  let survey: Survey | undefined;
  try {
    survey = new Survey(opened);
    const { start } = survey;
    if (start.isLost) {
      const { reason } = survey.damages.find(({ what }) => what === 'base') ?? {};
      throw storeDamaged(path, `${reason}, with which the trimmed log begins, and nothing goes on without it`);
    }
    if (truncateTo < start.position) {
      const what = `the log in ${path} cannot be cut at ${truncateTo}: it begins at ${start.position}`;
      throw new HeddleError('history-trimmed', what, { position: truncateTo, trimmed: start.position });
    }
    const logLength = copyLog(survey, tables, truncateTo);
    const places = placesOf(start, logLength);
    const checkpoints = [...survey.good('checkpoints')].filter(([, reference]) => reference.logLength <= logLength);
    const notes = [...survey.good('notes')];
    const blobs = [...survey.goodBlobs()];
    tables.commit([
      ...checkpoints.map((one) => referenceChange('checkpoints', one)),
      ...notes.map((one) => referenceChange('notes', one)),
      ...blobs.map((blob) => blobChange(blob, statSync(join(path, blobsFolder, nameOf(blob))).size)),
      { table: 'heads', key: headKey, value: writeHead({ length: logLength }) },
      ...(places ? [{ table: 'heads', key: basesKey, value: writeBasePlaces(places) } as const] : []),
    ]);
    const files = new Set([...checkpoints, ...notes].flatMap(([, { file }]) => file ?? []));
    for (const place of [places?.newest, places?.trimmed]) if (place) files.add(place.file);
    return { logLength, files, checkpoints: checkpoints.length, notes: notes.length, blobs, isTrimmed: !!places };
  } finally {
    await survey?.close();
    await tables.close();
  }
}

function copyLog(survey: Survey, tables: Tables, truncateTo: number): number {
  let length = survey.start.position;
  let changes: Change[] = [];
  for (const { position, bytes } of survey.goodPieces()) {
    const kept = bytes.subarray(0, Math.max(0, truncateTo - position));
    if (kept.length === 0) break;
    changes.push({ table: 'log', key: keyOf(position), value: sealed(position, kept) });
    length = position + kept.length;
    if (changes.length < atOnce) continue;
    tables.commit(changes);
    changes = [];
  }
  tables.commit(changes);
  return length;
}

const referenceChange = (table: KeptTable, [key, reference]: readonly [Id, Reference]): Change => ({
  table,
  key,
  value: writeReference(key, reference),
});

const blobChange = (blob: Id, length: number): Change => ({
  table: 'blobs',
  key: blob,
  value: writeBlobEntry(blob, { length }),
});

/** Gives second names to the file of LMDB and to all files but those that are kept. */
function putAside({ path, flaw }: OpenFolder, kept: ReadonlySet<string>) {
  let count = 1;
  while (existsSync(join(path, `damaged-${count}.mdb`)) || existsSync(join(path, `damaged-${count}`))) count++;
  const name = `damaged-${count}`;
  // What is no file stays where it is.
  const lost: (readonly [string, string])[] = folders.flatMap((folder) =>
    filesIn(join(path, folder))
      .filter((file) => !kept.has(file))
      .map((file) => [join(path, folder, file), `${folder}-${file}`] as const),
  );
  const format = join(path, formatFile);
  if (flaw && existsSync(format)) lost.push([format, formatFile]);
  const aside = [join(path, `${name}.mdb`)];
  if (lost.length > 0) {
    const folder = join(path, name);
    aside.push(folder);
    mkdirSync(folder);
    for (const [file, second] of lost) linkSync(file, join(folder, second));
    flushFolder(folder);
  }
  linkSync(join(path, tablesFile), join(path, `${name}.mdb`));
  flushFolder(path);
  return { aside, lost: lost.map(([file]) => file) };
}

/** Puts the new tables in the place of those that are there. */
function swap(path: string): void {
  renameSync(join(path, newTablesFile), join(path, tablesFile));
  flushFolder(path);
  removeNew(path);
}

/** Removes new tables that were not finished, and what LMDB makes beside them. */
function removeNew(path: string): void {
  for (const name of readdirSync(path)) if (name.startsWith(newTablesFile)) rmSync(join(path, name));
}

const atOnce = 64;
