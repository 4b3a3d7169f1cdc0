import { statSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../core/error.ts';
import { storeDamaged } from './failure.ts';
import { finishFolder, formatFile, makeFolders, type OpenFolder } from './folder.ts';
import { flawOfPages } from './pages.ts';
import { type Head, headKey, writeHead } from './records.ts';
import { sweep } from './sweep.ts';
import { Tables, type TablesOptions, tablesFile } from './tables.ts';

/** Opens the tables in a folder, finishes one that is new, and removes what was left behind. */
export function openTables({ path, isFinished }: OpenFolder, waits: boolean): Tables {
  const file = join(path, tablesFile);
  // LMDB makes a new one of one of no length.
  const isThere = isFinished || (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const flaw = isThere ? flawOfPages(file) : undefined;
  if (flaw) throw storeDamaged(path, `${tablesFile}, which holds the log, is torn or changed: ${flaw}`);
  const tables = tablesIn(path, { waits, isNew: !isFinished });
  try {
    if (isFinished) headOf(tables, path);
    makeFolders(path);
    if (!isFinished) finish(tables, path);
    sweep(path, tables);
    return tables;
  } catch (error) {
    void tables.close();
    throw error;
  }
}

/** The tables in a store's folder. */
export function tablesIn(path: string, options: TablesOptions): Tables {
  try {
    return new Tables(join(path, tablesFile), options);
  } catch (error) {
    const reason = reasonOf(error);
    if (!/is missing|MDB_(CORRUPTED|INVALID|NOTFOUND|PAGE_NOTFOUND|VERSION|INCOMPATIBLE)/.test(reason)) throw error;
    throw storeDamaged(path, `${tablesFile}, which holds the log, is changed: ${reason}`);
  }
}

/** How far the log of a store goes. */
export function headOf(tables: Tables, folder: string): Head {
  const head = tables.head();
  if (head === 'damaged') throw storeDamaged(folder, `${tablesFile} does not say how long the log is`);
  if (!head) throw storeDamaged(folder, `${tablesFile} has lost what it held`);
  return head;
}

/** Makes what is in a store with nothing in it. */
function finish(tables: Tables, path: string): void {
  const head = tables.head();
  if (head && (head === 'damaged' || head.length > 0)) {
    throw storeDamaged(
      path,
      `${formatFile}, which says of which format the store is, is missing beside a ${tablesFile} with a log`,
    );
  }
  tables.commit([{ table: 'heads', key: headKey, value: writeHead({ length: 0 }) }]);
  finishFolder(path);
}
