import { type Commit, createSystem, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder } from '../fixtures/system/behaviors.ts';
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

test.run();
