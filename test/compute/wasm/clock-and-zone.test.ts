// A guest's time is its own: the host's clock, time zone and language do not reach it.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModuleName } from '../../modules/index.ts';
import { TestProcess } from './process.ts';

const modules = ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[];

async function outcomesIn(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const file = fileURLToPath(new URL('zone-run.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, file], {
    env: { ...process.env, ...environment },
  });
  return stdout.trim().split('\n');
}

test('the same outcomes in another time zone and language', async () => {
  const [here, there] = await Promise.all([
    outcomesIn({ TZ: 'UTC', LANG: 'C' }),
    outcomesIn({ TZ: 'America/New_York', LANG: 'de_DE.UTF-8', HOME: '/elsewhere' }),
  ]);
  const digests = (lines: readonly string[]) => lines.map((line) => line.split(' ').slice(0, 2));
  assert.equal(digests(there), digests(here));
  const hours = (lines: readonly string[]) => lines.map((line) => line.split(' ')[2]);
  assert.equal(hours(here), ['0', '0']);
  assert.equal(hours(there), ['19', '19'], 'the zone did reach the host');
});

for (const name of modules) {
  test(`${name}: the clock counts its readings, and those of a turn that failed are taken back`, async () => {
    const process = await TestProcess.booted(name);
    assert.match(await process.eval('return os.clock()'), /0\.001$/);
    assert.match(await process.eval('return os.clock()'), /0\.002$/);
    await process.run('for i = 1, 500 do os.clock() end error("x")');
    assert.match(await process.eval('return os.clock()'), /0\.003$/);
  });

  test(`${name}: a process does not see the readings of another`, async () => {
    const [first, second] = [await TestProcess.booted(name), await TestProcess.booted(name)];
    await first.eval('for i = 1, 500 do os.clock() end');
    assert.match(await second.eval('return os.clock()'), /0\.001$/);
  });

  test(`${name}: local time is UTC`, async () => {
    const process = await TestProcess.booted(name);
    const date = 'os.date("%Y-%m-%d %H:%M:%S %Z", 1719835200)';
    assert.match(await process.eval(`return ${date}`), '2024-07-01 12:00:00 UTC');
  });
}

test.run();
