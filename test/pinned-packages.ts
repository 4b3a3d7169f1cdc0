/** Packages that only a test or a benchmark needs, with a lock file of their own, so that heddle does not carry them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface PinnedPackages {
  /** Loads one of them. */
  readonly load: NodeJS.Require;
  /** Installs what is missing, and says why if that fails. */
  install(): string | undefined;
}

/** The packages that `package.json` and `package-lock.json` in the folder `pinned` name, installed in a folder called `name`. */
export function pinnedPackages(pinned: URL, name: string): PinnedPackages {
  // Among what is installed, where neither git nor a check of the sources looks.
  const folder = new URL(`../node_modules/.cache/${name}/`, import.meta.url);
  const { dependencies } = readPackage(new URL('package.json', pinned)) as { dependencies: Record<string, string> };
  const missing = () => Object.entries(dependencies).filter(([name, version]) => installed(folder, name) !== version);
  return {
    load: createRequire(new URL('package.json', folder)),
    install() {
      const names = missing()
        .map((pair) => pair.join(' '))
        .join(', ');
      if (names === '') return;
      console.error(`Installing ${names} into node_modules/.cache.`);
      const problem = installInto(folder, pinned);
      // Another program may have installed them meanwhile.
      if (problem === undefined || missing().length === 0) return;
      console.error(problem);
      return `npm did not install ${names}. Connect to the network, or point npm to a registry that has them.`;
    },
  };
}

/** Installs into a folder of its own, which then takes its place, so that nobody finds half of it. */
function installInto(folder: URL, pinned: URL): string | undefined {
  const place = fileURLToPath(folder).replace(/[\\/]$/, '');
  const own = `${place}-${process.pid}`;
  mkdirSync(own, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(new URL(file, pinned), `${own}/${file}`);
  const { status, error, stderr } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: own,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      shell: process.platform === 'win32', // npm is a .cmd file there
    },
  );
  try {
    if (status !== 0) return error?.message ?? stderr.trim();
    rmSync(place, { recursive: true, force: true });
    renameSync(own, place);
    return;
  } catch (thrown) {
    return String(thrown);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function installed(folder: URL, name: string): string | undefined {
  const file = new URL(`node_modules/${name}/package.json`, folder);
  return existsSync(file) ? (readPackage(file) as { version: string }).version : undefined;
}

const readPackage = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));
