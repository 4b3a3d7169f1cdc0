import { createSystem, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashBytes } from '../../lib/core/id.ts';
import { adder, listener } from '../fixtures/system/behaviors.ts';

async function filled() {
  const store = memoryStore();
  const system = createSystem({ store });
  const [process, other] = [await system.spawn(adder), await system.spawn(listener)];
  const receipts = [await process.send({ data: '1' }), await process.send({ data: '2' })];
  await system.settle();
  return { store, process, other, receipts };
}

test('commits are kept in order, from any sequence number on', async () => {
  const { store } = await filled();
  const all = [...store.commits()];
  assert.equal(
    all.map(({ sequence }) => sequence),
    [...all.keys()],
  );
  assert.equal([...store.commits(3)], all.slice(3));
  assert.equal([...store.commits(all.length)], []);
});

test('a schedule can be read from any slot on', async () => {
  const { store, process } = await filled();
  const schedule = await process.schedule();
  assert.equal([...store.schedule(process.id)], schedule);
  assert.equal([...store.schedule(process.id, 2)], schedule.slice(2));
  assert.equal([...store.schedule('nobody')], []);
});

test('the outcome of a slot is there once it is evaluated', async () => {
  const { store, process, receipts } = await filled();
  for (const receipt of receipts) assert.equal(store.outcome(process.id, receipt.slot), await receipt.outcome());
  assert.is(store.outcome(process.id, 3), undefined);
  assert.is(store.outcome('nobody', 0), undefined);
});

test('a message is found by the slots it got', async () => {
  const { store, process, receipts } = await filled();
  assert.equal(store.slotsOf(receipts[1]?.id ?? ''), [{ process: process.id, slot: 2 }]);
  assert.equal(store.slotsOf('nothing'), []);
});

test('of two checkpoints the newer is read', () => {
  const store = memoryStore();
  assert.is(store.checkpoint('p'), undefined);
  store.putCheckpoint({ process: 'p', slot: 1, bytes: new Uint8Array([1]) });
  store.putCheckpoint({ process: 'p', slot: 2, bytes: new Uint8Array([2]) });
  assert.equal(store.checkpoint('p'), { process: 'p', slot: 2, bytes: new Uint8Array([2]) });
});

test('bytes are kept under their hash, and nobody can change what is kept', () => {
  const store = memoryStore();
  const bytes = new Uint8Array([1, 2, 3]);
  const id = store.putBlob(bytes);
  assert.is(id, hashBytes(bytes));
  bytes[0] = 9;
  const read = store.blob(id);
  assert.equal(read, new Uint8Array([1, 2, 3]));
  if (read) read[0] = 9;
  assert.equal(store.blob(id), new Uint8Array([1, 2, 3]));
  assert.is(store.blob('nothing'), undefined);
});

test.run();
