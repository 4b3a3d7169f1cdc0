import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the feed example restarts its feed twice, goes on with the spare one and replays to the same digest', async () => {
  const example = fileURLToPath(new URL('../../examples/feed/index.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, example]);
  const text = stripVTControlCharacters(stdout);
  assert.match(text, /feed +tells 12\.60 to ada, bob, shop\n/);
  assert.match(
    text,
    /2\.0 s {2}feed +fails: "n\/a" is no price \(restarts left: 1\)\n.*feed +waits until .*\n.*shop +waits/,
  );
  assert.match(text, /5\.0 s {2}feed +fails: "-1" is no price \(restarts left: 0\)\n/);
  assert.match(text, /shop +is given up\n.*feed +is given up\n.*desk +is told that 2 restarts are spent: "\?"/);
  assert.match(text, /spare feed +tells 13\.30 to ada, bob\n/);
  assert.match(text, /goes on with its mail\n.*feed +tells 13\.00 to ada, bob, shop\n.*shop +sells for 13\.00\n/);
  const digests = [...text.matchAll(/Digest of .*: +(\S{43})$/gm)].map(([, digest]) => digest);
  assert.is(digests.length, 2);
  assert.is(digests[0], digests[1]);
  assert.match(text, /^equal: /m);
});

test.run();
