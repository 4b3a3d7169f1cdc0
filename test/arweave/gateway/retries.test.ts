// What failed for the moment is tried again, later and later; who keeps failing is asked last.

import { randomBytes } from 'node:crypto';
import { HeddleError, randomStream } from 'heddle';
import { arweaveSigner, type GatewayOptions, gateway, generateArweaveKey } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientTransaction } from '../client.ts';
import { refuses } from '../refuses.ts';
import { type Handler, json, quickClock, serve } from '../served.ts';
import { honest } from './honest.ts';

const key = await generateArweaveKey();
const data = Uint8Array.from(randomBytes(2_000));
const transaction = await clientTransaction(key, { data });
const { id } = transaction;
const good = honest({ transaction, data });

/** The first so many requests fail so. */
function failing(times: number, fail: Handler): Handler {
  let failed = 0;
  return (request, response) => (failed++ < times ? fail : good)(request, response);
}

const broken: Handler = (_, response) => json(response, {}, 503);
const busyFor =
  (after: string): Handler =>
  (_, response) =>
    response.writeHead(429, { 'retry-after': after }).end();

const reader = (urls: readonly string[], options: Partial<GatewayOptions> = {}) => {
  const clock = quickClock();
  return { clock, gateway: gateway({ urls, clock, random: randomStream('a', 'b'), ...options }) };
};

test('waits double, less up to half, and no longer than the longest', async () => {
  await using server = await serve(broken);
  const limits = { retries: 9, firstRetryMs: 100, lastRetryMs: 5_000 };
  const { clock, gateway: one } = reader([server.url], { limits });
  await refuses(one.transaction(id), 'gateway-unreachable');
  assert.is(server.requests.length, 10);
  for (const [at, expected] of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000].entries()) {
    const waitMs = clock.waits[at] ?? 0;
    assert.ok(waitMs <= expected && waitMs >= expected / 2, `${waitMs} of ${expected}`);
  }
  assert.is(new Set(clock.waits.map((waitMs, at) => waitMs / 2 ** at)).size, 9, 'they are uneven');
  const again = reader([server.url], { limits });
  await refuses(again.gateway.transaction(id), 'gateway-unreachable');
  assert.equal(again.clock.waits, clock.waits, 'the random numbers say how');
});

for (const [name, fail] of Object.entries<Handler>({
  '500': (_, response) => json(response, {}, 500),
  '503': broken,
  '408': (_, response) => json(response, {}, 408),
  'a connection cut': (request) => request.socket.destroy(),
})) {
  test(`${name}, then good`, async () => {
    await using server = await serve(failing(2, fail));
    const { clock, gateway: one } = reader([server.url]);
    assert.is((await one.transaction(id)).id, id);
    assert.is(clock.waits.length, 2);
    assert.is(server.requests.length, 3);
  });
}

test('what cannot change is not tried again', async () => {
  for (const status of [400, 401, 402, 403, 404, 410]) {
    await using server = await serve((_, response) => json(response, {}, status));
    const { clock, gateway: one } = reader([server.url]);
    await refuses(one.transaction(id), status === 404 || status === 410 ? 'gateway-not-found' : 'gateway-refused');
    assert.equal(clock.waits, []);
    assert.is(server.requests.length, 1);
  }
});

test('Retry-After is waited for, in seconds or as a date', async () => {
  await using server = await serve(failing(1, busyFor('7')));
  const { clock, gateway: one } = reader([server.url]);
  await one.transaction(id);
  assert.equal(clock.waits, [7_000]);

  const dated = quickClock();
  const date = new Date(dated.nowMs() + 9_000).toUTCString();
  await using other = await serve(failing(1, busyFor(date)));
  await gateway({ urls: [other.url], clock: dated }).transaction(id);
  assert.equal(dated.waits, [9_000]);

  for (const nonsense of ['soon', '-5', '0', '1e9']) {
    await using odd = await serve(failing(1, busyFor(nonsense)));
    const { clock: oddClock, gateway: third } = reader([odd.url]);
    await third.transaction(id);
    assert.ok((oddClock.waits[0] ?? Number.POSITIVE_INFINITY) <= 500, nonsense);
  }
});

test('a Retry-After that is too long is not waited for', async () => {
  await using server = await serve(busyFor('3600'));
  const { clock, gateway: one } = reader([server.url]);
  await refuses(one.transaction(id), 'gateway-unreachable');
  assert.equal(clock.waits, []);
  assert.is(server.requests.length, 1);
});

test('who asked to be left alone is, by other calls too', async () => {
  await using server = await serve(failing(1, busyFor('20')));
  await using other = await serve(good);
  const { clock, gateway: one } = reader([server.url, other.url], { limits: { retries: 0 } });
  await refuses(one.info(), 'gateway-unreachable');
  assert.is(server.requests.length, 1);
  await one.transaction(id);
  assert.is(server.requests.length, 1);
  await clock.wait(20_000);
  await one.unverified(id, 0, 5);
  assert.is(server.requests.length, 2);
});

test('the next one is asked before any is asked again', async () => {
  await using first = await serve(broken);
  await using second = await serve(good);
  const { clock, gateway: one } = reader([first.url, second.url]);
  await one.transaction(id);
  assert.equal(clock.waits, []);
  assert.equal([first.requests.length, second.requests.length], [1, 1]);
});

test('one that keeps failing is asked last for a while', async () => {
  let isUp = false;
  await using first = await serve((request, response) => (isUp ? good : broken)(request, response));
  await using second = await serve(good);
  const { clock, gateway: one } = reader([first.url, second.url], { limits: { failures: 3, restMs: 60_000 } });
  const counts = async () => {
    await one.unverified(id, 0, 5);
    return [first.requests.length, second.requests.length];
  };
  assert.equal(await counts(), [1, 1]);
  assert.equal(await counts(), [2, 2]);
  assert.equal(await counts(), [3, 3]);
  assert.equal(await counts(), [3, 4], 'it rests');
  await clock.wait(59_000);
  assert.equal(await counts(), [3, 5]);
  await clock.wait(2_000);
  assert.equal(await counts(), [4, 6], 'it failed again, and rests again');
  assert.equal(await counts(), [4, 7]);
  isUp = true;
  await clock.wait(61_000);
  assert.equal(await counts(), [5, 7]);
  assert.equal(await counts(), [6, 7], 'it is the first again');
});

test('one that rests is asked when no other one has it', async () => {
  let isUp = false;
  await using first = await serve((request, response) => (isUp ? good : broken)(request, response));
  await using second = await serve((_, response) => json(response, {}, 404));
  const { gateway: one } = reader([first.url, second.url], { limits: { retries: 0, failures: 1 } });
  await refuses(one.transaction(id), 'gateway-unreachable');
  isUp = true;
  await one.transaction(id);
});

test('no more requests are under way than the limit says', async () => {
  let [underWay, most] = [0, 0];
  await using server = await serve((request, response) => {
    underWay++;
    most = Math.max(most, underWay);
    setTimeout(() => {
      underWay--;
      good(request, response);
    }, 5);
  });
  const one = gateway({ urls: [server.url], limits: { requests: 3 } });
  await Promise.all(Array.from({ length: 20 }, () => one.unverified(id, 0, 5)));
  assert.is(most, 3);
});

test('an abort ends a request, one that waits its turn, and the wait between two', async () => {
  await using silent = await serve(() => {});
  await using server = await serve(broken);
  const reason = new Error('enough');
  const limits = { requests: 1 };
  const one = gateway({ urls: [silent.url], limits });
  const stop = new AbortController();
  const reads: Promise<unknown>[] = [
    one.transaction(id, stop),
    one.data(id, stop),
    one.block(1, stop),
    one.stream(id, stop).next(),
  ];
  reads.push(one.transactions({ signal: stop.signal }).next(), one.item(id, stop), one.status(id, stop));
  const settled = Promise.all(reads.map((read) => refuses(read, 'request-aborted')));
  while (silent.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(reason);
  for (const error of await settled) assert.is(error.cause, reason);
  assert.is(silent.requests.length, 1);

  // Between two tries.
  const waiting = new AbortController();
  const slow = gateway({ urls: [server.url], limits: { firstRetryMs: 1_000_000, lastRetryMs: 1_000_000 } });
  const read = refuses(slow.transaction(id, waiting), 'request-aborted');
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  waiting.abort(reason);
  assert.is((await read).cause, reason);

  // Before the first.
  await refuses(slow.transaction(id, { signal: AbortSignal.abort(reason) }), 'request-aborted');
  assert.is(server.requests.length, 1);
});

test('an abort ends a stream between two pieces', async () => {
  const large = Uint8Array.from(randomBytes(600_000));
  const big = await clientTransaction(key, { data: large });
  await using server = await serve(honest({ transaction: big, data: large }));
  const stop = new AbortController();
  const stream = gateway({ urls: [server.url] }).stream(big.id, stop);
  assert.is((await stream.next()).value?.length, 262_144);
  stop.abort();
  await refuses(stream.next(), 'request-aborted');
  assert.is((await stream.next()).done, true);
});

test('content is kept by its id, up to the limit, and cannot be changed by who reads it', async () => {
  await using server = await serve(good);
  const one = gateway({ urls: [server.url] });
  const first = await one.data(id);
  const { length } = server.requests;
  first.fill(0);
  assert.equal(await one.data(id), data);
  await one.transaction(id);
  await one.range(id, 0, 10);
  assert.is(server.requests.length, length);

  const small = gateway({ urls: [server.url], limits: { cacheBytes: 6_000 } });
  await small.data(id);
  const before = server.requests.length;
  await small.data(id);
  assert.is(server.requests.length, before, 'its data is kept');
  const none = gateway({ urls: [server.url], limits: { cacheBytes: 0 } });
  await none.data(id);
  const between = server.requests.length;
  await none.data(id);
  assert.is(server.requests.length, between + 2);
});

test('what is refused is not kept', async () => {
  let isHonest = false;
  await using server = await serve((request, response) =>
    isHonest || !request.url?.startsWith('/raw') ? good(request, response) : response.end('x'.repeat(2_000)),
  );
  const one = gateway({ urls: [server.url], limits: { retries: 0 } });
  // The chunks are right, so the data is.
  assert.equal(await one.data(id), data);
  await using liar = await serve((request, response) =>
    isHonest || /^\/tx\/[\w-]+$/.test(request.url ?? '') ? good(request, response) : response.end('x'.repeat(2_000)),
  );
  const two = gateway({ urls: [liar.url], limits: { retries: 0 } });
  await refuses(two.data(id), 'response-unverified');
  isHonest = true;
  assert.equal(await two.data(id), data);
});

test('fetch is the one that is passed in', async () => {
  const urls: string[] = [];
  const one = gateway({
    urls: ['https://example.invalid/base/'],
    limits: { retries: 0 },
    fetch: async (url) => {
      urls.push(url);
      return Response.json({ ...transaction, data: '' });
    },
  });
  assert.is((await one.transaction(id)).owner, arweaveSigner(key).address);
  assert.equal(urls, [`https://example.invalid/base/tx/${id}`]);
});

test('options that are none', () => {
  const make = (options: Partial<GatewayOptions>) => () => gateway({ urls: ['http://localhost'], ...options });
  const refused: readonly Partial<GatewayOptions>[] = [
    { urls: [] },
    { urls: ['localhost'] },
    { urls: ['ftp://localhost'] },
    { urls: ['http://user:secret@localhost'] },
    { urls: ['http://localhost?key=1'] },
    { limits: { retries: -1 } },
    { limits: { retries: 1.5 } },
    { limits: { nonsense: 1 } as never },
  ];
  for (const options of refused) {
    assert.throws(make(options), (error: unknown) => error instanceof HeddleError && error.code === 'option-invalid');
  }
});

test.run();
