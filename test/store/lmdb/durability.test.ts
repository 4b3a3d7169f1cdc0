import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSystem } from 'heddle';
import { type LmdbOptions, lmdbStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Disk, realDisk } from '../../../lib/store/lmdb/disk.ts';
import { LmdbStore } from '../../../lib/store/lmdb/lmdb-store.ts';
import { adder } from '../../fixtures/system/behaviors.ts';
import { refusal } from '../../fixtures/system/refusal.ts';
import { emptyFolder } from './folders.ts';

/** A store whose transactions wait until they are let through, and how many were begun. */
function heldStore(options: LmdbOptions) {
  const folder = join(emptyFolder(), 'store');
  const held: (() => void)[] = [];
  const disk: Disk = {
    ...realDisk,
    async transaction(work) {
      await new Promise<void>((resolve) => held.push(resolve));
      await work();
    },
  };
  const store = new LmdbStore(folder, options, disk);
  return { store, folder, held, begun: () => held.length, letThrough: () => held.at(-1)?.() };
}

const append = (store: LmdbStore, bytes: number) =>
  store.append({ position: store.length, bytes: new Uint8Array(bytes).fill(store.length) });

const later = () => new Promise((resolve) => setTimeout(resolve, 5));
const never = 2 ** 31 - 1;

test('on memory and on each, what was appended is durable when append answers, and nobody waits', () => {
  for (const durability of ['memory', 'each'] as const) {
    const store = lmdbStore(join(emptyFolder(), 'store'), { durability });
    assert.is(append(store, 10), undefined);
    assert.is(store.durableLength, 10);
    assert.is(store.flush(), undefined);
    void store.close();
  }
});

test('on batched, what a program appends that never lets its timers come to their turn is durable in time, too', async () => {
  const store = lmdbStore(join(emptyFolder(), 'store'), { commitMs: 1, commitBytes: never, pendingBytes: never });
  let appended = 0;
  for (; store.durableLength === 0 && appended < 2_000_000; appended++) await append(store, 10);
  assert.ok(store.durableLength > 0, `nothing of ${appended} pieces`);
  await store.close();
});

test('on batched, append answers at once after a pause, too', async () => {
  const store = lmdbStore(join(emptyFolder(), 'store'), { commitMs: 1, commitBytes: 100 });
  assert.is(append(store, 100), undefined);
  await store.flush();
  for (let pauses = 0; pauses < 4; pauses++) await later();
  assert.is(append(store, 10), undefined);
  await store.close();
});

test('on batched, append answers at once, and flush when it is durable', async () => {
  const { store, begun, letThrough } = heldStore({ commitMs: never });
  for (let count = 0; count < 100; count++) assert.is(append(store, 10), undefined);
  assert.is(begun(), 0);
  assert.is(store.durableLength, 0);
  let isFlushed = false;
  const flushed = Promise.resolve(store.flush()).then(() => {
    isFlushed = true;
  });
  await later();
  assert.is(begun(), 1);
  assert.is(isFlushed, false);
  letThrough();
  await flushed;
  assert.is(store.durableLength, 1_000);
  assert.is(store.flush(), undefined, 'nothing is left to flush');
  await store.close();
});

test('what is appended during a transaction waits for the next, and for no others', async () => {
  const { store, begun, letThrough } = heldStore({ commitMs: never });
  append(store, 10);
  const first = store.flush();
  append(store, 20);
  const second = store.flush();
  append(store, 30);
  await later();
  assert.is(begun(), 1);
  letThrough();
  await first;
  assert.is(store.durableLength, 10);
  await later();
  assert.is(begun(), 2);
  letThrough();
  await second;
  assert.is(store.durableLength, 60);
  assert.is(begun(), 2);
  await store.close();
});

test('a transaction begins when enough waits, or when something has waited long enough', async () => {
  const { store, begun, letThrough } = heldStore({ commitMs: never, commitBytes: 100 });
  append(store, 99);
  await later();
  assert.is(begun(), 0);
  append(store, 1);
  assert.is(begun(), 1);
  letThrough();
  const last = store.flush();
  await last;
  await store.close();
  const soon = heldStore({ commitMs: 1 });
  append(soon.store, 1);
  while (soon.begun() === 0) await later();
  soon.letThrough();
  await soon.store.flush();
  assert.is(soon.store.durableLength, 1);
  await soon.store.close();
});

test('whoever appends more than may wait is held up until there is room', async () => {
  const { store, begun, letThrough } = heldStore({ commitMs: never, pendingBytes: 100 });
  assert.is(append(store, 100), undefined);
  const waits = append(store, 1);
  assert.instance(waits, Promise);
  let hasRoom = false;
  void Promise.resolve(waits).then(() => {
    hasRoom = true;
  });
  await later();
  assert.is(hasRoom, false);
  assert.is(begun(), 1);
  letThrough();
  await waits;
  assert.is(store.durableLength, 101);
  await store.close();
});

test('closing makes all durable', async () => {
  const folder = join(emptyFolder(), 'store');
  const store = lmdbStore(folder, { commitMs: never });
  append(store, 10);
  await store.putCheckpoint({ process: 'p', slot: 0, bytes: new Uint8Array([1]) });
  await store.close();
  assert.is((await refusal(() => append(store, 1))).code, 'store-failed');
  const again = lmdbStore(folder);
  assert.is(again.durableLength, 10);
  assert.equal([...((await again.checkpoint('p'))?.bytes ?? [])], [1]);
  await again.close();
});

test('no note is durable before those that were put before it, in files or not, and flush waits for all', async () => {
  let finish = (): void => {};
  const written = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const folder = join(emptyFolder(), 'store');
  const write: Disk['write'] = async (...file) => {
    await written;
    await realDisk.write(...file);
  };
  const store = new LmdbStore(folder, { commitMs: 1 }, { ...realDisk, write });
  const [large, small] = [new Uint8Array(20_000).fill(1), new Uint8Array(3).fill(2)];
  void store.putNote('large', large);
  void store.putNote('small', small);
  void store.putNote('large', small);
  let isFlushed = false;
  const flushed = Promise.resolve(store.flush()).then(() => {
    isFlushed = true;
  });
  await later();
  assert.is(await store.note('small'), undefined);
  assert.is(isFlushed, false);
  finish();
  await flushed;
  assert.equal(Buffer.from((await store.note('small')) ?? []), Buffer.from(small));
  assert.equal(Buffer.from((await store.note('large')) ?? []), Buffer.from(small));
  await store.close();
  assert.equal(readdirSync(join(folder, 'notes')), []);
});

test('a note that takes turns with another has its file whenever it is there', async () => {
  const folder = join(emptyFolder(), 'store');
  const store = new LmdbStore(folder, { commitMs: 1 }, realDisk);
  for (let round = 0; round < 30; round++) {
    await store.putNote('a note', new Uint8Array(20_000).fill(round % 2));
    if (round % 3 === 0) await store.flush();
    assert.is((await store.note('a note'))?.[0], round % 2);
  }
  await store.close();
  const again = lmdbStore(folder);
  assert.is((await again.note('a note'))?.[19_999], 1);
  await again.close();
  assert.is(readdirSync(join(folder, 'notes')).length, 1);
});

test('a system is flushed when all that has happened is durable, and goes on meanwhile', async () => {
  const { store, begun, letThrough } = heldStore({ commitMs: never });
  const system = createSystem({ store });
  const process = await system.spawn(adder);
  await process.send({ data: '1' });
  await system.settle();
  const { length } = store;
  assert.is(store.durableLength, 0);
  const flushed = system.flush();
  await later();
  assert.is(begun(), 1);
  await process.send({ data: '2' });
  await system.settle();
  assert.ok(store.length > length);
  letThrough();
  await flushed;
  assert.is(store.durableLength, length);
  const closed = system.close();
  await later();
  letThrough();
  await closed;
  assert.is(store.durableLength, store.length);
});

test('a system that is closed is not flushed any more', async () => {
  const system = createSystem();
  await system.flush();
  await system.close();
  assert.is((await refusal(() => system.flush())).code, 'system-closed');
});

test('an option that is none is refused before anything is made', async () => {
  const folder = join(emptyFolder(), 'store');
  const wrong: readonly object[] = [
    { durability: 'some' },
    { durability: undefined },
    { commitMs: 0 },
    { commitMs: 2 ** 31 },
    { commitBytes: 1.5 },
    { pendingBytes: Number.POSITIVE_INFINITY },
    { other: 1 },
    { durability: { toString: () => assert.unreachable() } },
    'each' as unknown as object,
    null as unknown as object,
  ];
  for (const options of wrong) assert.is((await refusal(() => lmdbStore(folder, options))).code, 'option-invalid');
  assert.match((await refusal(() => lmdbStore(folder, { commitMs: -5 }))).message, 'a whole number from 1');
  assert.not.ok(existsSync(folder));
  await lmdbStore(folder).close();
});

test.run();
