import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { isMissing } from './content-files.ts';
import { flushFolder, replaceFile } from './disk.ts';
import { storeDamaged, storeFailed } from './failure.ts';
import { type Lock, takeLock } from './lock.ts';
import { tablesFile } from './tables.ts';

/** A store's folder, which nobody else has open. */
export interface OpenFolder extends Lock {
  /** The folder itself, whatever led to it. */
  readonly path: string;
  /** Whether all of it was made before. A new one is finished by {@link finishFolder}. */
  readonly isFinished: boolean;
  /** Why it does not say what it is, if it does not. One that is to be written to says so. */
  readonly flaw: string | undefined;
}

/** Opens a store's folder. Makes one if there is none, unless it `mustExist`. */
export function openFolder(given: string, mustExist = false): OpenFolder {
  const isPath = typeof given === 'string' && given !== '' && !urls.test(given);
  if (!isPath) {
    const what = `a store's folder is ${typeof given === 'string' ? JSON.stringify(given) : reasonOf(given)}, not a path`;
    throw new HeddleError('option-invalid', what, { option: 'folder' });
  }
  try {
    if (!mustExist) make(resolve(given));
    const path = realpathSync(given);
    // Before anything is changed in it.
    checkFormat(path, mustExist);
    const lock = takeLock(join(path, lockFile), path);
    try {
      // Another may have made it meanwhile.
      return { path, ...checkFormat(path, mustExist), ...lock };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw storeFailed('the store was not opened', given, error);
  }
}

/** Says what a folder is, last of all. */
export function finishFolder(path: string, isTrimmed = false): void {
  const format = { format: formatName, version: isTrimmed ? formatVersion : plainVersion };
  const bytes = new TextEncoder().encode(`${JSON.stringify(format)}\n`);
  replaceFile(join(path, formatFile), join(path, `${formatFile}.tmp`), bytes);
}

/** Says of a store that what its log begins with is no record, which older programs would take for damage. */
export function raiseFormat(path: string): void {
  const version = versionOf(readFileSync(join(path, formatFile), 'utf8'));
  if (version !== formatVersion) finishFolder(path, true);
}

/**
 * Looks at what a folder says that it is: a store, or none yet if there is nothing in it or one that was not finished.
 * Refuses all others; of a store that `mustExist`, what is wrong with the saying is told instead.
 */
function checkFormat(path: string, mustExist: boolean): Pick<OpenFolder, 'isFinished' | 'flaw'> {
  const text = textOf(join(path, formatFile));
  const version = versionOf(text ?? '');
  if (version !== undefined && (version > formatVersion || version < plainVersion)) {
    const known = `${plainVersion} and ${formatVersion}`;
    throw invalid(path, `the store in ${path} is of version ${version}, this program knows ${known}`, version);
  }
  const tables = statSync(join(path, tablesFile), { throwIfNoEntry: false });
  if (text === undefined) {
    const foreign = readdirSync(path).find((name) => !ownNames.has(name) && !asideNames.test(name));
    if (foreign !== undefined) {
      throw invalid(path, `${path} has other things in it, ${foreign} among them, and no ${formatFile}`);
    }
    if (!mustExist) return { isFinished: false, flaw: undefined };
    if (!tables?.isFile()) throw invalid(path, `${path} is no store`);
    return { isFinished: true, flaw: `${formatFile} is missing` };
  }
  if (!tables?.isFile()) {
    throw storeDamaged(path, `${tablesFile}, which holds the log, is ${tables ? 'no file' : 'missing'}`);
  }
  if (version !== undefined) return { isFinished: true, flaw: undefined };
  const flaw = `${formatFile} does not say of which format the store is`;
  if (!mustExist) throw storeDamaged(path, flaw);
  return { isFinished: true, flaw };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function versionOf(text: string): number | undefined {
  try {
    const { format, version } = JSON.parse(text) as { readonly format?: unknown; readonly version?: unknown };
    return format === formatName && Number.isSafeInteger(version) ? Number(version) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a folder whose name is durable. */
function make(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  const above = dirname(first);
  for (let made = path; made.length >= first.length; made = dirname(made)) flushFolder(dirname(made));
  flushFolder(above);
}

const invalid = (folder: string, what: string, version: number | null = null): HeddleError =>
  new HeddleError('store-invalid', what, { folder, version });

export const formatFile = 'format.json';
const urls = /^[a-z][a-z0-9+.-]*:\/\//i;

const formatName = 'heddle store';
/** The version of a store whose log may be trimmed, and of one whose log never was. */
const formatVersion = 4;
const plainVersion = 3;
const lockFile = 'lock';

/** The folders in a store's folder. */
export const blobsFolder = 'blobs';
export const basesFolder = 'bases';
/** Those of what is kept under keys, by its table. */
export const folderOf = { checkpoints: 'checkpoints', notes: 'notes' } as const;
export const folders: readonly string[] = [...Object.values(folderOf), blobsFolder, basesFolder];

/** Makes the folders that are missing in a store's folder. */
export function makeFolders(path: string): void {
  const missing = folders.map((folder) => join(path, folder)).filter((folder) => !existsSync(folder));
  for (const folder of missing) mkdirSync(folder);
  if (missing.length > 0) flushFolder(path);
}

/** What a store that was not finished may have made. */
const ownNames: ReadonlySet<string> = new Set([
  lockFile,
  tablesFile,
  `${tablesFile}-lock`,
  `${formatFile}.tmp`,
  ...folders,
]);

/** What a repair puts aside. */
const asideNames = /^damaged-\d+(\.mdb)?$/;
