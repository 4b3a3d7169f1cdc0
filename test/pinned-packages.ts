/** Packages that only a test or a benchmark needs, with a lock file of their own, so that heddle does not carry them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PinnedPackages {
  /** Loads one of them. */
  readonly load: NodeJS.Require;
  /** Installs what is missing, and says why if that fails. Of several programs that ask for it at once, one does. */
  install(): string | undefined;
}

/**
 * The packages that `package.json` and `package-lock.json` in the folder `pinned` name, installed in a folder called `name`.
 * Those in `compiled` are compiled there, for this version of Node; no other script of theirs is run.
 */
export function pinnedPackages(pinned: URL, name: string, compiled: readonly string[] = []): PinnedPackages {
  const platform = compiled.length === 0 ? '' : `-${process.versions.modules}`;
  // Among what is installed, where neither git nor a check of the sources looks.
  const folder = new URL(`../node_modules/.cache/${name}${platform}/`, import.meta.url);
  const { dependencies } = readPackage(new URL('package.json', pinned)) as { dependencies: Record<string, string> };
  const missing = () => Object.entries(dependencies).filter(([name, version]) => installed(folder, name) !== version);
  return {
    load: createRequire(new URL('package.json', folder)),
    install() {
      const place = fileURLToPath(folder).replace(/[\\/]$/, '');
      return alone(`${place}.lock`, () => {
        const names = missing()
          .map((pair) => pair.join(' '))
          .join(', ');
        if (names === '') return;
        console.error(`Installing ${names} into node_modules/.cache.`);
        const problem = installInto(place, pinned, compiled);
        if (problem === undefined) return;
        console.error(problem);
        const compiler = compiled.length === 0 ? '' : ` ${compiled} needs a C++ compiler, make and Python.`;
        return `npm did not install ${names}. Connect to the network, or point npm to a registry that has them.${compiler}`;
      });
    },
  };
}

/** Installs into a folder of its own, which then takes its place, so that nobody finds half of it. */
function installInto(place: string, pinned: URL, compiled: readonly string[]): string | undefined {
  const own = `${place}-${process.pid}`;
  mkdirSync(own, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(new URL(file, pinned), `${own}/${file}`);
  try {
    const problem =
      npm(own, 'ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund') ??
      (compiled.length === 0 ? undefined : npm(own, 'rebuild', ...compiled));
    if (problem !== undefined) return problem;
    rmSync(place, { recursive: true, force: true });
    renameSync(own, place);
    return;
  } catch (thrown) {
    return String(thrown);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function npm(folder: string, ...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, ...headers() },
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** Where the headers of this Node are, if they came with it: then compiling needs no download. */
function headers(): Record<string, string> {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

/** Does something while no other program does what has the same lock. */
function alone<T>(lock: string, act: () => T): T {
  mkdirSync(fileURLToPath(new URL('../node_modules/.cache/', import.meta.url)), { recursive: true });
  while (!takeLock(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // what node:fs throws
    // Whoever had it may have been killed.
    const holder = Number(existsSync(lock) && readFileSync(lock, 'utf8'));
    if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function installed(folder: URL, name: string): string | undefined {
  const file = new URL(`node_modules/${name}/package.json`, folder);
  return existsSync(file) ? (readPackage(file) as { version: string }).version : undefined;
}

const readPackage = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));
