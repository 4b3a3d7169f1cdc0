// Opens the store in a folder with ever more files that may be opened, until it can: says why not, and `open`.

import { closeSync, openSync } from 'node:fs';
import { HeddleError } from 'heddle';
import { lmdbStore } from 'heddle/store/lmdb';

const folder = process.argv[2] ?? '';
await lmdbStore(folder).close();

/** Opens files until only so many more can be opened. */
function take(left: number): readonly number[] {
  const files: number[] = [];
  try {
    for (;;) files.push(openSync('/dev/null', 'r'));
  } catch {
    for (let count = 0; count < left; count++) closeSync(files.pop() ?? -1);
    return files;
  }
}

for (let left = 0; left < 20; left++) {
  const files = take(left);
  let said = '';
  try {
    await lmdbStore(folder).close();
    said = 'open';
  } catch (error) {
    said = error instanceof HeddleError && error.facts.cause === 'EMFILE' ? 'refused' : String(error);
  }
  for (const file of files) closeSync(file);
  console.log(said);
  if (said !== 'refused') break;
}
