import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '../../core/id.ts';
import { contentNames, isIntact, temporaryNames } from './content-files.ts';
import { basesFolder, blobsFolder, folderOf } from './folder.ts';
import { basesKey, readBasePlaces, readCheckpointHeader, readReference } from './records.ts';
import { keptTables, keysBefore, newTablesFile, type Tables } from './tables.ts';

/** Removes what is in LMDB, and beside it, of programs that ended while they wrote it. */
export function sweep(folder: string, tables: Tables): void {
  for (const name of readdirSync(folder)) if (name.startsWith(newTablesFile)) rmSync(join(folder, name));
  const places = tables.heads.get(basesKey);
  const trimmed = (places && readBasePlaces(places))?.trimmed?.position ?? 0;
  for (let keys = keysBefore(tables, trimmed); keys.length > 0; keys = keysBefore(tables, trimmed)) {
    tables.commit(keys.map((key) => ({ table: 'log', key, value: undefined })));
  }
}

/**
 * The files that were left by programs that ended while they wrote: those that were not finished, and those that nobody
 * refers to. Only what has our names and the bytes that it is named by is looked at: what cannot be understood stays.
 */
export function leftIn(folder: string, tables: Tables): readonly string[] {
  const places = tables.heads.get(basesKey);
  const bases = places && readBasePlaces(places);
  const needed = [bases?.newest.file, bases?.trimmed?.file];
  return [
    ...leftOf(join(folder, basesFolder), (name) => (places && !bases) || needed.includes(name)),
    ...leftOf(join(folder, blobsFolder), (name) => tables.blobs.doesExist(idOf(name))),
    ...keptTables.flatMap((table) =>
      leftOf(join(folder, folderOf[table]), (name, path) => {
        const header = readCheckpointHeader(firstBytes(path));
        if (!header) return true;
        const room = tables[table].get(header.process);
        if (!room) return false;
        const reference = readReference(header.process, room);
        return !reference || reference.file === name;
      }),
    ),
  ];
}

function leftOf(folder: string, isNeeded: (name: string, path: string) => boolean): readonly string[] {
  const left = filesIn(folder).filter((name) => {
    const isNobodys = () => !isNeeded(name, join(folder, name)) && isIntact(folder, name);
    return temporaryNames.test(name) || (contentNames.test(name) && isNobodys());
  });
  return left.map((name) => join(folder, name));
}

/** The names of what is in a folder and is a file. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : []));

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
