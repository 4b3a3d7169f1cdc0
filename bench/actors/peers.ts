/** The actor systems that only this benchmark needs. */
import { pinnedPackages } from '../../test/pinned-packages.ts';

export const { load: fromPeers, install: installPeers } = pinnedPackages(
  new URL('./peers/', import.meta.url),
  'heddle-bench-actors',
);
