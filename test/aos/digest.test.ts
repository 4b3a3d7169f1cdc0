import { createSystem, fifo, random, replay, roundRobin, type SchedulerPolicy } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, aos32 } from './aos.ts';

/** Three processes pass messages around, five hops each. */
async function run(seed: string, scheduler: SchedulerPolicy, workers = 0) {
  await using system = createSystem({ seed, scheduler, workers });
  const order: string[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'evaluated') order.push(`${event.process}:${event.slot}`);
  });
  const ring = [await system.spawn(aos), await system.spawn(aos32), await system.spawn(aos)];
  for (const [at, process] of ring.entries()) {
    const next = ring[(at + 1) % ring.length]?.id;
    await process.send({
      tags: { Action: 'Eval' },
      data: `Handlers.add('pass', 'Pass', function(msg)
        local hops = tonumber(msg.Tags.Hops)
        if hops > 0 then Send({ Target = '${next}', Action = 'Pass', Hops = tostring(hops - 1) }) end
      end)`,
    });
  }
  // The first has more to do than the others, which fifo and round robin answer differently.
  for (const process of [ring[0], ring[0], ...ring]) await process?.send({ tags: { Action: 'Pass', Hops: '5' } });
  await ring[0]?.send({ tags: { Action: 'Eval' }, data: 'error("on purpose")' });
  await system.settle();
  const replayed = await replay(await system.record(), { modules: [aos, aos32] });
  assert.is(replayed.digest, system.trace.digest);
  return { digest: system.trace.digest, order };
}

const policies = { fifo: fifo(), roundRobin: roundRobin(), random: random() };

/** The digests of this run everywhere and ever since. A change of one is a change of what users' runs come to. */
const stored: Readonly<Record<string, string>> = {
  fifo: 'FJZJxPjLDFnlpmXD2Cdv4rrHZ9ANy1ax_B_TWGKYYJw',
  roundRobin: 'ndQA3329GvyAPRa5W2jG23BQHlnogXwzw2sTz82okh4',
  random: '7jxWVcr-00xom3gDLU47IeIdzA7S62Y_MQxKRg_Bmkw',
};

test('the same seed gives the same digest, under every policy, and in a replay', async () => {
  for (const [name, policy] of Object.entries(policies)) {
    const [one, other] = [await run('seed', policy), await run('seed', policy)];
    assert.is(one.digest, other.digest, name);
    assert.is(one.digest, stored[name], name);
    assert.equal(one.order, other.order, name);
  }
});

test('the same seed gives the same digest with any number of workers', async () => {
  for (const [name, policy] of Object.entries(policies)) {
    for (const workers of [1, 2]) assert.is((await run('seed', policy, workers)).digest, stored[name], name);
  }
});

test('the policies give different orders, each with every slot of a process in its order', async () => {
  const orders = new Set<string>();
  for (const policy of Object.values(policies)) {
    const { order } = await run('seed', policy);
    orders.add(order.join());
    const next = new Map<string, number>();
    for (const at of order) {
      const [process = '', slot] = at.split(':');
      assert.is(Number(slot), next.get(process) ?? 0, at);
      next.set(process, Number(slot) + 1);
    }
  }
  assert.is(orders.size, 3);
});

test.run();
