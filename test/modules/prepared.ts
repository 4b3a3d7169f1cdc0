import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './manifest.ts';

const sources = new URL('../../lib/compute/wasm/prepare/', import.meta.url);

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(new URL(name, sources)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * What tests have for the user's cache folder. What was prepared once is kept in it as long as the code that made it
 * stays the same.
 */
export const userCacheFolder = fileURLToPath(new URL(`prepared/${hashOfSources()}/`, cacheFolder));
