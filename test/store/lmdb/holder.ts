// Opens the store in a folder and holds it until it is killed: says `open` then, or why not.

import { HeddleError } from 'heddle';
import { lmdbStore } from 'heddle/store/lmdb';

try {
  lmdbStore(process.argv[2] ?? '');
  process.stdout.write(`open ${process.pid}\n`);
  setInterval(() => {}, 1_000);
} catch (error) {
  process.stdout.write(`${error instanceof HeddleError ? error.code : error}\n`);
}
