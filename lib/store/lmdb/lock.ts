/// <reference path="./fs-native-extensions.d.ts" />
import { closeSync, openSync } from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { HeddleError } from '../../core/error.ts';

/**
 * Takes the lock of a file that is made for it; returns what gives it back. The operating system holds it for the open
 * file, not for a name or a process number, so it is gone with the program whatever ends it, and neither a link to the
 * folder nor a program of the same number in another container is mistaken for its owner.
 */
export function takeLock(path: string, folder: string): () => void {
  const fd = openSync(path, 'a+');
  let isTaken = false;
  try {
    isTaken = tryLock(fd);
  } finally {
    if (!isTaken) closeSync(fd);
  }
  if (isTaken) return () => closeSync(fd);
  throw new HeddleError('store-locked', `another store, of this program or another, has ${folder} open`, { folder });
}
