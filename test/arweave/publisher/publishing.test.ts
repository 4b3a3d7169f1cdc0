// What is published of a run: to a real node, and to a bundler in both ways.

import { memoryStore } from 'heddle';
import {
  arweaveSigner,
  type DataItem,
  gateway,
  generateArweaveKey,
  publish,
  transactionUploader,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startArweaveNode } from '../../arweave-node/index.ts';
import { quickClock } from '../served.ts';
import { aosRun, bundler, checkItems, checkOrder, expected, itemsIn, lightRun, more, signer } from './runs.ts';

const node = await startArweaveNode();
const payer = arweaveSigner(await generateArweaveKey());
await node.mint(payer.address, 1e15);
const reader = () => gateway({ urls: [node.url] });

/** The node takes chunks in their order only. */
const uploader = transactionUploader({
  urls: [node.url],
  signer: payer,
  mostWinston: 10n ** 12n,
  limits: { requests: 1 },
});

/** The bundles that the payer has posted, with their items. */
async function postedBundles(): Promise<ReadonlyMap<string, readonly DataItem[]>> {
  const bundles = new Map<string, readonly DataItem[]>();
  for await (const { id } of reader().transactions({ owners: [payer.address], tags: { 'Bundle-Format': 'binary' } })) {
    bundles.set(id, itemsIn(await reader().data(id)));
  }
  return bundles;
}

test('a run with aos, on a real node: each item is read back and verified', async () => {
  const store = memoryStore();
  const system = await aosRun({ store });
  const publisher = await publish(system, { signer, uploader, notes: store, limits: { bundleItems: 10 } });
  await publisher.settled();
  const { published, slots, state } = publisher.backlog;
  await publisher.close();
  await node.mine();
  const wanted = await expected(system);
  assert.equal([published.items, slots], [wanted.size, 0]);
  assert.is(published.bundles, Math.ceil(wanted.size / 10));
  assert.is(state, 'idle');
  const bundles = await postedBundles();
  assert.is(bundles.size, published.bundles);
  // The node lists neither anchors nor what an item is bundled in.
  for (const [bundle, items] of bundles) {
    for (const { id } of items) {
      const read = await verifyItem(await reader().item(id, { bundle }));
      assert.equal(read.bytes, wanted.get(id)?.bytes);
    }
  }
  await checkItems([...bundles.values()].flat(), system);
  assert.ok(wanted.size > 15);
});

for (const as of ['bundles', 'items'] as const) {
  test(`all kinds of messages, each once, to a bundler as ${as}`, async () => {
    const store = memoryStore();
    const system = await lightRun({ store });
    const sink = bundler();
    const publisher = await publish(system, { signer, uploader: sink, as, notes: store, clock: quickClock() });
    await publisher.settled();
    const items = await sink.items();
    await checkItems(items, system);
    if (as === 'bundles') checkOrder(items);
    assert.is(sink.sent.length, as === 'bundles' ? 1 : items.length);
    await more(system, 50);
    await publisher.settled();
    await checkItems(await sink.items(), system);
    await publisher.close();
  });
}

test.after(async () => node[Symbol.asyncDispose]());
test.run();
