// The versions of Node that heddle runs on besides the one at hand, fetched and kept.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { list } from 'tar';
import { fetchPackage, Unreachable } from '../modules/pack.ts';

/** Pinned, so that every run of the tests is one on the same programs. */
const integrities: Readonly<Record<string, string>> = {
  '22.23.3': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  '24.21.0': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  '26.10.0': 'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
};

export const versions: readonly string[] = Object.keys(integrities);

/** Why npm could not get one of them: asked for the next, it would wait as long again. */
let unreachable: string | undefined;

const cacheFolder = new URL('cache/', import.meta.url);
const platform = 'linux-x64';

export type Node =
  | { readonly path: string; readonly missing?: never }
  | { readonly path?: never; readonly missing: string };

/** The program of that version, or why it cannot be had. */
export async function nodeOf(version: string): Promise<Node> {
  const here = `${process.platform}-${process.arch}`;
  if (here !== platform) return { missing: `its program is pinned for ${platform}, and this is ${here}` };
  const kept = fileURLToPath(new URL(`${version}/node`, cacheFolder));
  if (existsSync(kept)) return { path: kept };
  if (unreachable !== undefined) return { missing: unreachable };
  const folder = mkdtempSync(join(tmpdir(), 'heddle-node-'));
  try {
    const integrity = integrities[version] ?? '';
    const program = await readProgram(fetchPackage({ package: `node-${platform}@${version}`, integrity }, folder));
    mkdirSync(new URL(`${version}/`, cacheFolder), { recursive: true });
    // Written under another name first: whoever looks for it never sees half a program.
    const unfinished = `${kept}.${process.pid}`;
    writeFileSync(unfinished, program);
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, kept);
    return { path: kept };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    unreachable = `npm could not get it: ${error.message}`;
    return { missing: unreachable };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readProgram(tarball: string): Promise<Uint8Array> {
  const reads: Promise<Uint8Array>[] = [];
  await list({
    file: tarball,
    filter: (path) => path === 'package/bin/node',
    onReadEntry: (entry) => reads.push(entry.concat()),
  });
  const [program] = await Promise.all(reads);
  if (!program) throw new Error(`${tarball} holds no program`);
  return program;
}
