// What was prepared once is read the next time; whatever is wrong with a file or a folder, the module is prepared again.

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type PrepareProgress, prepare } from '../../../../lib/compute/wasm/prepare/index.ts';
import { assemble } from './wasm-text.ts';

const test = suite('cache', { folder: '' });
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'heddle-cache-'));
});
test.after.each(({ folder }) => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const bytes = assemble({ functions: [{ export: 'run', code: [0x01] }] });
const cachedTwice = async (cacheFolder: string | false) => {
  const first = await prepare(bytes, { cacheFolder });
  const second = await prepare(bytes, { cacheFolder });
  assert.equal({ ...second, cached: false }, first);
  return [first.cached, second.cached];
};
const fileIn = (folder: string) => {
  const names = readdirSync(folder);
  assert.is(names.length, 1, names.join());
  return join(folder, names[0] ?? '');
};

test('the second time it is read', async ({ folder }) => {
  assert.equal(await cachedTwice(folder), [false, true]);
  fileIn(folder);
});

test('no folder wanted', async () => {
  assert.equal(await cachedTwice(false), [false, false]);
});

test('other options, other file', async ({ folder }) => {
  await prepare(bytes, { cacheFolder: folder });
  assert.is((await prepare(bytes, { cacheFolder: folder, meter: false })).cached, false);
  assert.is((await prepare(bytes, { cacheFolder: folder, maximumBytes: 2 ** 20 })).cached, false);
  assert.is(readdirSync(folder).length, 3);
});

test('a file with any byte wrong, cut short or too long is made anew', async ({ folder }) => {
  const { bytes: expected } = await prepare(bytes, { cacheFolder: folder });
  const path = fileIn(folder);
  const whole = readFileSync(path);
  const damages: (() => void)[] = [
    () => truncateSync(path, whole.length - 1),
    () => truncateSync(path, 40),
    () => truncateSync(path, 0),
    () => writeFileSync(path, Buffer.concat([whole, Buffer.of(0)])),
    ...[0, 31, 32, 60, whole.length - 1].map((at) => () => {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((whole[at] ?? 0) ^ 1, at);
      writeFileSync(path, damaged);
    }),
  ];
  for (const damage of damages) {
    damage();
    const again = await prepare(bytes, { cacheFolder: folder });
    assert.is(again.cached, false);
    assert.equal(again.bytes, expected);
    assert.equal(readFileSync(path), whole, 'mended');
  }
});

test("another module's file under this one's name is not believed", async ({ folder }) => {
  await prepare(bytes, { cacheFolder: folder });
  const path = fileIn(folder);
  rmSync(path);
  await prepare(assemble({ functions: [] }), { cacheFolder: folder });
  writeFileSync(path, readFileSync(fileIn(folder)));
  assert.is((await prepare(bytes, { cacheFolder: folder })).cached, false);
});

test('a folder that is a file, or cannot be made, or not written', async ({ folder }) => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const place of [file, join(file, 'below'), '/dev/null/heddle', '\0']) {
    assert.equal(await cachedTwice(place), [false, false], place);
  }
  const occupied = join(folder, 'occupied');
  await prepare(bytes, { cacheFolder: occupied });
  const name = fileIn(occupied);
  rmSync(name);
  writeFileSync(join(folder, 'note'), '');
  chmodSync(occupied, 0o500);
  const [first] = await cachedTwice(occupied);
  assert.is(first, false);
  chmodSync(occupied, 0o700);
});

test('what is asked for twice at once is done once', async ({ folder }) => {
  const steps: PrepareProgress[][] = [[], []];
  const [first, second] = await Promise.all(
    steps.map((heard) => prepare(bytes, { cacheFolder: folder, onProgress: (progress) => heard.push(progress) })),
  );
  assert.equal(first, second);
  assert.equal(steps[0], [{ step: 'read' }, { step: 'meter' }, { step: 'validate' }]);
  fileIn(folder);
});

test('what does not validate is refused, and not kept', async ({ folder }) => {
  for (let round = 0; round < 2; round++) {
    try {
      await prepare(bytes.slice(0, -1), { cacheFolder: folder });
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /module-invalid/);
    }
  }
  assert.is(readdirSync(folder).length, 0);
});

test.run();
