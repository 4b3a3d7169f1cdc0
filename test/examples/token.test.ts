import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the token example shows its balances, the refused overdraft and two equal digests', async () => {
  const example = fileURLToPath(new URL('../../examples/token/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  assert.match(text, /alice +650\n +shop +150\n +supplier +200\n/);
  assert.match(text, 'Overdraft The balance does not cover 10000');
  const digests = [...text.matchAll(/Digest of .*: +(\S{43})$/gm)].map(([, digest]) => digest);
  assert.is(digests.length, 2);
  assert.is(digests[0], digests[1]);
});

test.run();
