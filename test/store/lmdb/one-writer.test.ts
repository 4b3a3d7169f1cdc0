import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lmdbStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../../fixtures/system/refusal.ts';
import { emptyFolder } from './folders.ts';
import { nodeArguments, Program, program } from './programs.ts';

const holder = './holder.ts';

test('a second store of the same program is refused, whatever path leads to the folder', async () => {
  const folder = emptyFolder();
  const store = lmdbStore(folder);
  const link = join(emptyFolder(), 'link');
  symlinkSync(folder, link);
  for (const path of [folder, link, join(folder, '..', folder.split(/[\\/]/).at(-1) ?? '')]) {
    const error = await refusal(() => lmdbStore(path));
    assert.is(error.code, 'store-locked');
    assert.ok(error.definite);
    assert.is(error.facts.folder, realpathSync(folder));
    assert.match(error.message, realpathSync(folder));
  }
  await store.close();
  await lmdbStore(link).close();
});

test('a second program is refused, and may open the folder when the first has closed it', async () => {
  const folder = emptyFolder();
  const store = lmdbStore(folder);
  await store.append({ position: 0, bytes: new Uint8Array([1]) });
  assert.is(await program(holder, folder).line(), 'store-locked');
  await store.close();
  const second = program(holder, folder);
  assert.match(await second.line(), /^open/);
  assert.is((await refusal(() => lmdbStore(folder))).code, 'store-locked');
  await second.kill();
});

test('a program that is killed leaves no lock behind', async () => {
  const folder = emptyFolder();
  for (let life = 0; life < 3; life++) {
    const first = program(holder, folder);
    assert.match(await first.line(), /^open/);
    assert.is((await refusal(() => lmdbStore(folder))).code, 'store-locked');
    await first.kill();
    await lmdbStore(folder).close();
  }
});

const namespaces = (() => {
  try {
    execFileSync('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(namespaces ? test : test.skip)('programs in containers with the same process number are told apart', async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'store'));
  const contained = () =>
    new Program('unshare', [
      '--pid',
      '--fork',
      '--kill-child',
      process.execPath,
      ...nodeArguments(holder),
      join(folder, 'store'),
    ]);
  const first = contained();
  const open = await first.line();
  assert.match(open, /^open \d+$/);
  assert.is(await contained().line(), 'store-locked');
  await first.kill();
  // The program in the container ends after the one that holds the container.
  let next = '';
  for (let tries = 0; tries < 50 && next !== open; tries++) {
    const second = contained();
    next = await second.line();
    await second.kill();
  }
  assert.is(next, open, 'the same number');
});

test('a store that was refused leaves the one that is open as it was', async () => {
  const folder = emptyFolder();
  const store = lmdbStore(folder);
  await store.append({ position: 0, bytes: new Uint8Array([1, 2, 3]) });
  await refusal(() => lmdbStore(folder));
  await store.append({ position: 3, bytes: new Uint8Array([4]) });
  await store.flush();
  await store.close();
  const again = lmdbStore(folder);
  assert.is(again.length, 4);
  await again.close();
});

test.run();
