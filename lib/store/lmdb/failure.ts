import { HeddleError, reasonOf } from '../../core/error.ts';
import { roomOf } from './room.ts';

/** What the system says by a code, in words that say what to do. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room on it',
  EDQUOT: 'the quota of the disk is used up: make room',
  EFBIG: 'a file may not grow any further: raise the limit of file sizes',
  EACCES: 'this user may not: give it the right to read and write there',
  EPERM: 'this user may not: give it the right to read and write there',
  EROFS: 'the file system is read-only: mount it for writing',
  ENOENT: 'it is not there: look at the path, or put it back',
  EMFILE: 'this program has too many open files: let it have more',
  ENFILE: 'the system has too many open files: let it have more',
  EISDIR: 'a folder is where a file belongs: move it away, and put the file back',
  ENOTDIR: 'a file is where a folder belongs: move it away, and put the folder back',
  EEXIST: 'something else has its name: move it away',
  ELOOP: 'its links lead in a circle: put back what they led to',
  ENAMETOOLONG: 'the path is too long: give a shorter one',
  EIO: 'the disk fails: copy what can be read of it to another',
};

/** The same where LMDB says it in words. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/no space left/i, 'ENOSPC'],
  [/quota/i, 'EDQUOT'],
  [/file too large/i, 'EFBIG'],
  [/permission denied/i, 'EACCES'],
  [/read-only file system/i, 'EROFS'],
];

/** That a store failed over `error`, with what to do about it. */
export function storeFailed(what: string, folder: string, error: unknown): HeddleError {
  if (error instanceof HeddleError) return error;
  const reason = reasonOf(error);
  const said = codeOf(error) ?? phrases.find(([phrase]) => phrase.test(reason))?.[1];
  const code = said ?? (isFull(folder) ? 'ENOSPC' : undefined);
  const remedy = code && remedies[code];
  const text = `${what} in ${folder}: ${reason}${remedy ? `; ${remedy}` : ''}`;
  return new HeddleError('store-failed', text, { folder, cause: code ?? null }, { cause: error });
}

/** What is damaged in a store: nothing in it was changed. */
export const storeDamaged = (
  folder: string,
  what: string,
  facts: Readonly<Record<string, string | number | null>> = {},
): HeddleError => new HeddleError('store-damaged', `${what} in ${folder}`, { folder, ...facts });

/** Whether there is hardly any room. LMDB says of a full disk that its input or output failed. */
const isFull = (folder: string): boolean => (roomOf(folder) ?? littleBytes) < littleBytes;

const littleBytes = 1_048_576;

/** The system's code of what went wrong. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
