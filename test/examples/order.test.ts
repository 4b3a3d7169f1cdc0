import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the order example ships what is paid, pays back the rest and replays to the same digest', async () => {
  const example = fileURLToPath(new URL('../../examples/order/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  assert.match(text, /1 h {2}bob +order cancelled/);
  assert.match(text, /1 h {2}cleo +order cancelled/);
  assert.match(text, /48 h {2}ada +order shipped/);
  assert.match(
    text,
    /ada +80\n +ada's order +0\n +bob +200\n +bob's order +0\n +cleo +200\n +cleo's order +0\n +shop +120\n/,
  );
  const digests = [...text.matchAll(/Digest of .*: +(\S{43})$/gm)].map(([, digest]) => digest);
  assert.is(digests.length, 2);
  assert.is(digests[0], digests[1]);
});

test.run();
