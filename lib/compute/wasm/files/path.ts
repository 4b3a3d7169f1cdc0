import { utf8Bytes } from '../../../core/tags.ts';
import { errno, FileError } from './errno.ts';

/** The names that lead from the root to `path`. As AO's loader has it, `..` goes back in the text and needs no folder. */
export function namesOf(path: string): readonly string[] {
  if (path.length > pathBytes || utf8Bytes(path) > pathBytes) throw new FileError(errno.nameTooLong);
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
    if (name.length > nameBytes || utf8Bytes(name) > nameBytes) throw new FileError(errno.nameTooLong);
  }
  return names;
}

export const pathOf = (names: readonly string[]): string => `/${names.join('/')}`;

// What POSIX systems allow.
const pathBytes = 4095;
const nameBytes = 255;
