// Items, to a bundler: one that takes them, and ones that do not, or do not say.

import { randomBytes } from 'node:crypto';
import {
  ed25519Signer,
  generateEd25519Key,
  itemUploader,
  parseItem,
  type StoredItem,
  signItem,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../refuses.ts';
import { bodyOf, closedUrl, type Handler, json, quickClock, serve } from '../served.ts';

const signer = ed25519Signer(generateEd25519Key());
const small = await signItem({ data: 'hello', tags: { Action: 'Ping' } }, signer);
const large = await signItem({ data: randomBytes(1_000_000) }, signer);

/** A bundler that verifies what it gets, as real ones do, unless a test answers before. */
async function bundler(before?: (times: number) => Handler | undefined) {
  const taken: { readonly id: string; readonly bytes: Buffer; readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  let times = 0;
  const server = await serve(async (request, response) => {
    const handler = before?.(times++);
    if (handler) return handler(request, response);
    assert.is(`${request.method} ${request.url}`, 'POST /v1/tx');
    const bytes = await bodyOf(request);
    try {
      const { id } = await verifyItem(parseItem(bytes));
      const isKnown = taken.some((one) => one.id === id);
      taken.push({ id, bytes, headers: request.headers });
      return isKnown
        ? response.writeHead(202).end(`Data item ${id} already received`)
        : json(response, { id, owner: 'x' });
    } catch (error) {
      return response.writeHead(400).end(String(error));
    }
  });
  return { ...server, url: `${server.url}/v1`, taken, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const uploader = (url: string, retries = 2) => itemUploader({ url, clock: quickClock(), limits: { retries } });

test('an item is taken once, however often it is sent', async () => {
  await using server = await bundler();
  const one = uploader(server.url);
  assert.equal(await one.upload(small), { id: small.id, isKnown: false });
  assert.equal(await one.upload(small), { id: small.id, isKnown: true });
  assert.equal(server.taken[0]?.bytes, Buffer.from(small.bytes));
  assert.is(server.taken[0]?.headers['content-type'], 'application/octet-stream');
});

test('progress, of a body that says how long it is', async () => {
  await using server = await bundler();
  const sent: number[] = [];
  await uploader(server.url).upload(large, {
    onProgress: (bytes, total) => {
      assert.is(total, large.bytes.length);
      sent.push(bytes);
    },
  });
  assert.equal([sent[0], sent.at(-1)], [0, large.bytes.length]);
  assert.ok(sent.length > 10);
  assert.equal(
    sent,
    sent.toSorted((a, b) => a - b),
  );
  assert.is(server.taken[0]?.headers['content-length'], String(large.bytes.length));
});

test('an item that lies elsewhere is read as it is sent, and anew for each try', async () => {
  await using server = await bundler((times) => (times === 0 ? (_, response) => json(response, {}, 503) : undefined));
  let opened = 0;
  const stored: StoredItem = {
    id: large.id,
    byteLength: large.bytes.length,
    async *open() {
      opened++;
      for (let at = 0; at < large.bytes.length; at += 100_000) yield large.bytes.subarray(at, at + 100_000);
    },
  };
  assert.equal(await uploader(server.url).upload(stored), { id: large.id, isKnown: false });
  assert.is(opened, 2);
  assert.equal(server.taken[0]?.bytes, Buffer.from(large.bytes));
});

test('what bundlers say that they have is good', async () => {
  const answers: readonly [status: number, body: string, isKnown: boolean][] = [
    [201, `${small.id} is taken`, false],
    [202, `{"status":"pending","data":{"id":"${small.id}"}}`, false],
    [202, 'Already Received', true],
    [208, '', true],
    [409, 'conflict', true],
    [400, 'Data item already exists', true],
    [200, `{"id":"${small.id}"}`, false],
  ];
  for (const [status, body, isKnown] of answers) {
    await using server = await bundler(() => (_, response) => response.writeHead(status).end(body));
    assert.equal(await uploader(server.url).upload(small), { id: small.id, isKnown });
  }
});

test('what was certainly not taken', async () => {
  for (const status of [400, 401, 402, 403, 404, 413, 429, 301]) {
    await using server = await bundler(() => (_, response) => response.writeHead(status).end('no credit'));
    const error = await refuses(uploader(server.url).upload(small), 'upload-refused');
    assert.is(error.definite, true);
    assert.match(error.message, String(status));
    assert.is(error.facts.id, small.id);
  }
  assert.is((await refuses(uploader(await closedUrl()).upload(small), 'upload-refused')).definite, true);
});

test('what may have been taken', async () => {
  const handlers: readonly Handler[] = [
    (_, response) => json(response, {}, 500),
    (_, response) => json(response, {}, 503),
    (request) => request.socket.destroy(),
    (_, response) => json(response, { id: large.id }),
    // Whatever takes a POST, and is no bundler.
    (_, response) => response.writeHead(200).end(),
    (_, response) => response.writeHead(200).end('<html><title>Welcome</title></html>'),
    (_, response) => json(response, { error: 'not enough funds' }),
    async (request, response) => {
      await bodyOf(request);
      response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy());
    },
  ];
  for (const handler of handlers) {
    await using server = await bundler(() => handler);
    assert.is((await refuses(uploader(server.url).upload(small), 'upload-unconfirmed')).definite, false);
  }
  // A refusal after that does not take it back.
  await using server = await bundler((times) => (request, response) => {
    if (times === 0) request.socket.destroy();
    else json(response, {}, 402);
  });
  await refuses(uploader(server.url).upload(small), 'upload-unconfirmed');
});

test('an answer that was lost, and the same item again', async () => {
  let isLost = true;
  await using server = await bundler();
  await using between = await serve(async (request, response) => {
    const body = await bodyOf(request);
    const answer = await fetch(server.url + request.url, { method: 'POST', body: Uint8Array.from(body) });
    const text = await answer.text();
    if (isLost) {
      isLost = false;
      request.socket.destroy();
    } else response.writeHead(answer.status).end(text);
  });
  assert.equal(await uploader(between.url).upload(small), { id: small.id, isKnown: true });
  assert.is(server.taken.length, 2);
});

test('an abort, before and in the middle', async () => {
  await using server = await bundler(() => () => {});
  const stop = new AbortController();
  const upload = uploader(server.url).upload(large, { signal: stop.signal });
  const refused = refuses(upload, 'request-aborted');
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  assert.is((await refused).definite, false);
  await refuses(uploader(server.url).upload(small, { signal: AbortSignal.abort() }), 'request-aborted');
  assert.is(server.requests.length, 1);
});

test('an item that is none is not sent', async () => {
  await using server = await bundler();
  await refuses(uploader(server.url).upload({ id: 'x', byteLength: 1, open: () => [new Uint8Array(1)] }), 'id-invalid');
  const torn = { id: large.id, byteLength: large.bytes.length, open: () => [large.bytes.subarray(0, 10)] };
  await uploader(server.url, 0)
    .upload(torn)
    .then(
      () => assert.unreachable(),
      (error) => assert.is(error.name, 'HeddleError'),
    );
  assert.is(server.taken.length, 0);
});

test.run();
