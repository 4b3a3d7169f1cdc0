// Programs that nobody here compiled: those that @wasmer/wasi has for its own tests, by several versions of Rust.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileTree } from '../../../lib/compute/wasi/file-tree.ts';
import { Host } from '../../../lib/compute/wasi/host.ts';
import { Instances } from '../../../lib/compute/wasi/instances.ts';
import { library } from '../../../lib/compute/wasi/library.ts';
import { readProgram } from '../../../lib/compute/wasi/program.ts';
import { rewrite } from '../../../lib/compute/wasi/rewrite.ts';
import { defaultLimits } from '../../../lib/core/limits.ts';

const folder = dirname(createRequire(import.meta.url).resolve('@wasmer/wasi/package.json'));
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, 'tests', `${name}.wasm`)));

/** What a program prints. */
async function printed(name: string, input: string, files: FileTree = new Map()): Promise<string> {
  await library.load();
  const program = readProgram(bytesOf(name));
  const { bytes, metered } = rewrite(program, 1000);
  const instance = new Instances(new WebAssembly.Module(bytes), program, metered).take();
  const given = { timestampMs: 0, seed: '', files, limits: defaultLimits, gas: 1e9 };
  const host = new Host({ ...given, input: new TextEncoder().encode(input) }, instance.memory);
  assert.ok(instance.run(host, ['_start'], 1e9) > 0);
  host.free();
  return host.output;
}

test('a program reverses its input', async () => {
  assert.is(await printed('pipe_reverse', 'Hello World!'), '!dlroW olleH\n');
});

test('a program finds no variable but the one it sets', async () => {
  const output = await printed('envvar', '');
  assert.is(output, 'Env vars:\nDOG Err(NotPresent)\nDOG_TYPE Err(NotPresent)\nSET VAR Ok("HELLO")\n');
});

test('a program of an old C library lists its files', async () => {
  const files = new Map([
    ['a', undefined],
    ['b', undefined],
    ['file', new TextEncoder().encode('contents')],
  ]);
  assert.is(await printed('mapdir', '', files), '"./a"\n"./b"\n"./file"\n');
});

test('a program of the first version of WASI prints', async () => {
  assert.is(await printed('demo', ''), 'hello world\n');
});

test('a program that wants more than WASI is refused', async () => {
  try {
    await wasi(bytesOf('test')).load();
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'module.external, which WASI does not have');
  }
});

test.run();
