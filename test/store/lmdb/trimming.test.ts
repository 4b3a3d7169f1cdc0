// A store whose log was trimmed: what is left is checked, mended and gone on from, and the disk does not fill up.

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystem, HeddleError, randomStream } from 'heddle';
import { checkStore } from 'heddle/store/check';
import { compactStore, lmdbStore, repairStore } from 'heddle/store/lmdb';
import { open } from 'lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder } from '../../fixtures/system/behaviors.ts';
import { refusal } from '../../fixtures/system/refusal.ts';
import { scriptOf, systemOn, take } from './crash/script.ts';
import { copied, type Filled, filledStore, readAll } from './filled.ts';
import { emptyFolder } from './folders.ts';

// In the middle of things: mail waits, timers are set.
const filled = await filledStore('each', 'trimmed', [15, 25]);
const length = filled.trimmed + filled.log.length;
const base = (one: Filled): string => join(one.folder, 'bases', readdirSync(join(one.folder, 'bases'))[0] ?? '');

test('a trimmed store is checked, made smaller and repaired, and each goes on to the same', async () => {
  assert.ok(filled.trimmed > 500 && filled.log.length > 100, `${filled.trimmed}, ${filled.log.length}`);
  const digests: string[] = [];
  for (const work of [checkStore, compactStore, repairStore, () => {}]) {
    const one = copied(filled);
    await work(one.folder);
    const report = await checkStore(one.folder);
    assert.equal(report.damages, []);
    assert.is(report.trimmed, filled.trimmed);
    assert.is(report.goodLength, length);
    assert.is(report.processes, 8);
    const found = await readAll(one);
    assert.ok(found.log.equals(one.log));
    assert.equal(found.checkpoints, one.checkpoints);
    const system = systemOn('trimmed', lmdbStore(one.folder));
    await system.open();
    assert.is(system.trace.digest, filled.digest);
    for (const step of scriptOf('compact').slice(20, 30)) await take('compact', system, step);
    digests.push(system.trace.digest);
    await system.close();
  }
  assert.is(new Set(digests).size, 1);
});

test('a trimmed store is of a version that says so, and what was never trimmed is not', async () => {
  const format = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'format.json'), 'utf8'));
  assert.equal(format(filled.folder), { format: 'heddle store', version: 4 });
  assert.equal(format((await filledStore()).folder), { format: 'heddle store', version: 3 });
});

test('a store whose base is damaged or gone is refused and left as it is', async () => {
  for (const damage of [rmSync, (file: string) => writeFileSync(file, 'x', { flag: 'a' })]) {
    const one = copied(filled);
    damage(base(one));
    for (const work of [lmdbStore, repairStore]) {
      const error = await refusal(() => work(one.folder));
      assert.is(error.code, 'store-damaged');
      assert.is(error.facts.folder, one.folder);
    }
    const { damages, goodLength } = await checkStore(one.folder);
    assert.equal(
      damages.map(({ what }) => what),
      ['base'],
    );
    assert.is(goodLength, 0);
    // It may be put back from a copy.
    writeFileSync(join(one.folder, 'bases', base(filled).slice(-64)), readFileSync(base(filled)));
    assert.ok((await readAll(one)).log.equals(one.log));
  }
});

test('where it is not said any more where the log begins, its bases say it', async () => {
  const one = copied(filled);
  const path = join(one.folder, 'log.mdb');
  const tables = open<Uint8Array, string>({ path, encoding: 'binary', maxDbs: 8, overlappingSync: false });
  await tables.put('bases', new TextEncoder().encode('nobody knows'));
  await tables.close();
  assert.is((await refusal(() => lmdbStore(one.folder))).code, 'store-damaged');
  const { damages } = await checkStore(one.folder);
  assert.is(damages[0]?.what, 'base');
  const { logLength } = await repairStore(one.folder);
  assert.is(logLength, length);
  assert.ok((await readAll(one)).log.equals(one.log));
  assert.equal((await checkStore(one.folder)).damages, []);
});

test('a trimmed log is cut behind its beginning only', async () => {
  const one = copied(filled);
  assert.is((await refusal(() => repairStore(one.folder, { truncateTo: filled.trimmed - 1 }))).code, 'history-trimmed');
  const { logLength } = await repairStore(one.folder, { truncateTo: filled.trimmed });
  assert.is(logLength, filled.trimmed);
  assert.equal((await checkStore(one.folder)).damages, []);
  const store = lmdbStore(one.folder);
  assert.is(store.length, filled.trimmed);
  await store.close();
});

test('wherever a trimmed file is damaged, that is found, and what is left of the log is as it was written', async () => {
  const whole = readFileSync(join(filled.folder, 'log.mdb'));
  const draws = randomStream('damage', 'trimmed');
  let [found, kept] = [0, 0];
  for (let place = 0; place < 80; place++) {
    const one = copied(filled);
    const damaged = Buffer.from(whole);
    const at = draws.below(place % 2 === 0 ? whole.length : 8_192);
    damaged.fill(draws.below(256), at, at + 1 + draws.below(64));
    writeFileSync(join(one.folder, 'log.mdb'), damaged);
    const report = await checkStore(one.folder);
    if (report.damages.length > 0) found++;
    const store = await refusalOrStore(one.folder);
    if (store === undefined) assert.ok(report.damages.length > 0);
    await store?.close();
    const { logLength } = await repairStore(one.folder);
    const again = await readAll(one);
    const from = logLength - again.log.length;
    // Where the tables are torn, what was let go of may be found again.
    const overlap = again.log.subarray(Math.max(0, filled.trimmed - from));
    assert.ok(overlap.equals(filled.log.subarray(0, overlap.length)), `place ${place}`);
    assert.equal((await checkStore(one.folder)).damages, [], `place ${place}`);
    if (logLength === length) kept++;
    rmSync(join(one.folder, '..'), { recursive: true });
  }
  assert.ok(found > 5 && kept > 5, `${found} found, ${kept} kept`);
});

async function refusalOrStore(folder: string) {
  try {
    return lmdbStore(folder);
  } catch (error) {
    assert.ok(error instanceof HeddleError && error.code === 'store-damaged', String(error));
    return undefined;
  }
}

/** The bytes of all that is in a folder. */
const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .reduce((bytes, file) => bytes + (file.isFile() ? file.size : 0), 0);

test('with retention, the disk holds about as much after a long run as after a short one', async () => {
  const folder = join(emptyFolder(), 'store');
  const bytes = 65_536;
  const sizes: number[] = [];
  const lengths: number[] = [];
  let id: string | undefined;
  for (let life = 0; life < 8; life++) {
    const store = lmdbStore(folder, { durability: 'memory' });
    const system = createSystem({ store, modules: [adder], retention: { bytes } });
    await system.open();
    id ??= (await system.spawn(adder)).id;
    const process = system.process(id);
    for (let round = 0; round < 200; round++) {
      await process.send({ data: '1', tags: { Note: 'x'.repeat(2_000) } });
      await system.settle();
    }
    lengths.push(store.length);
    await system.close();
    sizes.push(sizeOf(folder));
    assert.equal((await checkStore(folder)).damages, []);
  }
  assert.ok((lengths.at(-1) ?? 0) > 30 * bytes, `${lengths}`);
  assert.ok(Math.max(...sizes.slice(2)) <= (sizes[1] ?? 0) * 1.5, `${sizes}`);
});

test.run();
