// The published modules, prepared.

import { join } from 'node:path';
import { type PreparedHere, prepare } from '../../../../lib/compute/wasm/prepare/index.ts';
import { type ModuleName, publishedModule } from '../../../modules/index.ts';
import { userCacheFolder } from '../../../modules/prepared.ts';

const cacheFolder = join(userCacheFolder, 'heddle', 'modules');

/** A published module as the host would run it: with the memory that the host gives at most. */
export const preparePublished = (name: ModuleName): Promise<PreparedHere> =>
  prepare(publishedModule(name).bytes(), { maximumBytes: 65_535 * 65_536, cacheFolder });
