// A guest reaches no file, no shell, no input and no environment of its host.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModuleName } from '../../modules/index.ts';
import { TestProcess } from './process.ts';

const attempts: readonly (readonly [what: string, code: string, printed: RegExp])[] = [
  ['a shell', 'return tostring(os.execute())', /^false$/],
  ['a command', 'return tostring(os.execute("echo reached > /tmp/reached"))', /^(nil|false)/],
  ['a pipe', 'return tostring(pcall(io.popen, "ls"))', /^false/],
  ['a file to read', 'return tostring(io.open("/etc/passwd", "r"))', /^nil$/],
  ['a file to write', 'return tostring(io.open("written", "w"))', /^nil$/],
  ['a device', 'return tostring(io.open("/dev/urandom", "r"))', /^nil$/],
  ['a module file', 'return tostring(loadfile("/etc/hosts"))', /^nil$/],
  ['the input', 'return tostring(io.read("l")) .. tostring(io.read("n"))', /^nilnil$/],
  ['the environment', 'return tostring(os.getenv("PATH"))', /^nil$/],
  [
    'the standard streams',
    'return tostring(io.stderr:write("x\\n") == io.stderr) .. tostring(io.stdin:seek())',
    /^true/,
  ],
];

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  for (const [what, code, expected] of attempts) {
    test(`${name}: ${what}`, async () => {
      const process = await TestProcess.booted(name);
      assert.match(await process.eval(code), expected);
    });
  }

  test(`${name}: reading in bulk, which only WeaveDrive could answer`, async () => {
    const process = await TestProcess.booted(name);
    const { fault, error } = await process.run('return io.read("a")');
    assert.is(fault, 'guest-trap');
    assert.match(String(error), 'WeaveDrive');
  });

  test(`${name}: the way out`, async () => {
    const process = await TestProcess.booted(name);
    await process.eval('Count = 1');
    const { fault, error } = await process.run('Count = 2 os.exit(3)');
    assert.is(fault, 'guest-exit');
    assert.match(String(error), 'exit(3)');
    assert.match(await process.eval('return Count'), /1$/);
  });
}

test.run();
