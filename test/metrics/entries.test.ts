// Who does not collect loads nothing for it, and who does not export through OpenTelemetry needs none of it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const run = promisify(execFile);

/** The files of CommonJS packages that a program has loaded after importing `entries`; OpenTelemetry is not to be had. */
async function loadedBy(...entries: readonly string[]): Promise<readonly string[]> {
  const hook = `export const resolve = (name, context, next) => {
    if (name.startsWith('@opentelemetry/')) throw new Error('there is no ' + name);
    return next(name, context);
  };`;
  const program = `
    import module from 'node:module';
    module.register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});
    for (const entry of ${JSON.stringify(entries)}) await import(entry);
    console.log(JSON.stringify(Object.keys(module.createRequire(import.meta.url).cache)));`;
  const typescript = ['--import', './test/typescript/register.js', '-C', 'heddle-source'];
  const { stdout } = await run(process.execPath, [...typescript, '--input-type=module', '--eval', program]);
  return JSON.parse(stdout);
}

test('heddle loads no histograms', async () => {
  assert.not.match(String(await loadedBy('heddle')), 'hdr-histogram-js');
});

test('heddle/metrics loads the plain histogram, without a compressor and without WebAssembly', async () => {
  const loaded = (await loadedBy('heddle/metrics')).filter((path) => path.includes('node_modules')).map(String);
  assert.match(String(loaded), 'hdr-histogram-js');
  assert.not.match(String(loaded), /pako|base64|wasm|encoding/i);
});

test('neither heddle/metrics nor heddle/metrics/opentelemetry loads OpenTelemetry', async () => {
  await loadedBy('heddle', 'heddle/metrics', 'heddle/metrics/opentelemetry');
});

test.run();
