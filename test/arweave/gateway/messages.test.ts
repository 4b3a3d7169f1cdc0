// What a user reads when a gateway does not do what it should: which one, what was asked of it, which limit, what to give.

import { ed25519Signer, type GatewayOptions, gateway, generateEd25519Key, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../refuses.ts';
import { bodyOf, type Handler, json, serve } from '../served.ts';
import { edgeOf, honest } from './honest.ts';

const item = await signItem({ data: 'hello' }, ed25519Signer(generateEd25519Key()));
const limits = { retries: 0 };

const asking = async (handler: Handler, code: string, more: Partial<GatewayOptions> = {}) => {
  await using server = await serve(handler);
  const error = await refuses(gateway({ urls: [server.url], limits, ...more }).transaction(item.id), code);
  return error.message.replace(new URL(server.url).host, 'HOST');
};

test('it says what was asked for', async () => {
  const message = await asking((_, response) => json(response, {}, 404), 'gateway-not-found');
  assert.match(message, `HOST/tx/${item.id}: it answers 404`);
});

test('what is no JSON is shown, so that a page of a proxy is known as such', async () => {
  const page = '<html>\n<title>Sign in\u001b[2J</title>'.padEnd(300, ' <br>');
  assert.match(
    await asking((_, response) => response.end(page), 'response-malformed'),
    /no JSON: <html> <title>Sign in \[2J<\/title> .{1,40}\. It does not/,
  );
  assert.match(await asking((_, response) => response.end(), 'response-malformed'), 'the answer is empty, and no JSON');
});

test('a limit has its name', async () => {
  const small = { limits: { ...limits, jsonBytes: 10 } };
  assert.match(
    await asking((_, response) => response.end('x'.repeat(20)), 'response-over-limit', small),
    'more than 10 bytes of jsonBytes',
  );
  const silent = { limits: { ...limits, silenceMs: 20 } };
  assert.match(await asking(() => {}, 'gateway-unreachable', silent), 'silent for 20 ms, the limit silenceMs');
  await using server = await serve(honest({ items: [item] }));
  const error = await refuses(
    gateway({ urls: [server.url], limits: { ...limits, dataBytes: 3 } }).data(item.id),
    'response-over-limit',
  );
  assert.match(error.message, 'more than 3 bytes of dataBytes');
  assert.is(error.facts.limit, 'dataBytes');
});

test('it says where a redirect leads that is not followed, and why not', async () => {
  const to = (location: string) =>
    asking((_, response) => response.writeHead(302, { location }).end(), 'gateway-refused');
  assert.match(await to('file:///etc/passwd'), 'it redirects to file:///etc/passwd, which is another host');
  assert.match(await to('http://169.254.169.254/x'), 'it redirects to http://169.254.169.254/x, which is another host');
  const within =
    (path: string): Handler =>
    (request, response) =>
      response.writeHead(302, { location: `http://${path}${request.headers.host}/x` }).end();
  assert.match(await asking(within(''), 'gateway-refused'), '/x, after as many others as the limit redirects allows');
  assert.match(await asking(within('name:word@'), 'gateway-refused'), 'which has a password');

  await using server = await serve((_, response) => response.writeHead(301, { location: 'https://new.test/x' }).end());
  const error = await refuses(
    gateway({ urls: [server.url], limits })
      .transactions({})
      .next(),
    'gateway-refused',
  );
  assert.match(error.message, 'it redirects to https://new.test/x, where nothing is posted');
});

test('a listing that goes wrong after its first page says whose it is', async () => {
  const page = (cursor: string) => ({
    data: { transactions: { pageInfo: { hasNextPage: true }, edges: [edgeOf(item, {}, cursor)] } },
  });
  const listed = async (cursor: (request: number) => string, code: string) => {
    let requests = 0;
    await using server = await serve(async (request, response) => {
      await bodyOf(request);
      json(response, page(cursor(requests++)));
    });
    const reading = async () => {
      for await (const _ of gateway({ urls: [server.url], limits: { ...limits, pages: 3 } }).transactions({}));
    };
    assert.match((await refuses(reading(), code)).message, new URL(server.url).host);
  };
  await listed(() => 'same', 'response-malformed');
  await listed(String, 'listing-over-limit');
});

test('options that are none are refused before anything is asked', async () => {
  const given = (options: unknown) => refuses((async () => gateway(options as GatewayOptions))(), 'option-invalid');
  for (const urls of [undefined, 'https://arweave.net', [], {}, [5], ['https://:word@arweave.net']])
    await given({ urls });
  await using server = await serve(honest({ items: [item] }));
  const reader = gateway({ urls: [server.url], limits });
  const wrong = (value: unknown) => value as never;
  await refuses(reader.transactions({ sort: wrong('newest') }).next(), 'option-invalid');
  await refuses(reader.item(item.id, { signal: wrong(5) }), 'option-invalid');
  assert.is((await reader.item(item.id)).id, item.id, 'and it goes on');
});

test('many requests under one signal bring no warning of a leak, and all end with it', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  await using server = await serve(() => {});
  const stop = new AbortController();
  const reader = gateway({ urls: [server.url], limits });
  const asked = Array.from({ length: 30 }, () => reader.item(item.id, { signal: stop.signal }));
  const ended = Promise.all(asked.map((one) => refuses(one, 'request-aborted')));
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await ended;
  await refuses(reader.item(item.id, { signal: stop.signal }), 'request-aborted');
  await new Promise(setImmediate);
  process.off('warning', warned);
  assert.equal(warnings, []);
});

test('a url is taken with what comes along when it is copied', async () => {
  await using server = await serve(honest({ items: [item] }));
  for (const url of [`${server.url} `, ` ${server.url}/\n`, `${server.url}?`, `${server.url}/#`]) {
    assert.is((await gateway({ urls: [url], limits }).item(item.id)).id, item.id);
  }
});

test('a limit of any length is waited for', async () => {
  await using server = await serve(honest({ items: [item] }));
  const endless = { ...limits, tryMs: Number.MAX_SAFE_INTEGER, silenceMs: Number.MAX_SAFE_INTEGER };
  const reader = gateway({ urls: [server.url], limits: endless });
  assert.is((await reader.item(item.id)).id, item.id);
});

test.run();
