// What is loaded, and how. Packages are JavaScript and load as they are: tsx looks through them first, which takes longer
// than using the largest. What tsx compiles loses the calls that give every function made its name, which would be most
// of what making a function costs.

import { readFileSync } from 'node:fs';

export function load(url, context, next) {
  if (context.format === 'module' && url.includes('/node_modules/')) {
    return { format: 'module', source: readFileSync(new URL(url)), shortCircuit: true };
  }
  const loaded = next(url, context);
  return loaded instanceof Promise ? loaded.then(unnamed) : unnamed(loaded);
}

const naming =
  /var __name\s*=\s*\(target,\s*value\)\s*=>\s*__defProp\(target,\s*"name",\s*\{\s*value,\s*configurable:\s*true\s*\}\)/;

function unnamed(loaded) {
  if (loaded.format !== 'module' || !loaded.source) return loaded;
  const source = String(loaded.source);
  return source.includes('__name')
    ? { ...loaded, source: source.replace(naming, 'var __name = (target) => target') }
    : loaded;
}
