import { createSystem, type LogPiece, type Module, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A store that fails when something is appended for the so-manieth time, before or after it is kept. */
function failingStore(at: number, when: 'before' | 'after') {
  const store = memoryStore();
  const keep = store.append.bind(store);
  let appended = 0;
  store.append = async (piece: LogPiece) => {
    await Promise.resolve();
    const fails = appended++ === at;
    if (fails && when === 'before') throw new Error('the disk is full');
    keep(piece);
    if (fails && when === 'after') throw new Error('the answer was lost');
  };
  return store;
}

for (const when of ['before', 'after'] as const) {
  test(`what fails ${when} it is kept is store-failed, and the system takes no more`, async () => {
    const store = failingStore(3, when);
    const system = createSystem({ store });
    const process = await system.spawn(adder); // 0
    await process.send({ data: '1' }); // 1
    await system.run({ turns: 1 }); // 2
    const { digest } = system.trace;
    const { length } = store;
    const error = await refusal(() => system.settle()); // 3
    assert.is(error.code, 'store-failed');
    assert.is(error.definite, false);
    assert.ok(error.cause instanceof Error);
    assert.is(system.trace.digest, digest, 'nobody is told of it');
    assert.is((await refusal(() => process.send())).code, 'store-failed');
    assert.is((await refusal(() => process.dryRun())).code, 'store-failed');
    assert.is(store.length > length, when === 'after');
  });

  test(`another system goes on from what was kept when something failed ${when} that`, async () => {
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
  await system.close();
  const next = createSystem({ store, modules: [adder] });
  await next.open();
  assert.is(next.process(process.id).status.slots, 1);
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

for (const read of ['checkpoint', 'read'] as const) {
  test(`when ${read === 'read' ? 'the log' : 'a checkpoint'} cannot be read to bring a process up, that is store-failed and no crash`, async () => {
    const store = memoryStore();
    const first = createSystem({ store });
    const process = await first.spawn(adder);
    await process.send({ data: '1' });
    await first.settle();
    await process.send({ data: '2' });
    await first.close();

    const original = store[read].bind(store);
    const second = createSystem({ store, modules: [adder], limits: { restarts: 1 } });
    const lives: unknown[] = [];
    second.trace.subscribe((event) => event.type === 'lifecycle' && lives.push(event.to));
    await second.open();
    store[read] = () => {
      throw new Error('the disk is gone');
    };
    const error = await refusal(() => second.settle());
    assert.is(error.code, 'store-failed');
    assert.ok(error.cause instanceof Error);
    assert.equal(lives, []);
    assert.is(second.process(process.id).status.mail, 1);
    await second.close();

    Object.assign(store, { [read]: original });
    const third = createSystem({ store, modules: [adder] });
    await third.open();
    assert.is((await third.process(process.id).ask({ data: '0' })).data, '3');
  });
}

test('a failure that a dry run brings about is stored, though the dry run is refused', async () => {
  const store = memoryStore();
  const breaking: Module = {
    ...adder,
    async start(environment, from) {
      const inner = await adder.start(environment, from);
      return {
        get slot() {
          return inner.slot;
        },
        evaluate: (assignment) => inner.evaluate(assignment),
        dryRun() {
          throw new Error('broken');
        },
        checkpoint: () => inner.checkpoint(),
        close: () => inner.close(),
      };
    },
  };
  const system = createSystem({ store, limits: { restarts: 0 } });
  const process = await system.spawn(breaking);
  assert.is((await refusal(() => process.dryRun())).code, 'process-crashed');
  assert.is(process.status.state, 'failed');
  await system.close();
  const next = createSystem({ store, modules: [adder] });
  await next.open();
  assert.is(next.process(process.id).status.state, 'failed');
});

test.run();
