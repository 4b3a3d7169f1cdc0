import { type Commit, createSystem, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A store that fails at one commit, before or after it is kept. */
function failingStore(at: number, when: 'before' | 'after') {
  const store = memoryStore();
  const keep = store.commit.bind(store);
  store.commit = async (commit: Commit) => {
    await Promise.resolve();
    if (commit.sequence === at && when === 'before') throw new Error('the disk is full');
    keep(commit);
    if (commit.sequence === at && when === 'after') throw new Error('the answer was lost');
  };
  return store;
}

for (const when of ['before', 'after'] as const) {
  test(`a commit that fails ${when} it is kept is store-failed, and the system takes no more`, async () => {
    const store = failingStore(3, when);
    const system = createSystem({ store });
    const process = await system.spawn(adder); // 0
    await process.send({ data: '1' }); // 1
    await system.run({ turns: 1 }); // 2
    const { digest } = system.trace;
    const error = await refusal(() => system.settle()); // 3
    assert.is(error.code, 'store-failed');
    assert.is(error.definite, false);
    assert.ok(error.cause instanceof Error);
    assert.is(system.trace.digest, digest, 'nobody is told of it');
    assert.is((await refusal(() => process.send())).code, 'store-failed');
    assert.is([...store.commits()].length, when === 'before' ? 3 : 4);
  });

  test(`another system goes on from what was kept when a commit failed ${when} that`, async () => {
    const store = failingStore(3, when);
    const system = createSystem({ store });
    const process = await system.spawn(adder);
    await process.send({ data: '1' });
    await system.run({ turns: 1 });
    await refusal(() => system.settle());
    await system.close();
    const next = createSystem({ store, modules: [adder] });
    await next.outbound();
    const again = next.process(process.id);
    assert.is(again.status.mail, when === 'before' ? 1 : 0);
  });
}

test('a message that was not stored has no slot', async () => {
  const store = failingStore(1, 'before');
  const system = createSystem({ store });
  const process = await system.spawn(adder);
  assert.is((await refusal(() => process.send())).code, 'store-failed');
  assert.is(process.status.slots, 1);
});

test('a checkpoint that is not stored is store-failed; the turn before it is committed, told and gone on from', async () => {
  const store = memoryStore();
  store.putCheckpoint = () => {
    throw new Error('the disk is full');
  };
  const system = createSystem({ store, limits: { checkpointSlots: 2 } });
  const sender = await system.spawn(forwarder);
  await system.run({ turns: 1 });
  const target = await system.spawn(listener, { tags: { Name: 'target' } });
  await system.run({ turns: 1 });
  await sender.send({ data: 'sent', tags: { Path: target.id } });
  const told: unknown[] = [];
  system.trace.subscribe((event) => event.type === 'assigned' && told.push(event.assignment.process));
  const error = await refusal(() => system.settle());
  assert.is(error.code, 'store-failed');
  assert.match(error.message, 'the disk is full');
  assert.equal(told, [target.id]);
  assert.is(target.status.mail, 1);
  assert.is((await refusal(() => sender.send())).code, 'store-failed');
  await system.close();

  const next = createSystem({ store, modules: [forwarder, listener] });
  await next.open();
  assert.is(next.trace.digest, system.trace.digest);
  assert.equal(await heardBy(next.process(target.id)), ['sent']);
});

for (const read of ['checkpoint', 'schedule', 'outcome'] as const) {
  test(`when the ${read} cannot be read to bring a process up, that is store-failed and no crash`, async () => {
    const store = memoryStore();
    const first = createSystem({ store });
    const process = await first.spawn(adder);
    await process.send({ data: '1' });
    await first.settle();
    await process.send({ data: '2' });
    await first.close();

    const original = store[read].bind(store);
    store[read] = () => {
      throw new Error('the disk is gone');
    };
    const second = createSystem({ store, modules: [adder], limits: { restarts: 1 } });
    const lives: unknown[] = [];
    second.trace.subscribe((event) => event.type === 'lifecycle' && lives.push(event.to));
    await second.open();
    const error = await refusal(() => second.settle());
    assert.is(error.code, 'store-failed');
    assert.ok(error.cause instanceof Error);
    assert.equal(lives, []);
    assert.equal({ ...second.process(process.id).status, hashChain: '' }, { ...loading, hashChain: '' });
    await second.close();

    Object.assign(store, { [read]: original });
    const third = createSystem({ store, modules: [adder] });
    await third.open();
    assert.is((await third.process(process.id).ask({ data: '0' })).data, '3');
  });
}

const loading = { state: 'loading', slots: 3, mail: 1, waiting: 0 } as const;

test.run();
