/** The local Arweave node, with a lock file of its own, so that heddle does not carry its 550 packages. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const pinned = new URL('./packages/', import.meta.url);
/** Among what is installed, where neither git nor a check of the sources looks. */
const folder = new URL('../../node_modules/.cache/heddle-arweave-node/', import.meta.url);
/** Holds the id of the process that is installing. */
const lock = new URL('../heddle-arweave-node.lock', folder);
/** Written when all is there, with what it was made from. */
const done = new URL('installed.json', folder);

/** Loads its packages. */
export const fromArweaveNode = createRequire(new URL('package.json', folder));

/** Installs what is missing. Two test files that ask for it at once install it once. */
export async function installArweaveNode(): Promise<void> {
  while (!isInstalled()) {
    if (takeLock()) {
      try {
        install();
      } finally {
        rmSync(lock, { force: true });
      }
    } else await setTimeout(200);
  }
}

function install(): void {
  console.error('Installing the local Arweave node into node_modules/.cache: a minute or two, once.');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(new URL(file, pinned), new URL(file, folder));
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
  // The one package of them that is compiled.
  npm('rebuild', 'sqlite3');
  writeFileSync(done, fingerprint());
}

function npm(...args: readonly string[]): void {
  const { status, error, stderr } = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  if (status === 0) return;
  throw new Error(
    [
      `The local Arweave node was not installed: npm ${args.join(' ')} failed.`,
      error?.message ?? stderr.trim(),
      'It needs the registry, and a C++ compiler, make and Python for sqlite3. What does not use it passes without:',
      'name what to test, as in npm test -- core system.',
    ].join('\n'),
  );
}

const isInstalled = (): boolean => existsSync(done) && readFileSync(done, 'utf8') === fingerprint();

/** What was compiled for one version of Node's binary interface does not load in another. */
const fingerprint = (): string => process.versions.modules + readFileSync(new URL('package-lock.json', pinned), 'utf8');

function takeLock(): boolean {
  mkdirSync(new URL('./', lock), { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
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
