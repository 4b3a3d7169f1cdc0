// What goes wrong: the publisher says so and goes on later, and the system does not notice.

import { createSystem, HeddleError, memoryStore, type Notes } from 'heddle';
import {
  arweaveSigner,
  generateArweaveKey,
  type ItemUploader,
  itemUploader,
  type PublishOptions,
  parseItem,
  publish,
  transactionUploader,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener } from '../../fixtures/system/behaviors.ts';
import { refuses } from '../refuses.ts';
import { quickClock } from '../served.ts';
import { memoryNode } from './node.ts';
import { bundler, checkItems, lightRun, modules, more, signer } from './runs.ts';

const payer = arweaveSigner(await generateArweaveKey());
const codeOf = (error: unknown) => (error instanceof HeddleError ? error.code : String(error));

const toNode = (node: ReturnType<typeof memoryNode>, mostWinston = 1_000n, clock = quickClock()) =>
  transactionUploader({
    urls: ['http://node'],
    signer: payer,
    mostWinston,
    fetch: node.fetch,
    clock,
    limits: { retries: 0, requests: 1 },
  });

/** A run that is published, with all that is told. */
async function publishing(options: Partial<PublishOptions> & Pick<PublishOptions, 'uploader'>) {
  const store = memoryStore();
  const system = await lightRun({ store });
  const errors: unknown[] = [];
  const clock = quickClock();
  const onError = (error: unknown) => void errors.push(error);
  const publisher = await publish(system, { signer, notes: store, clock, onError, ...options });
  return { store, system, publisher, errors, waits: clock.waits };
}

test('what fails is tried again, with longer and longer waits', async () => {
  const sink = bundler();
  let left = 12;
  const uploader: ItemUploader = {
    upload: async (item) => {
      if (left-- > 0) throw new HeddleError('gateway-unreachable', 'it is down');
      return sink.upload(item);
    },
  };
  const limits = { firstRetryMs: 1_000, lastRetryMs: 60_000, sliceMs: 1_000_000 };
  const { system, publisher, errors, waits } = await publishing({
    uploader,
    limits,
    random: { below: () => 0, unit: () => 0 },
  });
  const { trouble, state } = publisher.backlog;
  await publisher.settled();
  assert.equal(errors.map(codeOf), Array(12).fill('gateway-unreachable'));
  const retries = waits.filter((ms) => ms !== 1_000 || waits.indexOf(ms) === 0).filter((ms) => ms >= 2_000);
  assert.equal(retries, [2_000, 4_000, 8_000, 16_000, 32_000, ...Array(6).fill(60_000)]);
  assert.is(publisher.backlog.trouble, undefined);
  await checkItems(await sink.items(), system);
  await publisher.close();
  assert.ok(state === 'publishing' && trouble === undefined);
});

test('while it waits it says why, and the system goes on', async () => {
  let isDown = true;
  const sink = bundler(() => {
    if (isDown) throw new Error('no bundler today');
  });
  const { system, publisher } = await publishing({ uploader: sink });
  const done = publisher.settled();
  while (publisher.backlog.state !== 'waiting') await new Promise((resolve) => setImmediate(resolve));
  const { trouble, slots, items, underWay } = publisher.backlog;
  assert.is(trouble?.reason, 'no bundler today');
  assert.ok((trouble?.againMs ?? 0) > 0 && slots > 5 && items > slots && underWay === 1);
  const other = await system.spawn(listener);
  await other.send({ data: 'still here' });
  await system.settle();
  assert.equal(await heardBy(other), ['still here']);
  isDown = false;
  await done;
  await publisher.settled();
  await checkItems(await sink.items(), system);
  await publisher.close();
});

test('a node that refuses, is slow to answer, or asks too much', async () => {
  const statuses: Readonly<Record<string, number[]>> = { price: [429, 503], tx_anchor: [500], tx: [402, 500] };
  const node = memoryNode((path) =>
    path.startsWith('/tx/') ? undefined : statuses[path.split('/')[1] ?? '']?.shift(),
  );
  const { system, publisher, errors } = await publishing({ uploader: toNode(node) });
  await publisher.settled();
  assert.ok(errors.length >= 4, `${errors.map(codeOf)}`);
  assert.ok(errors.map(codeOf).includes('upload-refused') && errors.map(codeOf).includes('upload-unconfirmed'));
  await checkItems(node.items(), system);
  await publisher.close();

  const dear = memoryNode();
  const second = await publishing({ uploader: toNode(dear, 10n) });
  const isTold = new Promise<void>((resolve) => {
    const look = () => (second.errors.length > 2 ? resolve() : setImmediate(look));
    look();
  });
  await isTold;
  assert.equal([...new Set(second.errors.map(codeOf))], ['price-over-limit']);
  assert.is(dear.transactions.length, 0);
  await second.publisher.close();
});

test('a transaction that is refused for certain is signed anew; one that may be there only when it cannot be any more', async () => {
  // Refused for certain: the next try has another price, so another transaction.
  const refusing = memoryNode();
  let refused: string[] = [];
  const uploader = transactionUploader({
    urls: ['http://node'],
    signer: payer,
    mostWinston: 1_000n,
    clock: quickClock(),
    limits: { retries: 0 },
    fetch: async (url, init) => {
      if (!url.endsWith('/tx') || refused.length === 2) return refusing.fetch(url, init);
      refused.push(JSON.parse(String(init.body)).id);
      return new Response('no', { status: 400 });
    },
  });
  const first = await publishing({ uploader });
  await first.publisher.settled();
  assert.is(new Set([...refused, refusing.transactions[0]?.id]).size, 3);
  await first.publisher.close();

  // Lost on the way: nobody can know whether it was taken.
  refused = [];
  const node = memoryNode();
  let nowMs = 1_750_000_000_000;
  const waits: number[] = [];
  const clock = {
    nowMs: () => nowMs,
    async wait(ms: number) {
      await new Promise((resolve) => setImmediate(resolve));
      waits.push(ms);
      nowMs += ms;
    },
  };
  const lost = transactionUploader({
    urls: ['http://node'],
    signer: payer,
    mostWinston: 1_000n,
    clock: quickClock(),
    limits: { retries: 0 },
    fetch: async (url, init) => {
      if (!url.endsWith('/tx')) return node.fetch(url, init);
      const { id } = JSON.parse(String(init.body));
      refused.push(id);
      if (refused.length === 1) throw new TypeError('fetch failed');
      // The node has forgotten the block that it names.
      return refused[0] === id ? new Response('anchor', { status: 400 }) : node.fetch(url, init);
    },
  });
  const beginMs = nowMs;
  const second = await publishing({ uploader: lost, clock });
  await second.publisher.settled();
  assert.ok(nowMs - beginMs > 86_400_000);
  assert.is(new Set(refused).size, 2);
  await checkItems(node.items(), second.system);
  await second.publisher.close();
});

test('notes that fail end it, and not the system; another one goes on', async () => {
  for (let works = 0; works < 6; works++) {
    const store = memoryStore();
    const system = await lightRun({ store });
    const sink = bundler();
    let puts = 0;
    const notes: Notes = {
      note: (key) => store.note(key),
      putNote(key, bytes) {
        if (puts++ >= works) throw new Error('disk full');
        store.putNote(key, bytes);
      },
    };
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const how = { signer, uploader: sink, limits: { bundleItems: 10 }, clock: quickClock() };
    const publisher = await publish(system, { ...how, notes, onError });
    await refuses(publisher.settled(), 'store-failed');
    const { state, trouble } = publisher.backlog;
    assert.equal([state, trouble?.code], ['failed', 'store-failed']);
    assert.equal(errors.map(codeOf), ['store-failed']);
    await refuses(publisher.settled(), 'store-failed');
    await publisher.close();
    await more(system, 10);
    const next = await publish(system, { ...how, notes: store });
    await next.settled();
    await next.close();
    await checkItems(await sink.items(), system);
  }
});

test('an uploader that never answers does not keep it from closing', async () => {
  const { publisher, system } = await publishing({ uploader: { upload: () => new Promise<never>(() => {}) } });
  const settled = refuses(publisher.settled(), 'publisher-closed');
  while (publisher.backlog.underWay === 0) await new Promise((resolve) => setImmediate(resolve));
  await publisher.close();
  await settled;
  await refuses(publisher.settled(), 'publisher-closed');
  assert.is(publisher.backlog.state, 'closed');
  await publisher.close();
  await more(system, 1);
});

test('an uploader that answers after the end changes nothing any more', async () => {
  let answer = () => {};
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const sink = bundler(() => late);
  const { publisher, system, store } = await publishing({ uploader: sink });
  while (publisher.backlog.underWay === 0) await new Promise((resolve) => setImmediate(resolve));
  await publisher.close();
  const notes = JSON.stringify(store);
  answer();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(JSON.stringify(store), notes);
  const next = await publish(system, { signer, uploader: sink, notes: store, clock: quickClock() });
  await next.settled();
  await checkItems(await sink.items(), system);
  await next.close();
});

test('a signal closes it; so does the end of the system', async () => {
  const stop = new AbortController();
  const { publisher, store, system } = await publishing({ uploader: bundler(), signal: stop.signal });
  await publisher.settled();
  stop.abort();
  await refuses(publisher.settled(), 'publisher-closed');
  await publisher.close();
  const aborted = { signer, uploader: bundler(), notes: store, signal: AbortSignal.abort(), clock: quickClock() };
  const late = await publish(system, aborted);
  await refuses(late.settled(), 'publisher-closed');
  await late.close();
  const next = await publish(system, { signer, uploader: bundler(), notes: store, clock: quickClock() });
  await system.close();
  await refuses(next.settled(), 'system-closed');
  await next.close();
});

test('mistakes of those who are told do not stop it', async () => {
  const thrown: unknown[] = [];
  const caught = (error: unknown) => void thrown.push(error);
  process.on('uncaughtException', caught);
  const sink = bundler();
  const { publisher, system } = await publishing({
    uploader: sink,
    onProgress: () => {
      throw new Error('of the listener');
    },
  });
  await publisher.settled();
  await checkItems(await sink.items(), system);
  await publisher.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', caught);
  assert.is(String(thrown[0]), 'Error: of the listener');
});

test('two publishers on one store, another signer, another run, and notes that nobody wrote', async () => {
  const { publisher, system, store } = await publishing({ uploader: bundler() });
  const how = { signer, uploader: bundler(), notes: store, clock: quickClock() };
  await refuses(publish(system, how), 'publisher-busy');
  await publisher.settled();
  await publisher.close();
  await (await publish(system, how)).close();

  const unsigned = createSystem({ seed: 'published' });
  await refuses(publish(unsigned, { ...how, notes: memoryStore() }), 'option-invalid');
  const other = createSystem({ seed: 'another', signer });
  await other.spawn(listener);
  await refuses(publish(other, how), 'publication-invalid');
  await refuses(publish(createSystem({ seed: 'another', signer }), how), 'publication-invalid');
  for (const text of ['', '{}', 'null', '[]', '{"version":1}', '\u0000']) {
    const notes: Notes = { note: () => new TextEncoder().encode(text), putNote() {} };
    await refuses(publish(system, { ...how, notes }), 'publication-invalid');
  }
  for (const wrong of [
    { as: 'other' },
    { limits: { bundles: 0 } },
    { limits: { none: 1 } },
    { limits: { restMs: -1 } },
  ]) {
    await refuses(publish(system, { ...how, ...(wrong as object) }), 'option-invalid');
  }
  await refuses(publish(system, { ...how, uploader: toNode(memoryNode()), as: 'items' }), 'option-invalid');
  for (const option of ['uploader', 'signer', 'notes', 'signal']) {
    const { facts } = await refuses(publish(system, { ...how, [option]: {} as never }), 'option-invalid');
    assert.is(facts.option, option);
  }
  await refuses(publish(system, { ...how, modules: [{ id: 'x' } as never] }), 'id-invalid');
  const third = await publish(system, how);
  await refuses(third.add({} as never), 'id-invalid');
  await refuses(third.add({ id: system.processes[0]?.id } as never), 'option-invalid');
  await third.close();
});

test('what takes all that it is sent and says nothing of it has taken nothing', async () => {
  let left = 3;
  const sink = bundler();
  const store = memoryStore();
  const system = await lightRun({ store });
  const uploader = itemUploader({
    url: 'http://bundler',
    limits: { retries: 0 },
    fetch: async (_, { body }) => {
      if (left-- > 0) return new Response('<html><title>Welcome</title>');
      const item = parseItem(body as Uint8Array); // as an item in memory is sent
      await sink.upload(item);
      return Response.json({ id: item.id });
    },
  });
  const errors: unknown[] = [];
  const told = { clock: quickClock(), onError: (error: unknown) => void errors.push(error) };
  const publisher = await publish(system, { signer, uploader, notes: store, ...told });
  await publisher.settled();
  assert.equal(errors.map(codeOf), Array(3).fill('upload-unconfirmed'));
  assert.match(String(errors[0]), 'does not name the item: <html><title>Welcome</title>');
  await checkItems(await sink.items(), system);
  await publisher.close();
});

test('notes that say more than the log has', async () => {
  const store = memoryStore();
  const system = await lightRun({ store });
  const how = { signer, uploader: bundler(), clock: quickClock() };
  const publisher = await publish(system, { ...how, notes: store });
  await publisher.settled();
  await publisher.close();
  // The same run, of which less is there: a copy of the store from before.
  const earlier = createSystem({ seed: 'published', signer, modules });
  const [first] = modules;
  assert.ok(first);
  const process = await earlier.spawn(first, { name: 'one', data: 'x' });
  assert.is(process.id, system.processes[0]?.id);
  await refuses(publish(earlier, { ...how, notes: store }), 'publication-invalid');
});

test.run();
