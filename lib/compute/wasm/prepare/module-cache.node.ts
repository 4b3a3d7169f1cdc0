import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject, type Json } from '../../../core/json.ts';
import { type Prepared, type PrepareOptions, type PrepareReport, prepareVersion } from './prepare-module.ts';

/** What a prepared module depends on, as the name of its file. */
export function keyOf(moduleHash: string, { maximumBytes, meter = true }: PrepareOptions): string {
  const limit = maximumBytes === undefined || maximumBytes === Number.POSITIVE_INFINITY ? 'any' : String(maximumBytes);
  return hash(utf8.encode(JSON.stringify([prepareVersion, moduleHash, limit, meter])));
}

export const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Prepared modules in a folder, a file each: a digest of the rest, a line of JSON, the module. Nothing that goes wrong
 * here is an error: what cannot be read is not there, and what cannot be written is not kept. Files are written under
 * another name first, so that programs which share the folder see whole files only.
 */
export class ModuleCache {
  readonly #folder: string | undefined;

  constructor(folder = defaultFolder()) {
    this.#folder = folder;
  }

  async read(key: string): Promise<Prepared | undefined> {
    if (this.#folder === undefined) return undefined;
    const path = join(this.#folder, key + suffix);
    try {
      // To read a device or a pipe might never end.
      if (!(await stat(path)).isFile()) return undefined;
      const prepared = decode(key, await readFile(path));
      if (!prepared) return undefined;
      // Tells prune() that it is in use.
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return prepared;
    } catch {
      return undefined;
    }
  }

  async write(key: string, prepared: Prepared): Promise<void> {
    if (this.#folder === undefined) return;
    const unfinished = join(this.#folder, `${key}.${process.pid}.${randomUUID()}${unfinishedSuffix}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      const file = await open(unfinished, 'wx');
      try {
        await file.writeFile(encode(key, prepared));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, join(this.#folder, key + suffix));
      await this.#prune(this.#folder);
    } catch {
      await rm(unfinished, { force: true }).catch(() => {});
    }
  }

  /** Removes the files that were not used for longest, and what a program left that ended while it wrote. */
  async #prune(folder: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(suffix) || name.endsWith(unfinishedSuffix));
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
        return { path, mtimeMs, isFinished: name.endsWith(suffix) };
      }),
    );
    const abandoned = files.filter(({ isFinished, mtimeMs }) => !isFinished && mtimeMs < Date.now() - abandonedMs);
    const kept = files.filter(({ isFinished }) => isFinished).sort((a, b) => b.mtimeMs - a.mtimeMs);
    await Promise.all([...abandoned, ...kept.slice(mostFiles)].map(({ path }) => rm(path, { force: true })));
  }
}

/** The user's cache folder; undefined if there is none. */
function defaultFolder(): string | undefined {
  const { env, platform } = process;
  try {
    const usual = () => join(homedir(), platform === 'darwin' ? 'Library/Caches' : '.cache');
    const base = env.XDG_CACHE_HOME || (platform === 'win32' ? env.LOCALAPPDATA : usual());
    return base ? join(base, 'heddle', 'modules') : undefined;
  } catch {
    return undefined; // a user without a home
  }
}

function encode(key: string, { bytes, report }: Prepared): Uint8Array {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify({ key, report })}\n`), bytes]);
  return Buffer.concat([Buffer.from(hash(rest), 'hex'), rest]);
}

function decode(key: string, file: Buffer): Prepared | undefined {
  const rest = file.subarray(digestBytes);
  if (file.subarray(0, digestBytes).toString('hex') !== hash(rest)) return undefined;
  const lineEnd = rest.indexOf('\n');
  const header = JSON.parse(rest.toString('utf8', 0, lineEnd)) as Json;
  if (!isJsonObject(header) || header.key !== key || !isReport(header.report)) return undefined;
  return { bytes: new Uint8Array(rest.subarray(lineEnd + 1)), report: header.report };
}

/** The digest vouches for what is in a file, the key and the version for who wrote it. */
const isReport = (value: unknown): value is PrepareReport =>
  typeof value === 'object' && value !== null && 'version' in value && value.version === prepareVersion;

const utf8 = new TextEncoder();
const suffix = '.module';
const unfinishedSuffix = '.unfinished';
const digestBytes = 32;
/** Of some megabytes each. */
const mostFiles = 64;
const abandonedMs = 3_600_000;
