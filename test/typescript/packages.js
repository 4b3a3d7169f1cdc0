// Packages are JavaScript and load as they are. tsx looks through them first, which takes longer than using the largest.

import { readFileSync } from 'node:fs';

export function load(url, context, next) {
  if (context.format !== 'module' || !url.includes('/node_modules/')) return next(url, context);
  return { format: 'module', source: readFileSync(new URL(url)), shortCircuit: true };
}
