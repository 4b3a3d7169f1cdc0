// The published modules, prepared. What was made once is kept as long as the code that made it stays the same.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PreparedHere, prepare } from '../../../../lib/compute/wasm/prepare/index.ts';
import { type ModuleName, publishedModule } from '../../../modules/index.ts';
import { cacheFolder } from '../../../modules/manifest.ts';

const sources = new URL('../../../../lib/compute/wasm/prepare/', import.meta.url);

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(new URL(name, sources)));
  return hash.digest('hex').slice(0, 16);
}

const folder = fileURLToPath(new URL(`prepared/${hashOfSources()}/`, cacheFolder));

/** A published module as the host would run it: with the memory that the host gives at most. */
export const preparePublished = (name: ModuleName): Promise<PreparedHere> =>
  prepare(publishedModule(name).bytes(), { maximumBytes: 65_535 * 65_536, cacheFolder: folder });
