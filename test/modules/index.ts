// The published AO modules that tests, examples and benches run. `npm run modules` fetches them.

import { readFileSync } from 'node:fs';
import { type Build, builds, cacheFolder, type ModuleName } from './manifest.ts';

export type { ModuleName } from './manifest.ts';

export type PublishedModule = Build & {
  readonly name: ModuleName;
  bytes(): Uint8Array<ArrayBuffer>;
};

/** Every published build, oldest aos first. */
export const publishedModules: readonly PublishedModule[] = Object.entries(builds).map(([name, build]) => ({
  ...build,
  name: name as ModuleName, // Object.entries widens the keys
  bytes: () => readBuild(build),
}));

/** One published build by its short name, for example `aos2_0_6`. */
export function publishedModule(name: ModuleName): PublishedModule {
  const found = publishedModules.find((published) => published.name === name);
  if (!found) throw new Error(`No published module is named ${name}.`);
  return found;
}

function readBuild({ file }: Build): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(new URL(file, cacheFolder)));
  } catch (cause) {
    throw new Error(`${file} is not in the cache. Run: npm run modules`, { cause });
  }
}
