import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the permanent counter comes back from Arweave as it was, with no number lost or said twice', async () => {
  const example = fileURLToPath(new URL('../../examples/permanent-counter/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  const [, killed = '', counted = ''] = /^(\d+(?: \d+)*) ✗ (\d+(?: \d+)*)$/m.exec(text) ?? [];
  const [before, after] = [killed, counted].map((numbers) => numbers.split(' ').map(Number)) as [number[], number[]];
  assert.ok(before.length >= 7 && after.length > 0, text);
  assert.equal(before, row(1, before.length));
  // What it was doing when it was killed may have been done; what it had said was.
  const [first = 0] = after;
  assert.ok(first > before.length, text);
  assert.equal(after, row(first, 20));
  assert.match(text, /^the same$/m);
  assert.match(text, /^It has counted to 20, and goes on: 21$/m);
});

const row = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

test.run();
