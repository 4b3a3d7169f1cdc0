/// <reference path="./fs-native-extensions.d.ts" />
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { HeddleError } from '../../core/error.ts';

/** A lock that is held. */
export interface Lock {
  /** Whether its file is where it was: a folder can be moved or removed while its files are open. */
  readonly isThere: () => boolean;
  /** Gives it back. */
  readonly release: () => void;
}

/**
 * Takes the lock of a file that is made for it. The operating system holds it for the open
 * file, not for a name or a process number, so it is gone with the program whatever ends it, and neither a link to the
 * folder nor a program of the same number in another container is mistaken for its owner.
 */
export function takeLock(path: string, folder: string): Lock {
  const fd = openSync(path, 'a+');
  let isTaken = false;
  try {
    isTaken = tryLock(fd);
  } finally {
    if (!isTaken) closeSync(fd);
  }
  if (isTaken) {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    const isThere = (): boolean => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found?.dev === dev && found.ino === ino;
    };
    return { isThere, release: () => closeSync(fd) };
  }
  throw new HeddleError('store-locked', `another store, of this program or another, has ${folder} open`, { folder });
}
