// Transactions and their chunks: to a real node, and to nodes that fail in between.

import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  arweaveSigner,
  ed25519Signer,
  gateway,
  generateArweaveKey,
  generateEd25519Key,
  type StoredItem,
  signItem,
  type TransactionUploaderOptions,
  transactionUploader,
  type UploadState,
  type WireTransaction,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startArweaveNode } from '../../arweave-node/index.ts';
import { clientVerifies, merkle } from '../client.ts';
import { refuses } from '../refuses.ts';
import { bodyOf, closedUrl, json, quickClock, serve } from '../served.ts';

const signer = arweaveSigner(await generateArweaveKey());
const node = await startArweaveNode();
await node.mint(signer.address, 1e15);
const mostWinston = 10n ** 12n;

/** The node takes chunks in their order only. */
const limits = { requests: 1, retries: 2 };
const uploader = (options: Partial<TransactionUploaderOptions> = {}) =>
  transactionUploader({ urls: [node.url], signer, mostWinston, limits, clock: quickClock(), ...options });
const reader = () => gateway({ urls: [node.url] });

async function readBack(id: string): Promise<Buffer> {
  await node.mine();
  return Buffer.from(await reader().data(id));
}

test('data of one chunk goes with its transaction', async () => {
  const data = randomBytes(10_000);
  const sent: [number, number][] = [];
  const { id } = await uploader().upload(data, {
    tags: { 'Content-Type': 'text/plain', Note: '✓' },
    onProgress: (...bytes) => sent.push(bytes),
  });
  assert.equal(sent, [
    [0, 10_000],
    [10_000, 10_000],
  ]);
  assert.equal(await uploader().status(id), { state: 'pending' });
  assert.equal(await readBack(id), data);
  const status = await uploader().status(id);
  assert.is(status.state === 'confirmed' && status.depth, 0);
  const transaction = await reader().transaction(id);
  assert.is(transaction.owner, signer.address);
  assert.equal(transaction.tags[1], { name: 'Note', value: '✓' });
  assert.ok(await clientVerifies(transaction.wire), 'the client takes it for genuine');
});

test('data of several chunks, each told of', async () => {
  const data = randomBytes(700_000);
  const sent: number[] = [];
  const states: UploadState[] = [];
  const { id } = await uploader().upload(data, {
    onProgress: (bytes) => sent.push(bytes),
    onState: (state) => void states.push(state),
  });
  assert.equal(sent, [0, 262_144, 524_288, 700_000]);
  assert.equal(
    states.map(({ isPosted, chunks }) => [isPosted, chunks]),
    [
      [false, 0],
      [true, 0],
      [true, 1],
      [true, 2],
      [true, 3],
    ],
  );
  assert.is(states[0]?.transaction.id, id);
  assert.equal(await readBack(id), data);
});

test('a file as a blob, and data that is read from its beginning again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-upload-'));
  const data = randomBytes(300_001);
  await writeFile(join(folder, 'data'), data);
  const { id } = await uploader().upload(await openAsBlob(join(folder, 'data')));
  assert.equal(await readBack(id), data);
  const pieces = {
    byteLength: data.length,
    open: () => [data.subarray(0, 7), data.subarray(7, 300_000), data.subarray(300_000)],
  };
  const again = await uploader().upload(pieces);
  assert.equal(await readBack(again.id), data);
  await rm(folder, { recursive: true });
});

test('a bundle of items, one of them stored elsewhere, is found item by item', async () => {
  const items = await Promise.all(
    [1, 2, 3].map((number) => signItem({ data: randomBytes(200_000), tags: { Number: String(number) } }, signer)),
  );
  const [first, second, third] = items;
  assert.ok(first && second && third);
  const stored: StoredItem = { id: second.id, byteLength: second.bytes.length, open: () => [second.bytes] };
  const { id } = await uploader().uploadBundle([first, stored, third], { tags: { Test: 'bundle' } });
  await node.mine();
  for (const item of items) {
    assert.equal((await reader().item(item.id)).bytes, item.bytes);
    assert.equal((await reader().item(item.id, { bundle: id })).bytes, item.bytes);
  }
  const found: string[] = [];
  for await (const one of reader().transactions({ tags: { Number: ['1', '2', '3'] }, owners: [signer.address] })) {
    found.push(one.id);
  }
  assert.equal(found.sort(), items.map((item) => item.id).sort());
});

test('an upload that broke off between two chunks goes on in another program', async () => {
  const data = randomBytes(1_000_000);
  let kept = '';
  const crash = uploader().upload(data, {
    onState(state) {
      kept = JSON.stringify(state);
      if (state.chunks === 2) throw new Error('the power is gone');
    },
  });
  assert.match(String(await crash.catch(String)), 'the power is gone');
  const sent: number[] = [];
  const { id } = await uploader().resume(JSON.parse(kept), data, { onProgress: (bytes) => sent.push(bytes) });
  assert.equal(sent, [524_288, 786_432, 1_000_000]);
  assert.equal(await readBack(id), data);
});

test('one that broke off before it was known to be posted is posted, and paid, once', async () => {
  const data = randomBytes(1_000);
  let kept = '';
  const crash = uploader().upload(data, {
    onState(state) {
      kept = JSON.stringify(state);
      if (state.isPosted) throw new Error('the power is gone');
    },
  });
  assert.match(String(await crash.catch(String)), 'the power is gone');
  const balance = async () => (await fetch(`${node.url}/wallet/${signer.address}/balance`)).text();
  const paid = await balance();
  // As it was stored before it was posted.
  const state = { ...JSON.parse(kept), isPosted: false, chunks: 0 };
  const { id } = await uploader().resume(state, data);
  assert.is(await balance(), paid);
  assert.equal(await readBack(id), data);
});

test('another state, or other data, is not gone on with', async () => {
  const data = randomBytes(600_000);
  const states: UploadState[] = [];
  await uploader().upload(data, { onState: (state) => void states.push(state) });
  const [state] = states as [UploadState];
  const change = (fields: Partial<WireTransaction>) => ({ ...state, transaction: { ...state.transaction, ...fields } });
  await refuses(uploader().resume(state, data.subarray(1)), 'upload-invalid');
  await refuses(uploader().resume(state, Buffer.from(data).fill(0, 9, 10)), 'upload-invalid');
  for (const wrong of [change({ reward: '1' }), change({ id: 'x' }), { ...state, chunks: -1 }, {}, null, 'text']) {
    await refuses(uploader().resume(wrong as UploadState, data), 'upload-invalid');
  }
});

/** A node that takes transactions and chunks, but for what a test says. */
async function otherNode(answers: {
  tx?: (times: number) => number;
  chunk?: (at: number, times: number) => number | string;
}) {
  const transactions: WireTransaction[] = [];
  const chunks = new Map<number, Uint8Array>();
  const times = { tx: 0, chunk: 0 };
  const server = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const end = (status: number, text: string) => response.writeHead(status).end(text);
    if (request.url?.startsWith('/price/')) return end(200, '1000');
    if (request.url === '/tx_anchor') return end(200, 'a'.repeat(64));
    if (request.url === '/tx') {
      const status = answers.tx?.(times.tx++) ?? 200;
      if (status === 0) return request.socket.destroy();
      if (status < 300) transactions.push(JSON.parse(String(body)));
      return end(status, 'as told');
    }
    if (request.url === '/chunk') {
      const chunk = JSON.parse(String(body));
      const bytes = Buffer.from(chunk.chunk, 'base64url');
      const proof = Buffer.from(chunk.data_path, 'base64url');
      const root = Buffer.from(chunk.data_root, 'base64url');
      // As nodes check it.
      const range = await merkle.validatePath(root, Number(chunk.offset), 0, Number(chunk.data_size), proof);
      if (!range || range.chunkSize !== bytes.length) return end(400, '{"error":"invalid_proof"}');
      const status = answers.chunk?.(range.leftBound, times.chunk++) ?? 200;
      if (status === 0) return request.socket.destroy();
      if (typeof status === 'string') return json(response, { error: status }, 400);
      if (status < 300) chunks.set(range.leftBound, bytes);
      return end(status, '{}');
    }
    const known = transactions.find(({ id }) => request.url === `/tx/${id}/status`);
    return known ? end(202, 'Pending') : end(404, 'Not Found');
  });
  const data = () => Buffer.concat([...chunks].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
  return { ...server, transactions, data, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const large = randomBytes(262_144 * 5 + 50_000);

test('several chunks at a time, told of in their order', async () => {
  await using other = await otherNode({});
  const states: number[] = [];
  const many = uploader({ urls: [other.url], limits: { requests: 4 } });
  await many.upload(large, { onState: ({ chunks }) => void states.push(chunks) });
  assert.equal(other.data(), large);
  assert.equal(
    states,
    states.toSorted((a, b) => a - b),
  );
  assert.is(states.at(-1), 6);
});

test('no more of the data is read than is under way', async () => {
  let taken = 0;
  await using other = await otherNode({
    chunk: () => {
      taken++;
      return 200;
    },
  });
  let [most, readings] = [0, 0];
  const data = {
    byteLength: large.length,
    *open() {
      const isSecond = readings++ === 1;
      for (let at = 0; at < large.length; at += 262_144) {
        if (isSecond) most = Math.max(most, at / 262_144 + 1 - taken);
        yield large.subarray(at, at + 262_144);
      }
    },
  };
  await uploader({ urls: [other.url], limits: { requests: 2 } }).upload(data);
  assert.equal(other.data(), large);
  assert.is(readings, 2);
  assert.ok(most <= 3, `${most} chunks at a time`);
});

test('what a node cannot take for the moment is tried again', async () => {
  const passing = ['data_root_not_found', 'exceeds_disk_pool_size_limit', 503, 429, 0] as const;
  await using other = await otherNode({
    tx: (times) => (times === 0 ? 503 : 208),
    chunk: (_, times) => passing[times] ?? 200,
  });
  const clock = quickClock();
  await uploader({ urls: [other.url], clock, limits: { requests: 1, retries: 5 } }).upload(large);
  assert.equal(other.data(), large);
  assert.is(clock.waits.length, 6);
});

test('a chunk that is refused leaves an upload that can be gone on with', async () => {
  let isBroken = true;
  await using other = await otherNode({
    chunk: (at) => (isBroken && at >= 524_288 ? 'chunk_proof_ratio_not_attractive' : 200),
  });
  const states: UploadState[] = [];
  const one = uploader({ urls: [other.url], limits: { requests: 2, retries: 1 } });
  const error = await refuses(one.upload(large, { onState: (state) => void states.push(state) }), 'upload-incomplete');
  assert.is(error.definite, false);
  assert.equal([error.facts.chunks, error.facts.count], [2, 6]);
  const [last] = states.slice(-1) as [UploadState];
  assert.is(last.chunks, 2);
  isBroken = false;
  await one.resume(last, large);
  assert.equal(other.data(), large);
  assert.is(other.transactions.length, 1);
});

test('a transaction that is refused for certain', async () => {
  for (const status of [400, 402, 410, 429]) {
    await using other = await otherNode({ tx: () => status });
    const one = uploader({ urls: [other.url] });
    const error = await refuses(one.upload(randomBytes(10)), 'upload-refused');
    assert.is(error.definite, true);
    assert.match(error.message, String(status));
  }
  await refuses(uploader({ urls: [await closedUrl()] }).upload(randomBytes(10)), 'gateway-unreachable');
});

test('a transaction of which nobody knows whether it was taken', async () => {
  for (const status of [0, 500, 503]) {
    await using other = await otherNode({ tx: (times) => (times < 2 ? status : 400) });
    const error = await refuses(uploader({ urls: [other.url] }).upload(randomBytes(10)), 'upload-unconfirmed');
    assert.is(error.definite, false);
  }
});

test('one that was taken although the answer was lost', async () => {
  await using other = await otherNode({ tx: (times) => (times === 0 ? 200 : 400) });
  await using cut = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const answer = await fetch(other.url + request.url, {
      method: request.method ?? 'GET',
      ...(body.length > 0 && { body: String(body) }),
    });
    const text = await answer.text();
    if (request.url !== '/tx' || answer.status !== 200) return response.writeHead(answer.status).end(text);
    return request.socket.destroy();
  });
  const { id } = await uploader({ urls: [cut.url] }).upload(randomBytes(10));
  assert.equal(
    other.transactions.map((transaction) => transaction.id),
    [id],
  );
});

test('a price over what it may cost is not signed', async () => {
  await using other = await otherNode({});
  const signed: Uint8Array[] = [];
  const sign = (bytes: Uint8Array) => {
    signed.push(bytes);
    return signer.sign(bytes);
  };
  const { type, publicKey, address } = signer;
  const options = { urls: [other.url], signer: { type, publicKey, address, sign } };
  const error = await refuses(uploader({ ...options, mostWinston: 999n }).upload(randomBytes(10)), 'price-over-limit');
  assert.equal(error.facts.winston, '1000');
  assert.is(signed.length, 0);
  await uploader({ ...options, mostWinston: 1000n }).upload(randomBytes(10));
  assert.is(signed.length, 1);
});

test('without a bound of the price, or a wallet, nothing is uploaded', async () => {
  await using other = await otherNode({});
  // Nothing is over any of these.
  for (const most of [undefined, null, Number.NaN, 1_000, '1000']) {
    const given = { urls: [other.url], mostWinston: most as unknown as bigint };
    const { facts } = await refuses((async () => uploader(given))(), 'option-invalid');
    assert.is(facts.option, 'mostWinston');
  }
  await refuses((async () => uploader({ signer: undefined as never }))(), 'option-invalid');
  for (const data of [undefined, { byteLength: 5 }]) {
    await refuses(uploader({ urls: [other.url] }).upload(data as never), 'option-invalid');
  }
});

test('a wallet that cannot be asked says why, and nothing is posted', async () => {
  await using other = await otherNode({});
  const { type, publicKey, address } = signer;
  const sign = () => Promise.reject(new Error('the device is locked'));
  const options = { urls: [other.url], signer: { type, publicKey, address, sign } };
  const error = await refuses(uploader(options).upload(randomBytes(10)), 'signer-failed');
  assert.match(error.message, 'the device is locked');
});

test('prices and anchors that are none', async () => {
  for (const [price, anchor] of [
    ['1e3', 'a'.repeat(64)],
    ['-5', 'a'.repeat(64)],
    ['', 'a'.repeat(64)],
    ['1000', '<html>'],
    ['1000', 'a'.repeat(65)],
    ['1'.repeat(5_000), 'a'.repeat(64)],
  ] as const) {
    await using other = await serve((request, response) => {
      response.end(request.url === '/tx_anchor' ? anchor : price);
    });
    const error = await uploader({ urls: [other.url] })
      .upload(randomBytes(10))
      .catch((thrown) => thrown);
    assert.ok(['response-malformed', 'response-over-limit'].includes(error.code), String(error));
  }
});

test('data that is another when it is read again, or is none', async () => {
  await using other = await otherNode({});
  const one = uploader({ urls: [other.url] });
  await refuses(one.upload(new Uint8Array(0)), 'option-invalid');
  await refuses(one.upload({ byteLength: 10, open: () => [new Uint8Array(9)] }), 'upload-invalid');
  await refuses(one.upload({ byteLength: 10, open: () => [new Uint8Array(11)] }), 'upload-invalid');
  let readings = 0;
  const shrinking = { byteLength: large.length, open: () => [readings++ === 0 ? large : large.subarray(0, 300_000)] };
  await refuses(one.upload(shrinking), 'upload-invalid');
  assert.is(other.transactions.length, 1);
  assert.throws(() => uploader({ signer: ed25519Signer(generateEd25519Key()) }), /Arweave wallets/);
});

test('an abort ends an upload', async () => {
  const stop = new AbortController();
  await using other = await otherNode({});
  const one = uploader({ urls: [other.url] });
  await refuses(
    one.upload(large, { signal: stop.signal, onState: ({ chunks }) => void (chunks === 2 && stop.abort()) }),
    'request-aborted',
  );
  assert.ok(other.data().length < large.length);
  await refuses(one.upload(large, { signal: AbortSignal.abort() }), 'request-aborted');
});

test.after(async () => node[Symbol.asyncDispose]());

test.run();
