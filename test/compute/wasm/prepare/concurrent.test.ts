// Programs that prepare the same module into the same folder at the same time do not disturb each other.

import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const program = fileURLToPath(new URL('./program-preparing.ts', import.meta.url));

function run(folder: string): Promise<{ readonly digest: string; readonly cached: boolean }> {
  const child = fork(program, [folder]);
  return new Promise((resolve, reject) => {
    child.once('message', (answer: { digest: string; cached: boolean }) => resolve(answer));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

test('four programs at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-cache-'));
  try {
    const together = await Promise.all([run(folder), run(folder), run(folder), run(folder)]);
    assert.is(new Set(together.map(({ digest }) => digest)).size, 1);
    assert.is(readdirSync(folder).length, 1);
    const after = await run(folder);
    assert.equal(after, { digest: together[0]?.digest, cached: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
