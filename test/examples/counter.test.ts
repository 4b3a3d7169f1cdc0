import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the counter example counts, refuses, tallies the votes and replays to the same digest', async () => {
  const example = fileURLToPath(new URL('../../examples/counter/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  assert.match(text, /Increment +1 .*\n +Increment 41 +42 .*\n.*refused: It counts to 1000.*\n +Count +42 /);
  assert.match(
    text,
    /Vote weft +weft .*\n +Vote warp +refused: One vote each.*\n +Vote weft +refused: The vote has ended/,
  );
  assert.match(text, /Tally +\{"warp":1,"weft":1\}/);
  const digests = [...text.matchAll(/Digest of .*: +(\S{43})$/gm)].map(([, digest]) => digest);
  assert.is(digests.length, 2);
  assert.is(digests[0], digests[1]);
});

test.run();
