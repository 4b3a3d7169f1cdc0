import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = async (command: string, ...args: string[]) =>
  (await promisify(execFile)(command, args, { cwd: root, shell: process.platform === 'win32' })).stdout;

test('the built package runs without TypeScript and without the sources', async () => {
  await run('npm', 'run', '--silent', 'build');
  const program = `
    import { behavior, createSystem, fifo } from 'heddle';
    const counter = behavior({ init: () => 0, receive: (count) => count + 1 }, { name: 'counter' });
    const system = createSystem({ scheduler: fifo() });
    const process = await system.spawn(counter);
    await process.send();
    console.log(JSON.stringify(await system.settle()), system.trace.digest);
    await system.close();`;
  const stdout = await run(process.execPath, '--input-type=module', '--eval', program);
  assert.match(stdout, /^\{"turns":2,"idle":true\} [\w-]{43}\n$/);
});

test('the package holds what its exports and imports name, and no tests', async () => {
  const [packed] = JSON.parse(await run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'));
  const files = new Set<string>(packed.files.map(({ path }: { path: string }) => path));
  const manifest = JSON.parse(await run('npm', 'pkg', 'get', 'exports', 'imports'));
  for (const path of pathsIn(manifest)) assert.ok(files.has(path.slice(2)), path);
  for (const file of files) assert.not.match(file, /^(test|bench|examples)\/|\.wasm$/);
});

/** Every path that a value of package.json leads to. */
const pathsIn = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(pathsIn);

test.run();
