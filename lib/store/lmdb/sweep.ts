import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '../../core/id.ts';
import { contentNames, temporaryNames } from './content-files.ts';
import { basesFolder, blobsFolder, folderOf } from './folder.ts';
import { basesKey, readBasePlaces, readCheckpointHeader, readReference } from './records.ts';
import { keptTables, keysBefore, newTablesFile, type Tables } from './tables.ts';

/**
 * Removes what was left by programs that ended while they wrote: files that were not finished, and files that nobody
 * refers to. Only what has our names is looked at, and what cannot be understood stays.
 */
export function sweep(folder: string, tables: Tables): void {
  for (const name of readdirSync(folder)) if (name.startsWith(newTablesFile)) rmSync(join(folder, name));
  const places = tables.heads.get(basesKey);
  const bases = places && readBasePlaces(places);
  if (bases || !places) {
    const needed = [bases?.newest.file, bases?.trimmed?.file];
    sweepFolder(join(folder, basesFolder), (name) => needed.includes(name));
  }
  const trimmed = bases?.trimmed?.position ?? 0;
  for (let keys = keysBefore(tables, trimmed); keys.length > 0; keys = keysBefore(tables, trimmed)) {
    tables.commit(keys.map((key) => ({ table: 'log', key, value: undefined })));
  }
  sweepFolder(join(folder, blobsFolder), (name) => tables.blobs.doesExist(idOf(name)));
  for (const table of keptTables) {
    sweepFolder(join(folder, folderOf[table]), (name, path) => {
      const header = readCheckpointHeader(firstBytes(path));
      if (!header) return true;
      const room = tables[table]?.get(header.process);
      if (!room) return false;
      const reference = readReference(header.process, room);
      return !reference || reference.file === name;
    });
  }
}

function sweepFolder(folder: string, isNeeded: (name: string, path: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isLeft = temporaryNames.test(name) || (contentNames.test(name) && !isNeeded(name, path));
    if (isLeft) rmSync(path, { force: true });
  }
}

/** The id that is the same hash as the name of a file, and the other way round. */
export const idOf = (name: string): Id => Buffer.from(name, 'hex').toString('base64url');
export const nameOf = (id: Id): string => Buffer.from(id, 'base64url').toString('hex');

/** Enough for a checkpoint's header. */
function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(256);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
