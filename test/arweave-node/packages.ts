import { pinnedPackages } from '../pinned-packages.ts';

/** The node's 550 packages. */
export const { load: fromArweaveNode, install: installArweaveNode } = pinnedPackages(
  new URL('./packages/', import.meta.url),
  'heddle-test-arweave-node',
  ['sqlite3'],
);
