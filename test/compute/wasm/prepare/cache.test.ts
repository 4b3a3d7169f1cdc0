// What was prepared once is read the next time; whatever is wrong with a file or a folder, it is as if it were not there.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type PrepareStep, prepare, prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { keyOf, ModuleCache } from '../../../../lib/compute/wasm/prepare/module-cache.node.ts';
import { assemble } from './wasm-text.ts';

const test = suite('cache', { folder: '' });
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'heddle-cache-'));
});
test.after.each(({ folder }) => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const nops = (count: number) => assemble({ functions: [{ export: 'run', code: Array<number>(count).fill(0x01) }] });
/** Long enough to be worth a file. */
const bytes = nops(70_000);
const small = await prepareModule(nops(10));
const key = keyOf('a', {});
const fileIn = (folder: string) => {
  const names = readdirSync(folder);
  assert.is(names.length, 1, names.join());
  return join(folder, names[0] ?? '');
};

test('the second time it is read', async ({ folder }) => {
  const first = await prepare(bytes, { cacheFolder: folder });
  const second = await prepare(bytes, { cacheFolder: folder });
  assert.equal([first.cached, second.cached], [false, true]);
  assert.equal({ ...second, cached: false }, first);
  fileIn(folder);
});

test('no folder wanted', async () => {
  for (let round = 0; round < 2; round++) assert.is((await prepare(bytes, { cacheFolder: false })).cached, false);
});

test('a small module is prepared again', async ({ folder }) => {
  for (let round = 0; round < 2; round++) {
    assert.equal(await prepare(nops(10), { cacheFolder: folder }), { ...small, cached: false });
  }
  assert.equal(readdirSync(folder), []);
});

test('other options or another module, another file', () => {
  const keys = [keyOf('a', {}), keyOf('b', {}), keyOf('a', { meter: false }), keyOf('a', { maximumBytes: 2 ** 20 })];
  assert.is(new Set(keys).size, keys.length);
  assert.is(keyOf('a', { meter: true, maximumBytes: Number.POSITIVE_INFINITY }), keyOf('a', {}));
});

test('a file with any byte wrong, cut short or too long is not read, and is mended', async ({ folder }) => {
  const cache = new ModuleCache(folder);
  await cache.write(key, small);
  const path = fileIn(folder);
  const whole = readFileSync(path);
  const damages: (() => void)[] = [
    () => truncateSync(path, whole.length - 1),
    () => truncateSync(path, 40),
    () => truncateSync(path, 0),
    () => writeFileSync(path, Buffer.concat([whole, Buffer.of(0)])),
    ...Array.from({ length: whole.length }, (_, at) => () => {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((whole[at] ?? 0) ^ 1, at);
      writeFileSync(path, damaged);
    }),
  ];
  for (const damage of damages) {
    damage();
    assert.is(await cache.read(key), undefined);
  }
  await cache.write(key, small);
  assert.equal(readFileSync(path), whole);
  assert.equal(await cache.read(key), small);
});

test("another module's file under this one's name is not believed", async ({ folder }) => {
  const cache = new ModuleCache(folder);
  const other = keyOf('b', {});
  await cache.write(key, small);
  const path = fileIn(folder);
  const whole = readFileSync(path);
  rmSync(path);
  await cache.write(other, small);
  writeFileSync(fileIn(folder), whole);
  assert.is(await cache.read(other), undefined);
});

test('a folder that is a file, or cannot be made, or not written', async ({ folder }) => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const place of [file, join(file, 'below'), '/dev/null/heddle', '\0']) {
    const cache = new ModuleCache(place);
    await cache.write(key, small);
    assert.is(await cache.read(key), undefined, place);
  }
  const occupied = join(folder, 'occupied');
  const cache = new ModuleCache(occupied);
  await cache.write(key, small);
  rmSync(fileIn(occupied));
  chmodSync(occupied, 0o500);
  await cache.write(key, small);
  await cache.read(key);
  chmodSync(occupied, 0o700);
});

test('a link is followed to a file, and replaced if it leads to anything else', async ({ folder }) => {
  const cache = new ModuleCache(folder);
  await cache.write(key, small);
  const path = fileIn(folder);
  const elsewhere = join(folder, 'elsewhere');
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  assert.equal(await cache.read(key), small);
  for (const target of ['/dev/zero', folder, join(folder, 'nothing'), path]) {
    rmSync(path);
    symlinkSync(target, path);
    assert.is(await cache.read(key), undefined, target);
    await cache.write(key, small);
    assert.equal(await cache.read(key), small, target);
    assert.ok(lstatSync(path).isFile(), target);
  }
});

test('a program that ended while it wrote leaves what is no module, and is cleared up after it later', async ({
  folder,
}) => {
  const cache = new ModuleCache(folder);
  const [old, recent] = [join(folder, `${key}.1.old.unfinished`), join(folder, `${key}.2.recent.unfinished`)];
  for (const path of [old, recent]) writeFileSync(path, 'half');
  utimesSync(old, 0, 0);
  assert.is(await cache.read(key), undefined);
  await cache.write(key, small);
  assert.equal(await cache.read(key), small);
  assert.is(existsSync(old), false);
  assert.is(existsSync(recent), true, 'somebody may still be writing it');
});

test('what is asked for twice at once is done once', async ({ folder }) => {
  const steps: PrepareStep[][] = [[], []];
  const [first, second] = await Promise.all(
    steps.map((heard) => prepare(bytes, { cacheFolder: folder, onStep: (step) => heard.push(step) })),
  );
  assert.equal(first, second);
  assert.equal(steps[0], ['read', 'meter', 'validate']);
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
