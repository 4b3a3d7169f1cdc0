// Compiles the example's programs from AssemblyScript, unless what was compiled last is of the same sources.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtFolder, programs } from './programs.ts';

const folder = dirname(fileURLToPath(import.meta.url));
const built = fileURLToPath(builtFolder);
const root = join(folder, '..', '..');
const config = 'node_modules/@assemblyscript/wasi-shim/asconfig.json';

const sources = readdirSync(folder).filter((name) => name.endsWith('.as') || name === 'compile.ts');
const versions = readFileSync(join(root, 'package.json'), 'utf8');
const digest = createHash('sha256');
for (const text of [versions, ...sources.map((name) => readFileSync(join(folder, name), 'utf8'))]) digest.update(text);
const state = digest.digest('hex');

if (readOptional(join(built, 'state')) !== state) {
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(built, { recursive: true });
  for (const [name, start] of Object.entries(programs)) {
    const { error, stderr } = await asc.main(
      [
        relative(root, join(folder, `${name}.ts`)),
        ...['--config', config, '--exportStart', start, '--outFile', `${name}.wasm`, '--baseDir', root, '--optimize'],
      ],
      {
        readFile: readSource,
        writeFile: (file, contents) => put(join(built, file), contents),
        listFiles: (path, base) => readdirSync(resolve(base, path)).filter((name) => name.endsWith('.ts')),
      },
    );
    if (error) throw new Error(`${name} does not compile:\n${stderr.toString()}`);
  }
  put(join(built, 'state'), state);
}

/** The compiler looks for names that end in `.ts`; ours do not, since they are no TypeScript. */
function readSource(file: string, base: string): string | null {
  const path = resolve(base, file);
  return readOptional(dirname(path) === folder ? path.replace(/\.ts$/, '.as') : path) ?? null;
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whoever reads meanwhile gets the old file or the new one. */
function put(path: string, contents: string | Uint8Array): void {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}
