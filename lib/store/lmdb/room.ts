import { statfsSync } from 'node:fs';

/** How many bytes of room the disk of a folder has; undefined if nobody can tell. */
export function roomOf(folder: string): number | undefined {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    // Some file systems say nothing about their size.
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    // The folder may be gone, which is another failure.
    return undefined;
  }
}

/** Throws as the system does where so many bytes, and what is written along with them, would fill the disk. */
export function checkRoom(folder: string, bytes: number): void {
  const room = roomOf(folder);
  if (room === undefined || room >= bytes + besidesBytes) return;
  throw Object.assign(new Error(`there is room for ${room} bytes`), { code: 'ENOSPC' });
}

/** The pages of a transaction that there is one of: those that lead to the tables, and those that say what is free. */
const besidesBytes = 131_072;
