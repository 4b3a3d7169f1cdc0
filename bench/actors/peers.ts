/** The actor systems that only this benchmark needs, with a lock file of their own, so that heddle does not carry them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const pinned = new URL('./peers/', import.meta.url);
/** Among what is installed, where neither git nor a check of the sources looks. */
const folder = new URL('../../node_modules/.cache/heddle-bench-actors/', import.meta.url);

/** Loads one of them. */
export const fromPeers = createRequire(new URL('package.json', folder));

/** Installs what is missing, and says why if that fails. */
export function installPeers(): string | undefined {
  const { dependencies } = readPackage(new URL('package.json', pinned)) as { dependencies: Record<string, string> };
  const missing = Object.entries(dependencies).filter(([name, version]) => installed(name) !== version);
  if (missing.length === 0) return;
  const names = missing.map((pair) => pair.join(' ')).join(' and ');
  console.error(`Installing ${names} into node_modules/.cache.`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(new URL(file, pinned), new URL(file, folder));
  const { status, error, stderr } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: fileURLToPath(folder),
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      shell: process.platform === 'win32', // npm is a .cmd file there
    },
  );
  if (status === 0) return;
  console.error(error?.message ?? stderr.trim());
  return `npm did not install ${names}. Connect to the network, or point npm to a registry that has them.`;
}

function installed(name: string): string | undefined {
  const file = new URL(`node_modules/${name}/package.json`, folder);
  return existsSync(file) ? (readPackage(file) as { version: string }).version : undefined;
}

const readPackage = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));
