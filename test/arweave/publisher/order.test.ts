// One order whoever publishes when, modules and other items beside the run, and what a publisher says of itself.

import { readFileSync } from 'node:fs';
import { type Checkpoint, createSystem, defaultLimits, type Message, memoryStore, type System, tagValue } from 'heddle';
import { type DataItem, defaultPublisherLimits, publish, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../refuses.ts';
import { quickClock } from '../served.ts';
import { bundler, checkItems, checkOrder, expected, lightRun, modules, more, signer } from './runs.ts';

const idsOf = (items: readonly DataItem[]) => items.map(({ id }) => id);

/** Publishes a run when all has happened. */
async function afterwards(system: System, limits = {}): Promise<readonly DataItem[]> {
  const sink = bundler();
  const how = { signer, uploader: sink, notes: memoryStore(), clock: quickClock(), limits };
  const publisher = await publish(system, how);
  await publisher.settled();
  await publisher.close();
  return sink.items();
}

test('the same run is published in the same order, whenever, in bundles of any size, with any seed of the waits', async () => {
  const system = createSystem({ seed: 'published', signer, modules });
  const sink = bundler();
  const how = { signer, uploader: sink, notes: memoryStore(), clock: quickClock() };
  // One follows it from the beginning.
  const publisher = await publish(system, { ...how, limits: { gatherMs: 0 } });
  await lightRun({}, system);
  for (let round = 0; round < 5; round++) {
    await more(system, 7);
    if (round % 2 === 0) await publisher.settled();
  }
  await publisher.settled();
  await publisher.close();
  const followed = await sink.items();
  assert.ok(sink.sent.length > 3);
  checkOrder(followed);
  await checkItems(followed, system);
  for (const limits of [{}, { bundleItems: 1 }, { bundleBytes: 1_000, bundles: 1 }, { bundleItems: 7, sliceMs: 0 }]) {
    assert.equal(idsOf(await afterwards(system, limits)), idsOf(followed));
  }
});

test('without anybody asking, items go when they have waited long enough', async () => {
  const system = await lightRun();
  const sink = bundler();
  const publisher = await publish(system, { signer, uploader: sink, notes: memoryStore(), clock: quickClock() });
  while (publisher.backlog.slots > 0) await new Promise((resolve) => setImmediate(resolve));
  await checkItems(await sink.items(), system);
  await publisher.close();
});

test('modules come first, once in all lives, and those that nobody has given are named', async () => {
  const store = memoryStore();
  const system = await lightRun({ store });
  const used = [...new Set(system.processes.flatMap(({ tags }) => tags.filter(({ name }) => name === 'Module')))];
  const ids = [...new Set(used.map(({ value }) => value))];
  const [one, other] = [await signItem({ data: 'code' }, signer), await signItem({ data: 'more code' }, signer)];
  const sink = bundler();
  const known = ids[0];
  const asked: string[] = [];
  const gateway = {
    status: async (id: string) => {
      asked.push(id);
      return id === known ? ({ state: 'pending' } as const) : ({ state: 'unknown' } as const);
    },
  };
  for (let life = 0; life < 2; life++) {
    const how = { signer, uploader: sink, notes: store, modules: [one], gateway, clock: quickClock() };
    const publisher = await publish(system, how);
    await publisher.settled();
    await Promise.all([publisher.add(other), publisher.add(other)]);
    await publisher.add(other);
    await more(system, 5);
    await publisher.settled();
    assert.equal(
      publisher.backlog.missingModules,
      ids.filter((id) => id !== known),
    );
    await publisher.close();
    await refuses(publisher.add(other), 'publisher-closed');
  }
  assert.is(sink.sent[0]?.id, one.id);
  const sent = idsOf(sink.sent);
  assert.equal(
    [one.id, other.id].map((id) => sent.filter((each) => each === id).length),
    [1, 1],
  );
  assert.equal([...new Set(asked)].sort(), [...ids].sort());
});

test('what it says of itself', async () => {
  const store = memoryStore();
  const system = await lightRun({ store });
  const wanted = await expected(system);
  const slots = system.processes.reduce((sum, { status }) => sum + status.slots - status.mail, 0);
  const seen: number[] = [];
  const publisher = await publish(system, {
    signer,
    uploader: bundler(),
    notes: store,
    clock: quickClock(),
    limits: { bundleItems: 10, bundles: 1 },
    onProgress: ({ published, slots: left, items }) => {
      seen.push(published.items);
      assert.is(published.slots + left, slots);
      assert.ok(items <= 20);
    },
  });
  assert.equal([publisher.backlog.state, publisher.backlog.slots], ['publishing', slots]);
  await publisher.settled();
  assert.equal(seen, [...Array(Math.ceil(wanted.size / 10) - 1).keys()].map((at) => (at + 1) * 10).concat(wanted.size));
  const { published, ...rest } = publisher.backlog;
  const bytes = [...wanted.values()].reduce((sum, item) => sum + item.bytes.length, 0);
  assert.equal(published, { slots, items: wanted.size, bytes, bundles: Math.ceil(wanted.size / 10) });
  assert.equal([rest.state, rest.slots, rest.items, rest.bytes, rest.underWay], ['idle', 0, 0, 0, 0]);
  await publisher.close();
  const next = await publish(system, { signer, uploader: bundler(), notes: store, clock: quickClock() });
  assert.equal(next.backlog.published, published);
  await next.close();
});

test('every limit is in the table, with its default', () => {
  const text = readFileSync('lib/arweave/publisher/README.md', 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)];
  const said = rows.map(([, name, value]) => [name, Number(value?.replaceAll(',', ''))]);
  assert.equal(Object.fromEntries(said), defaultPublisherLimits);
});

test('of a process that began elsewhere, what it does here', async () => {
  const begun = await lightRun();
  const [first] = begun.processes;
  const [module] = modules;
  assert.ok(first && module);
  const schedule = await first.schedule();
  const item = schedule[0]?.message as Message; // a schedule begins with it
  for (const known of [0, schedule.length - 2]) {
    const store = memoryStore();
    const system = createSystem({ seed: 'elsewhere', signer, modules, store });
    const end = schedule[known - 1];
    const from = end && { checkpoint: await checkpointAfter(begun, end.slot), end };
    const process = await system.adopt({ item, module, ...(from && { from }) });
    await process.follow(schedule.slice(known));
    await system.settle();
    const sink = bundler();
    const how = { signer, uploader: sink, notes: store, clock: quickClock() };
    const publisher = await publish(system, how);
    await publisher.settled();
    assert.equal([sink.sent.length, publisher.backlog.slots], [0, 0]);
    await publisher.close();
    await process.takeOver();
    await process.send({ data: 'here' });
    await system.settle();
    for (let life = 0; life < 2; life++) {
      const next = await publish(system, how);
      await next.settled();
      assert.equal([next.backlog.slots, next.backlog.published.slots], [0, life + 1]);
      await next.close();
      await process.send({ data: 'here again' });
      await system.settle();
    }
    const items = await sink.items();
    const assigned = items.filter(({ tags }) => tagValue(tags, 'Type') === 'Assignment').map(({ id }) => id);
    const own = (await process.schedule()).slice(-3, -1).map(({ id }) => id);
    assert.equal([assigned, items.length], [own, 4]);
  }
});

/** The state of the first process after a slot, from which another system can go on. */
async function checkpointAfter(system: System, slot: number): Promise<Checkpoint> {
  const [process] = system.processes;
  const [module] = modules;
  assert.ok(process && module);
  const schedule = await process.schedule();
  const item = schedule[0]?.message as Message; // a schedule begins with it
  const { supervisor } = system.addresses;
  const executor = await module.start({ process: item, module, limits: defaultLimits, supervisor, past: () => [] });
  for (const assignment of schedule.slice(0, slot + 1)) await executor.evaluate(assignment);
  return executor.checkpoint();
}

test('a system that has done nothing', async () => {
  const store = memoryStore();
  const system = createSystem({ seed: 'order', signer, store });
  const sink = bundler();
  const publisher = await publish(system, { signer, uploader: sink, notes: store, clock: quickClock() });
  await publisher.settled();
  assert.equal([sink.sent.length, publisher.backlog.state], [0, 'idle']);
  await publisher.close();
});

test.run();
