// Fetches packages of the npm registry as they are, without installing them.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PinnedPackage {
  /** Its name and version, as `name@1.2.3`. */
  readonly package: string;
  /** The sha512 of its file, as lock files write it. */
  readonly integrity: string;
}

/** npm could not get the package: there is no network, or the registry has no such package. */
export class Unreachable extends Error {}

/**
 * The path of the package's file, in `folder`, which is empty before. Through npm rather than over HTTP, so that the
 * user's registry, proxy and cache settings apply.
 */
export function fetchPackage({ package: name, integrity }: PinnedPackage, folder: string): string {
  const { status, stderr, error } = spawnSync('npm', ['pack', name, '--loglevel=error', '--pack-destination', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  const [tarball] = readdirSync(folder);
  if (status !== 0 || !tarball) throw new Unreachable(error?.message ?? stderr.trim());
  const path = join(folder, tarball);
  if (createHash('sha512').update(readFileSync(path)).digest('base64') !== integrity.slice('sha512-'.length)) {
    throw new Error(`${name} is not the package this project pinned: its sha512 differs. Nothing was kept.`);
  }
  return path;
}
