import { utf8Bytes } from '../../core/tags.ts';
import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';

/**
 * The path from the root that `path` is, seen from the folder at `folder`; the root itself is empty text. No part of the
 * answer is a dot or two, and there are no links, so two paths are the same place if they are the same text.
 */
export function resolvePath(folder: string, path: string): string {
  if (path === '') throw new FileError(errno.noSuchFile);
  if (path.includes('\0')) throw new FileError(errno.invalid);
  if (path.startsWith('/')) throw new FileError(errno.outsideRoot);
  const names = folder === '' ? [] : folder.split('/');
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (utf8Bytes(name) > longestName) throw new FileError(errno.nameTooLong);
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) throw new FileError(errno.outsideRoot);
  }
  const resolved = names.join('/');
  if (utf8Bytes(resolved) > longestPath) throw new FileError(errno.nameTooLong);
  return resolved;
}

/** The folder that holds what is at `path`. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Whether `path` is that place or one inside of it. */
export const isUnder = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

/** Bytes of a path, and of each name in it. */
export const longestPath = 4095;
const longestName = 255;
