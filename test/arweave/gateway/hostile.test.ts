// Whatever a gateway does, the reader says what is wrong with it, and the next gateway's answer is the one that counts.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  arweaveSigner,
  type GatewayLimits,
  gateway,
  generateArweaveKey,
  signItem,
  type WireTransaction,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientTransaction } from '../client.ts';
import { refuses } from '../refuses.ts';
import { bodyOf, closedUrl, type Handler, json, type Served, serve } from '../served.ts';
import { edgeOf, honest } from './honest.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const key = await generateArweaveKey();
const signer = arweaveSigner(key);
const data = Uint8Array.from(randomBytes(300_000));
const transaction = await clientTransaction(key, { data, tags: { App: 'test' } });
const other = await clientTransaction(key, { data: randomBytes(10) });
const old = await clientTransaction(key, { data: data.subarray(0, 500), format: 1 });
const item = await signItem({ data: 'an item', tags: { Kind: 'one' }, anchor: 'a'.repeat(32) }, signer);
const { id } = transaction;
const good = honest({ transaction, data, items: [item] });

const limits: Partial<GatewayLimits> = {
  retries: 0,
  jsonBytes: 500_000,
  jsonValues: 10_000,
  pages: 20,
};

/** For those that keep others waiting. */
const shortly: Partial<GatewayLimits> = { silenceMs: 1_500, tryMs: 3_000 };

interface Fault {
  readonly code: string;
  readonly limits?: Partial<GatewayLimits>;
  readonly handler: Handler;
}

/** The good gateway, but for what is at `path`. */
const at =
  (path: RegExp, handler: Handler): Handler =>
  (request, response) =>
    (path.test(request.url ?? '') ? handler : good)(request, response);

const changed = (fields: Partial<WireTransaction>): Handler =>
  at(/^\/tx\/[^/]+$/, (_, response) => json(response, { ...transaction, data: '', ...fields }));
const asTransaction = (handler: Handler): Handler => at(/^\/tx\/[^/]+$/, handler);
const asData = (bytes: Uint8Array): Handler => at(/^\/(raw\/|chunk|[\w-]{43}$)/, (_, response) => response.end(bytes));

/** Writes until nobody listens. */
const endless =
  (piece: string | Uint8Array): Handler =>
  (_, response) => {
    const write = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', write);
    write();
  };

const flipped = (bytes: Uint8Array, where: number) => bytes.map((byte, index) => (index === where ? byte ^ 1 : byte));
const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
const signature = Buffer.from(transaction.signature, 'base64url');

const faults: Readonly<Record<string, Fault>> = {
  'never answers': { code: 'gateway-unreachable', limits: shortly, handler: () => {} },
  'begins and falls silent': {
    code: 'gateway-unreachable',
    limits: shortly,
    handler: asTransaction((_, response) => response.writeHead(200).write('{"id":')),
  },
  'goes on for ever, a byte at a time': {
    code: 'gateway-unreachable',
    limits: shortly,
    handler: asTransaction(async (_, response) => {
      while (!response.destroyed) {
        response.write(' ');
        await setTimeout(50);
      }
    }),
  },
  'answers nothing': { code: 'response-malformed', handler: asTransaction((_, response) => response.end()) },
  'answers what is no JSON': {
    code: 'response-malformed',
    handler: asTransaction((_, response) => response.end('<html>')),
  },
  'answers null': { code: 'response-malformed', handler: asTransaction((_, response) => json(response, null)) },
  'answers a list': { code: 'response-malformed', handler: asTransaction((_, response) => json(response, [])) },
  'answers no UTF-8': {
    code: 'response-malformed',
    handler: asTransaction((_, response) => response.end(Buffer.from('{"id":"\xff"}', 'latin1'))),
  },
  'gives another transaction': {
    code: 'response-malformed',
    handler: asTransaction((_, response) => json(response, other)),
  },
  'gives another transaction under this id': {
    code: 'response-unverified',
    handler: asTransaction((_, response) => json(response, { ...other, id })),
  },
  'changes the reward': { code: 'response-unverified', handler: changed({ reward: '1' }) },
  'changes the owner': { code: 'response-unverified', handler: changed({ owner: signature.toString('base64url') }) },
  'adds a tag': {
    code: 'response-unverified',
    handler: changed({ tags: [...transaction.tags, { name: 'QQ', value: 'QQ' }] }),
  },
  'takes the tags away': { code: 'response-unverified', handler: changed({ tags: [] }) },
  'changes the size': { code: 'response-unverified', handler: changed({ data_size: '299999' }) },
  'changes the root': { code: 'response-unverified', handler: changed({ data_root: id }) },
  'changes the signature': {
    code: 'response-unverified',
    handler: changed({ signature: Buffer.from(flipped(signature, 9)).toString('base64url') }),
  },
  'leaves the owner out': { code: 'response-unverified', handler: changed({ owner: '' }) },
  'says another format': { code: 'response-unverified', handler: changed({ format: 1, data: '' }) },
  'writes the size as no number': { code: 'response-malformed', handler: changed({ data_size: '3e5' }) },
  'writes what is no base64url': { code: 'response-malformed', handler: changed({ owner: '?' }) },
  'writes tags of another shape': { code: 'response-malformed', handler: changed({ tags: [{ name: 'QQ' }] as never }) },
  'gives other data': { code: 'response-unverified', handler: asData(flipped(data, 299_999)) },
  'gives less data': { code: 'response-unverified', handler: asData(data.subarray(1)) },
  'gives no data': { code: 'response-unverified', handler: asData(new Uint8Array(0)) },
  'gives more data': { code: 'response-unverified', handler: asData(Buffer.concat([data, data.subarray(0, 1)])) },
  'gives data without end': { code: 'response-unverified', handler: at(/^\/(raw\/|chunk|[\w-]{43}$)/, endless(data)) },
  'cuts the connection in the middle of data': {
    code: 'gateway-unreachable',
    handler: at(/^\/raw/, (_, response) => {
      response.writeHead(200, { 'content-length': data.length });
      response.write(data.subarray(0, 1_000), () => response.destroy());
    }),
  },
  'announces more than it gives': {
    code: 'gateway-unreachable',
    handler: asTransaction((_, response) => {
      response.writeHead(200, { 'content-length': 100_000 });
      response.write('{}', () => response.destroy());
    }),
  },
  'announces too much': {
    code: 'response-over-limit',
    handler: asTransaction((_, response) => response.writeHead(200, { 'content-length': 10 ** 12 }).write('{')),
  },
  'answers without end': { code: 'response-over-limit', handler: asTransaction(endless(' '.repeat(10_000))) },
  'answers gigabytes in a few bytes': {
    code: 'response-over-limit',
    handler: asTransaction((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    }),
  },
  'nests JSON deeply': {
    code: 'response-over-limit',
    handler: asTransaction((_, response) => response.end('['.repeat(100_000))),
  },
  'fills JSON with values': {
    code: 'response-over-limit',
    handler: asTransaction((_, response) => response.end(`[${'[],'.repeat(20_000)}0]`)),
  },
  'fills JSON with keys': {
    code: 'response-over-limit',
    handler: asTransaction((_, response) =>
      response.end(`{${Array.from({ length: 20_000 }, (_, at) => `"${at}":0`)}}`),
    ),
  },
  'sends headers that are too long': {
    code: 'gateway-unreachable',
    handler: (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end('{}'),
  },
  'is broken': { code: 'gateway-unreachable', handler: (_, response) => json(response, { error: 'oops' }, 503) },
  'wants payment': { code: 'gateway-refused', handler: (_, response) => json(response, { error: 'pay' }, 402) },
  'has nothing': { code: 'gateway-not-found', handler: (_, response) => json(response, {}, 404) },
  'says that all is pending': {
    code: 'gateway-not-found',
    handler: (_, response) => response.writeHead(202).end('Pending'),
  },
  'redirects to another host': {
    code: 'gateway-refused',
    handler: (_, response) => response.writeHead(302, { location: 'http://127.0.0.2:1/secret' }).end(),
  },
  'redirects to another scheme': {
    code: 'gateway-refused',
    handler: (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  },
  'redirects nowhere': {
    code: 'gateway-refused',
    handler: (_, response) => response.writeHead(302, { location: '//' }).end(),
  },
  'redirects in a circle': {
    code: 'gateway-refused',
    handler: ({ url }, response) => response.writeHead(302, { location: url }).end(),
  },
};

/** What reading comes to, with each of these gateways. */
const read = (urls: readonly string[], others: Partial<GatewayLimits> = {}) =>
  gateway({ urls, limits: { ...limits, ...others } }).data(id);

/** Connections that were broken off are gone as soon as the other side has seen it. */
async function isIdle({ sockets }: Served): Promise<boolean> {
  for (let tries = 0; sockets.size > 0 && tries < 200; tries++) await setTimeout(10);
  return sockets.size === 0;
}

for (const [name, { code, handler, limits: others }] of Object.entries(faults)) {
  test(`one that ${name}: ${code}`, async () => {
    await using hostile = await serve(handler);
    await using honestOne = await serve(good);
    const error = await refuses(read([hostile.url], others), code);
    assert.match(error.message, new URL(hostile.url).host, 'it says which gateway it was');
    // Should a busy machine keep the honest one from answering in time, it is asked again.
    const patient = { ...others, retries: 3 };
    assert.equal(await read([hostile.url, honestOne.url], patient), data, 'the next one is asked');
  });
}

test('one that is not there, or speaks something else', async () => {
  await using honestOne = await serve(good);
  const closed = await closedUrl();
  await refuses(read([closed]), 'gateway-unreachable');
  assert.equal(await read([closed, honestOne.url]), data);

  const rude = net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n'));
  await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(rude.address() as AddressInfo).port}`;
  await refuses(read([url]), 'gateway-unreachable');
  assert.equal(await read([url, honestOne.url]), data);
  rude.close();
});

test('a redirect to the same host is followed, three times at most', async () => {
  await using near = await serve(
    at(/^\/raw/, ({ url }, response) => response.writeHead(302, { location: url?.replace('raw', 'hop') }).end()),
  );
  await using hops = await serve((request, response) => {
    if (request.url?.startsWith('/raw')) response.writeHead(307, { location: `/hop/1${request.url}` }).end();
    else if (request.url?.startsWith('/hop/1')) response.writeHead(308, { location: `${near.url}/x` }).end();
    else good(request, response);
  });
  await refuses(gateway({ urls: [near.url], limits }).unverified(id, 0, 5), 'gateway-not-found');
  await refuses(
    gateway({ urls: [hops.url], limits: { ...limits, redirects: 1 } }).unverified(id, 0, 5),
    'gateway-refused',
  );
  await using home = await serve((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/raw') && !url.endsWith('?3')) {
      const hop = Number(url.split('?')[1] ?? 0) + 1;
      return response.writeHead(302, { location: `${url.split('?')[0]}?${hop}` }).end();
    }
    request.url = url.replace('?3', '');
    return good(request, response);
  });
  assert.equal(await read([home.url]), data);
});

test('what several say is in one error', async () => {
  await using broken = await serve((_, response) => json(response, {}, 500));
  await using ignorant = await serve((_, response) => json(response, {}, 404));
  await using liar = await serve(asTransaction((_, response) => json(response, { ...other, id })));
  const all = [ignorant.url, liar.url, broken.url];
  const error = await refuses(gateway({ urls: all, limits }).transaction(id), 'gateway-unreachable');
  const { reasons } = error.facts as { reasons: readonly { readonly host: string; readonly code: string }[] };
  assert.equal(
    reasons.map(({ code }) => code),
    ['gateway-not-found', 'response-unverified', 'gateway-unreachable'],
  );
  assert.equal(
    reasons.map(({ host }) => host),
    all.map((url) => new URL(url).host),
  );
  await refuses(gateway({ urls: [ignorant.url, liar.url], limits }).transaction(id), 'response-unverified');
});

test('a wrong chunk is left for the next gateway, in the middle of the data', async () => {
  let chunks = 0;
  await using hostile = await serve(
    at(/^\/chunk/, (request, response) =>
      chunks++ === 0 ? good(request, response) : json(response, { chunk: 'AA', data_path: 'AA' }),
    ),
  );
  await using honestOne = await serve(good);
  const pieces: Uint8Array[] = [];
  const reader = gateway({ urls: [hostile.url, honestOne.url], limits });
  for await (const piece of reader.stream(id)) pieces.push(piece);
  assert.equal(Uint8Array.from(Buffer.concat(pieces)), data);
  assert.ok(honestOne.requests.some((request) => request.startsWith('GET /chunk')));
  chunks = 0;
  const alone = gateway({ urls: [hostile.url], limits }).stream(id);
  assert.is((await alone.next()).value?.length, 262_144);
  await refuses(alone.next(), 'response-unverified');
});

test('a gateway that says another place or size of the data', async () => {
  const offset = (fields: object) => serve(at(/offset$/, (_, response) => json(response, fields)));
  await using honestOne = await serve(good);
  for (const fields of [
    { offset: '5', size: '300000' },
    { offset: '9'.repeat(15), size: '7' },
    {},
    { offset: -1, size: 300_000 },
  ]) {
    await using hostile = await offset(fields);
    const code = await gateway({ urls: [hostile.url], limits })
      .range(id, 0, 10)
      .catch((error) => error.code);
    assert.ok(['gateway-not-found', 'response-unverified', 'response-malformed'].includes(code), code);
    assert.equal(await gateway({ urls: [hostile.url, honestOne.url], limits }).range(id, 0, 10), data.subarray(0, 10));
  }
});

test('data of format 1 from a gateway that has it apart', async () => {
  const bytes = data.subarray(0, 500);
  const apart = honest({ transaction: old, data: bytes });
  await using honestOne = await serve(apart);
  await using liar = await serve((request, response) =>
    request.url === `/tx/${old.id}` ? json(response, { ...old, data: '', reward: '7' }) : apart(request, response),
  );
  await using thief = await serve((request, response) =>
    request.url?.startsWith('/raw') ? response.end('other data') : apart(request, response),
  );
  for (const hostile of [liar, thief]) {
    await refuses(gateway({ urls: [hostile.url], limits }).data(old.id), 'response-unverified');
    assert.equal(await gateway({ urls: [hostile.url, honestOne.url], limits }).data(old.id), bytes);
  }
  const inline = { ...old, data: Buffer.from(bytes).toString('base64url') };
  await using whole = await serve((_, response) => json(response, inline));
  assert.equal(await gateway({ urls: [whole.url], limits }).data(old.id), bytes);
});

test('an item that is listed as something else', async () => {
  const list = (changes: object, more?: Handler) =>
    serve((request, response) =>
      request.url === '/graphql'
        ? json(response, {
            data: { transactions: { pageInfo: { hasNextPage: false }, edges: [edgeOf(item, changes)] } },
          })
        : (more ?? good)(request, response),
    );
  await using honestOne = await serve(good);
  const changes: readonly object[] = [
    { tags: [{ name: 'Kind', value: 'two' }] },
    { anchor: '' },
    { recipient: id },
    { signature: 'AAAA' },
    { signature: Buffer.from(flipped(item.signature, 3)).toString('base64url') },
    { owner: { address: item.address, key: '' } },
    { tags: [{ name: 'x'.repeat(2_000), value: '' }] },
  ];
  for (const change of changes) {
    await using hostile = await list(change);
    await refuses(gateway({ urls: [hostile.url], limits }).item(item.id), 'response-unverified');
    assert.equal((await gateway({ urls: [hostile.url, honestOne.url], limits }).item(item.id)).bytes, item.bytes);
  }
  await using wrong = await list({}, (_, response) => response.end('other data'));
  await refuses(gateway({ urls: [wrong.url], limits }).item(item.id), 'response-unverified');
  await using other = await list({ id });
  await refuses(gateway({ urls: [other.url], limits }).item(item.id), 'response-malformed');
});

test('a bundle that is none', async () => {
  const bundles: readonly Uint8Array[] = [
    new Uint8Array(0),
    new Uint8Array(32).fill(255),
    Uint8Array.of(1, ...new Uint8Array(31)),
    Uint8Array.of(1, ...new Uint8Array(31), ...new Uint8Array(32).fill(255), ...Buffer.from(item.id, 'base64url')),
    Uint8Array.of(
      1,
      ...new Uint8Array(31),
      5,
      ...new Uint8Array(31),
      ...Buffer.from(item.id, 'base64url'),
      1,
      2,
      3,
      4,
      5,
    ),
  ];
  for (const bytes of bundles) {
    await using hostile = await serve((_, response) => response.end(bytes));
    const error = await gateway({ urls: [hostile.url], limits })
      .item(item.id, { bundle: id })
      .catch((thrown) => thrown);
    assert.is(error.name, 'HeddleError', String(error));
  }
});

test('ranges that are none', async () => {
  const answers: readonly [status: number, range: string | undefined, body: string, expected: string][] = [
    [206, undefined, 'abc', 'response-malformed'],
    [206, 'bytes 9-11/20', 'abc', 'response-malformed'],
    [206, 'bytes x', 'abc', 'response-malformed'],
    [416, undefined, '', 'gateway-refused'],
    [206, 'bytes 5-7/20', 'abc', 'abc'],
    [206, 'bytes 3-7/20', 'xxabc', 'abc'],
    [200, undefined, 'xxxxxabcd', 'abc'],
    [200, undefined, 'xxxxxa', 'a'],
    [200, undefined, '', ''],
  ];
  for (const [status, range, body, expected] of answers) {
    await using server = await serve((_, response) => {
      response.writeHead(status, range === undefined ? {} : { 'content-range': range }).end(body);
    });
    const reading = gateway({ urls: [server.url], limits }).unverified(id, 5, 8);
    if (/-/.test(expected)) await refuses(reading, expected);
    else assert.is(Buffer.from(await reading).toString(), expected);
  }
  await using server = await serve(endless('x'.repeat(1_000)));
  assert.is((await gateway({ urls: [server.url], limits }).unverified(id, 5, 8)).length, 3);
});

test('listings that never end, go in circles, or hold what was not asked for', async () => {
  const list = async (page: (request: number) => unknown, query: object = {}) => {
    let requests = 0;
    await using hostile = await serve(async (request, response) => {
      await bodyOf(request);
      json(response, page(requests++));
    });
    const found: string[] = [];
    const reading = (async () => {
      for await (const { id } of gateway({ urls: [hostile.url], limits }).transactions(query)) found.push(id);
    })();
    const code = await reading.then(
      () => 'ended',
      (error) => error.code,
    );
    return [code, found.length];
  };
  const page = (edges: readonly object[], hasNextPage = false) => ({
    data: { transactions: { pageInfo: { hasNextPage }, edges } },
  });
  const edge = (cursor = 'c', changes: object = {}) => edgeOf(item, changes, cursor);
  assert.equal(await list(() => page([edge()])), ['ended', 1]);
  assert.equal(await list((request) => page([edge(String(request))], request < 5)), ['ended', 6]);
  assert.equal(await list((request) => page([edge(String(request))], true)), ['listing-over-limit', 20]);
  assert.equal(await list(() => page([edge()], true)), ['response-malformed', 2]);
  assert.equal(await list((request) => page([edge(String(request % 3))], true)), ['response-malformed', 4]);
  assert.equal(await list(() => page([], true)), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge('c'.repeat(10_000))], true)), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge(), edge()]), { first: 1 }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { ids: [id] }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { owners: [id] }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { recipients: [id] }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { tags: { Kind: ['two', 'three'] } }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { tags: { Kind: ['two', 'one'] } }), ['ended', 1]);
  assert.equal(await list(() => page([edge()]), { block: { min: 8 } }), ['response-malformed', 0]);
  assert.equal(await list(() => page([edge()]), { block: { max: 6 } }), ['response-malformed', 0]);
  assert.equal(await list(() => ({ errors: [{ message: 'no' }] })), ['response-malformed', 0]);
  assert.equal(await list(() => ({ data: { transactions: { pageInfo: {}, edges: [{}] } } })), [
    'response-malformed',
    0,
  ]);
  assert.equal(await list(() => page([edge('c', { block: { id: 'b'.repeat(64), height: -1 } })])), [
    'response-malformed',
    0,
  ]);
  for (const first of [0, 101, 1.5])
    await refuses(
      gateway({ urls: ['http://127.0.0.1:1'] })
        .transactions({ first })
        .next(),
      'option-invalid',
    );
});

test('blocks, the chain and a status that are none', async () => {
  const block = { height: 5, indep_hash: 'b'.repeat(64), previous_block: 'a'.repeat(64), timestamp: 1, txs: [] };
  const all = (answer: unknown) => serve((_, response) => json(response, answer));
  await using fine = await all(block);
  assert.is((await gateway({ urls: [fine.url], limits }).block(5)).id, block.indep_hash);
  for (const wrong of [
    { height: 6 },
    { indep_hash: '../x' },
    { timestamp: 'now' },
    { txs: ['x'] },
    { txs: {} },
    { previous_block: {} },
  ]) {
    await using hostile = await all({ ...block, ...wrong });
    await refuses(gateway({ urls: [hostile.url], limits }).block(5), 'response-malformed');
    assert.is((await gateway({ urls: [hostile.url, fine.url], limits }).block(5)).height, 5);
  }
  // A node without GraphQL, which knows nothing of it.
  await using bare = await serve((request, response) => json(response, {}, request.method === 'POST' ? 400 : 404));
  assert.equal(await gateway({ urls: [bare.url], limits }).status(id), { state: 'unknown' });
  await using nonsense = await all({ network: 1, height: 'high', number_of_confirmations: -1 });
  await refuses(gateway({ urls: [nonsense.url], limits }).info(), 'response-malformed');
  await refuses(gateway({ urls: [nonsense.url], limits }).status(id), 'response-malformed');
});

test('nothing is left: no connection, no timer, no error that nobody heard of', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  await using silent = await serve(() => {});
  await using flood = await serve(endless('x'.repeat(10_000)));
  await refuses(read([silent.url], shortly), 'gateway-unreachable');
  await refuses(read([flood.url]), 'response-over-limit');
  assert.ok(await isIdle(silent));
  assert.ok(await isIdle(flood));
  assert.is(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before);
  await setTimeout(50);
  assert.equal(unhandled, []);
});

test('a program that read from gateways that never answer ends by itself', async () => {
  await using silent = await serve(() => {});
  await using flood = await serve(endless('x'.repeat(10_000)));
  const program = `import('heddle/arweave').then(async ({ gateway }) => {
    for (const url of ${JSON.stringify([silent.url, flood.url])}) {
      const reader = gateway({ urls: [url], limits: ${JSON.stringify({ ...limits, ...shortly })} });
      await reader.transaction('${id}').catch(({ code }) => console.log(code));
    }
  })`;
  const run = promisify(execFile)(process.execPath, [...process.execArgv, '--eval', program], { timeout: 60_000 });
  assert.is((await run).stdout, 'gateway-unreachable\nresponse-over-limit\n');
});

test.run();
