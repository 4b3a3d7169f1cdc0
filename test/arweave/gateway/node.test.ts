// The reader against a real Arweave node: what the client posts to it, ours reads and verifies.

import { randomBytes } from 'node:crypto';
import {
  arweaveSigner,
  buildBundle,
  bundleTags,
  type Gateway,
  gateway,
  generateArweaveKey,
  signItem,
  transactionUploader,
  type WireTransaction,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ArweaveNode, startArweaveNode } from '../../arweave-node/index.ts';
import { clientTransaction, type TransactionContent } from '../client.ts';
import { refuses } from '../refuses.ts';

const key = await generateArweaveKey();
const signer = arweaveSigner(key);
const node: ArweaveNode = await startArweaveNode();
await node.mint(signer.address, 1e15);

const fresh = (): Gateway => gateway({ urls: [node.url], limits: { retries: 0 } });

async function post(content: TransactionContent): Promise<WireTransaction> {
  const transaction = await clientTransaction(key, content);
  const response = await fetch(`${node.url}/tx`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(transaction),
  });
  assert.is(response.status, 200, await response.text());
  return transaction;
}

test('a transaction, and how far it has come', async () => {
  const reader = fresh();
  const data = randomBytes(5_000);
  const { id } = await post({ data, tags: { App: 'heddle', Empty: 'ü ✓' } });
  assert.equal(await reader.status(id), { state: 'pending' });
  await node.mine();
  const { height } = await reader.info();
  const transaction = await reader.transaction(id);
  assert.is(transaction.owner, signer.address);
  assert.equal(transaction.tags, [
    { name: 'App', value: 'heddle' },
    { name: 'Empty', value: 'ü ✓' },
  ]);
  assert.is(transaction.reward, 1_000_000_000n);
  assert.is(transaction.dataBytes, 5_000);
  assert.equal(Buffer.from(await reader.data(id)), data);
  const block = await reader.block(height);
  assert.equal(await reader.status(id), { state: 'confirmed', depth: 0, height, block: block.id });
  assert.equal(block.transactions, [id]);
  await node.mine(3);
  assert.equal(await reader.status(id), { state: 'confirmed', depth: 3, height, block: block.id });
  assert.is((await reader.block(height + 1)).previous, block.id);
});

test('what nobody knows', async () => {
  const reader = fresh();
  const id = randomBytes(32).toString('base64url');
  assert.equal(await reader.status(id), { state: 'unknown' });
  await refuses(reader.transaction(id), 'gateway-not-found');
  await refuses(reader.data(id), 'gateway-not-found');
  await refuses(reader.item(id), 'gateway-not-found');
  await refuses(reader.unverified(id, 0, 10), 'gateway-not-found');
  await refuses(reader.block(1_000_000), 'gateway-not-found');
  await refuses(reader.transaction('no id'), 'id-invalid');
  await refuses(reader.range(id, 5, 4), 'option-invalid');
  await refuses(reader.block(-1), 'option-invalid');
});

test('data of several chunks, as a whole, in parts and piece by piece', async () => {
  const data = randomBytes(700_000);
  // Chunk by chunk, in order: of data that comes with its transaction, the node loses where the last chunk is.
  const options = { urls: [node.url], signer, mostWinston: 10n ** 12n, limits: { requests: 1 } };
  const { id } = await transactionUploader(options).upload(data);
  await node.mine();
  assert.equal(Buffer.from(await fresh().data(id)), data);
  const pieces: Uint8Array[] = [];
  for await (const piece of fresh().stream(id)) pieces.push(piece);
  assert.equal(
    pieces.map(({ length }) => length),
    [262_144, 262_144, 175_712],
  );
  assert.equal(Buffer.concat(pieces), data);
  for (const [from, to] of [
    [0, 1],
    [262_143, 262_145],
    [300_000, 650_000],
    [699_999, 900_000],
    [5, 5],
  ] as const) {
    assert.equal(Buffer.from(await fresh().range(id, from, to)), data.subarray(from, to));
    assert.equal(Buffer.from(await fresh().unverified(id, from, to)), data.subarray(from, to));
  }
  // From what is kept.
  const reader = fresh();
  await reader.data(id);
  assert.equal(Buffer.from(await reader.range(id, 10, 20)), data.subarray(10, 20));
});

test('a transaction of format 1, whose data is part of what is signed', async () => {
  const data = randomBytes(20_000);
  const { id } = await post({ data, format: 1, tags: { Old: 'yes' } });
  await node.mine();
  const transaction = await fresh().transaction(id);
  assert.is(transaction.format, 1);
  assert.is(transaction.dataBytes, 20_000);
  assert.equal(Buffer.from(await fresh().data(id)), data);
  assert.equal(Buffer.from(await fresh().range(id, 100, 200)), data.subarray(100, 200));
  const pieces: Uint8Array[] = [];
  for await (const piece of fresh().stream(id, { from: 7 })) pieces.push(piece);
  assert.equal(Buffer.concat(pieces), data.subarray(7));
});

test('the items of a bundle, put together from the listing, and cut out of the bundle', async () => {
  const items = await Promise.all([
    signItem({ data: 'first', tags: { Kind: 'item' } }, signer),
    signItem({ data: randomBytes(3_000), tags: { Kind: 'item' }, target: signer.address }, signer),
    // The node does not list anchors, so this one cannot be put together; but it says in which bundle it is.
    signItem({ data: 'third', anchor: '3'.repeat(32) }, signer),
  ]);
  const bundle = await post({
    data: buildBundle(items),
    tags: Object.fromEntries(bundleTags.map(({ name, value }) => [name, value])),
  });
  await node.mine();
  for (const item of items) {
    assert.equal((await fresh().item(item.id, { bundle: bundle.id })).bytes, item.bytes);
    assert.equal((await fresh().item(item.id)).bytes, item.bytes);
  }
  const [first] = items;
  assert.is(Buffer.from(await fresh().data(first?.id ?? '')).toString(), 'first');
  assert.is(Buffer.from(await fresh().range(first?.id ?? '', 1, 3)).toString(), 'ir');
  assert.is((await fresh().status(first?.id ?? '')).state, 'confirmed');
  await refuses(fresh().item(bundle.id, { bundle: bundle.id }), 'gateway-not-found');
});

test('listings of several pages, by tags, owners, ids and blocks, both ways', async () => {
  const ids: string[] = [];
  const heights: number[] = [];
  for (let at = 0; at < 7; at++) {
    const parity = at % 2 === 0 ? 'even' : 'odd';
    ids.push((await post({ data: randomBytes(100), tags: { Number: String(at), Parity: parity, Test: 'pages' } })).id);
    await node.mine();
    heights.push((await fresh().info()).height);
  }
  const list = async (query: Parameters<Gateway['transactions']>[0]) => {
    const found: string[] = [];
    for await (const { id } of fresh().transactions(query)) found.push(id);
    return found;
  };
  const tags = { Test: 'pages' };
  for (const first of [1, 2, 3, 7, 100]) {
    assert.equal(await list({ tags, sort: 'ascending', first }), ids);
    assert.equal(await list({ tags, sort: 'descending', first }), ids.toReversed());
  }
  assert.equal(
    await list({ tags: { ...tags, Parity: 'odd' }, sort: 'ascending' }),
    ids.filter((_, at) => at % 2 === 1),
  );
  assert.equal(await list({ tags: { ...tags, Number: ['1', '5', '9'] }, sort: 'ascending' }), [ids[1], ids[5]]);
  assert.equal(await list({ tags, owners: ['A'.repeat(43)] }), []);
  assert.is((await list({ tags, owners: [signer.address], first: 3 })).length, 7);
  assert.equal(await list({ ids: ids.slice(2, 4), sort: 'ascending' }), ids.slice(2, 4));
  assert.equal(
    await list({ tags, block: { min: heights[1] ?? 0, max: heights[3] ?? 0 }, sort: 'ascending' }),
    ids.slice(1, 4),
  );
  const { value } = await fresh()
    .transactions({ ids: [ids[3] ?? ''] })
    .next();
  assert.ok(value);
  assert.is(value.owner, signer.address);
  assert.is(value.dataBytes, 100);
  assert.is(value.block?.height, heights[3]);
  assert.is(value.recipient, null);
});

test.after(async () => node[Symbol.asyncDispose]());

test.run();
