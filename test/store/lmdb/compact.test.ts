import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkStore } from 'heddle/store/check';
import { compactStore, lmdbStore, repairStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../../fixtures/system/refusal.ts';
import { scriptOf, systemOn, take } from './crash/script.ts';
import { copied, filledStore, readAll } from './filled.ts';

const filled = await filledStore('each', 'compact');

test('a compacted store is smaller, holds the same, and is gone on from', async () => {
  const one = copied(filled);
  const { beforeBytes, afterBytes } = await compactStore(one.folder);
  assert.ok(afterBytes < beforeBytes, `${afterBytes} of ${beforeBytes}`);
  const report = await checkStore(one.folder);
  assert.equal(report.damages, []);
  assert.is(report.logLength, one.log.length);
  const found = await readAll(one);
  assert.ok(found.log.equals(one.log));
  assert.equal(found.checkpoints, one.checkpoints);
  assert.equal(found.notes, one.notes);
  assert.equal(found.blobs, one.blobs);
  const system = systemOn('compact', lmdbStore(one.folder));
  await system.settle();
  assert.is(system.trace.digest, one.digest);
  for (const step of scriptOf('compact').slice(20, 30)) await take('compact', system, step);
  await system.close();
  assert.equal((await checkStore(one.folder)).damages, []);
  const again = await compactStore(one.folder);
  assert.ok(again.afterBytes <= again.beforeBytes);
  assert.equal(
    readdirSync(one.folder).filter((name) => name.startsWith('new')),
    [],
  );
});

test('a store that somebody has open is neither compacted nor looked through nor repaired', async () => {
  const one = copied(filled);
  const store = lmdbStore(one.folder);
  for (const work of [compactStore, checkStore, repairStore]) {
    assert.is((await refusal(() => work(one.folder))).code, 'store-locked');
  }
  await store.close();
});

test('a store is cut where it is said, and what was there is kept aside', async () => {
  const one = copied(filled);
  const store = lmdbStore(one.folder);
  const piece = store.read(Math.floor(one.log.length / 2));
  await store.close();
  const truncateTo = piece?.position ?? 0;
  const { logLength, aside } = await repairStore(one.folder, { truncateTo });
  assert.is(logLength, truncateTo);
  assert.is(aside[0], join(lmdbStoreFolder(aside[0]), 'damaged-1.mdb'));
  const report = await checkStore(one.folder);
  assert.equal(report.damages, []);
  assert.is(report.goodLength, truncateTo);
  // They are of the outside.
  assert.is(report.notes, one.notes.size);
  const system = systemOn('compact', lmdbStore(one.folder));
  // No checkpoint is of a slot that the log has not come to.
  await system.settle();
  await system.close();
  assert.equal((await repairStore(one.folder)).aside.length, 1, 'the second time there is nothing to lose');
  // What was put aside stays, also where somebody has removed what was put aside with it.
  rmSync(join(one.folder, 'damaged-1.mdb'));
  const before = readdirSync(join(one.folder, 'damaged-1'));
  await repairStore(one.folder, { truncateTo: 0 });
  assert.equal(readdirSync(join(one.folder, 'damaged-1')), before);
});

test('a store is cut at a position only', async () => {
  const one = copied(filled);
  for (const truncateTo of [Number.NaN, -1, 0.5, '5' as unknown as number]) {
    const error = await refusal(() => repairStore(one.folder, { truncateTo }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'truncateTo']);
  }
  assert.ok((await readAll(one)).log.equals(one.log));
});

const lmdbStoreFolder = (path = ''): string => path.slice(0, path.lastIndexOf('damaged-1.mdb') - 1);

test('what a check has to say on its way is said in order', async () => {
  const parts: string[] = [];
  await checkStore(filled.folder, { onProgress: ({ part, done }) => parts.push(`${part} ${done}`) });
  assert.ok(parts.some((part) => part.startsWith('log')));
  assert.equal(
    [...parts].sort((one, other) => order(one) - order(other)),
    parts,
  );
});

const order = (part: string): number => ['log', 'checkpoints', 'notes', 'blobs'].indexOf(part.split(' ')[0] ?? '');

test.run();
