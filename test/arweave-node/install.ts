// Installs the local Arweave node that the tests run: `npm run arweave-node`. Does nothing when it is there.

import { installArweaveNode } from './packages.ts';

const problem = installArweaveNode();
if (problem) {
  console.error(problem);
  process.exitCode = 1;
}
