// Every version of Node that heddle runs on comes to the same: digests, gas, and what modules are prepared to.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeOf, versions } from './versions.ts';

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function run(node: string, path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, [...process.execArgv, fileOf(path)]);
  return stripVTControlCharacters(stdout);
}

/** What the example prints, without how long it took. */
const demo = async (node: string) => (await run(node, '../../examples/token/index.ts')).replace(/ +[\d.]+ ms$/gm, '');
const facts = (node: string) => run(node, 'facts.ts');

const here = process.execPath;
const expected = { facts: await facts(here), demo: await demo(here) };

test('what the others are compared with', () => {
  assert.match(expected.demo, 'equal: 18 turns came out the same');
  assert.is(expected.facts.match(/"guest-over-gas"/g)?.length, 4, 'two turns on two modules end by gas');
  const { light } = JSON.parse(expected.facts) as { light: { observed: string; unobserved: string } };
  assert.is(light.observed, light.unobserved);
});

for (const version of versions) {
  const { path, missing } = await nodeOf(version);
  if (path === undefined) {
    console.log(`Node ${version} is skipped: ${missing}`);
    test.skip(`Node ${version}`, () => {});
    continue;
  }
  test(`Node ${version}: as on Node ${process.versions.node}`, async () => {
    assert.is((await promisify(execFile)(path, ['--version'])).stdout.trim(), `v${version}`);
    assert.is(await facts(path), expected.facts);
    assert.is(await demo(path), expected.demo);
  });
  test(`Node ${version}: the digests ever since`, async () => {
    assert.match(await run(path, '../aos/digest.test.ts'), /Passed: +(\d+)\n *Skipped: +0/);
  });
  for (const file of ['../compute/wasm/prepare/gas.test.ts', '../compute/wasm/dry-run.test.ts']) {
    test(`Node ${version}: ${file}`, async () => {
      assert.match(await run(path, file), /Passed: +(\d+)\n *Skipped: +0/);
    });
  }
}

test.run();
