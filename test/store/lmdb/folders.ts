import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder for stores that is removed with the program. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  if (made.length === 0) process.on('exit', removeAll);
  made.push(folder);
  return folder;
}

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
}
