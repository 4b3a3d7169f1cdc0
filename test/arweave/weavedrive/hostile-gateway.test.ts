// Gateways that lie, fail or say nothing: what may come right later becomes no outcome, and other processes go on.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { attestation, type DriveLimits, ed25519Signer, fromFiles, generateEd25519Key, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { edgeOf } from '../gateway/honest.ts';
import { json } from '../served.ts';
import { Readers, readWhole, said, scheduler, served, someId, standard, Weave } from './weave.ts';

type Instead = (request: IncomingMessage, response: ServerResponse) => boolean;

async function library() {
  const server = await served(new Weave());
  const id = await server.weave.put('what was written');
  await server.weave.attest(id);
  return { server, weave: server.weave, id };
}

/** Has a process read while the gateway does that; what became of it, and what when the gateway is itself again. */
async function readingWhile(instead: (id: string, weave: Weave) => Instead, limits: Partial<DriveLimits> = {}) {
  const { server, weave, id } = await library();
  await using _ = server;
  await using readers = new Readers(server.source, { drive: { limits } });
  const reader = await readers.spawn();
  await reader.says('Count = 1 return 1');
  weave.instead = instead(id, weave);
  const receipt = await reader.process.send({
    tags: { Action: 'Eval' },
    data: `Count = Count + 1 ${readWhole(`/data/${id}`)}`,
  });
  await readers.system.settle();
  const { state, reason } = { reason: undefined, ...reader.process.status };
  weave.instead = () => false;
  if (state === 'failed') await reader.process.restart();
  await readers.system.settle();
  const text = said(await receipt.outcome());
  const count = await reader.says('return Count');
  return { state, reason: String(reason), text, count };
}

const answer =
  (part: string, status: number, body: string): Instead =>
  ({ url = '' }, response) => {
    if (!url.includes(part)) return false;
    response.writeHead(status).end(body);
    return true;
  };

const failures: Readonly<Record<string, (id: string, weave: Weave) => Instead>> = {
  'fails when it is asked to list': () => answer('/graphql', 500, 'oh'),
  'fails when it is asked for data': () => answer('/raw/', 503, 'oh'),
  'answers with a page': () => answer('', 200, '<html>Welcome</html>'),
  'answers with JSON of another shape': () => answer('', 200, '{"data":{"transactions":{"edges":3}}}'),
  'says that it has had enough': () => answer('', 429, ''),
  'gives other data': () => answer('/raw/', 200, 'what was writteN'),
  'gives less data': () => answer('/raw/', 200, 'what'),
  'breaks off': () => (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{');
    response.destroy();
    return true;
  },
};

for (const [what, instead] of Object.entries(failures)) {
  test(`one that ${what}`, async () => {
    const { state, reason, text, count } = await readingWhile(instead);
    assert.is(state, 'failed');
    assert.match(reason, 'drive-unavailable');
    assert.is(text, 'what was written');
    assert.is(count, '2');
  });
}

test('one that says nothing', async () => {
  const { state, reason, text } = await readingWhile(() => () => true, { waitMs: 500 });
  assert.is(state, 'failed');
  assert.match(reason, 'no answer within 500 ms');
  assert.is(text, 'what was written');
});

test('a source of somebody else that gives what is no data', async () => {
  const id = someId();
  for (const wrong of [undefined, 'what was written', 16]) {
    const source = Object.assign(fromFiles({ [id]: new Uint8Array(16) }), { range: async () => wrong as never });
    await using readers = new Readers(source, { drive: { mode: 'test' } });
    const { process } = await readers.spawn();
    await process.send({ tags: { Action: 'Eval' }, data: readWhole(`/data/${id}`) });
    await readers.system.settle();
    assert.match(String({ reason: '', ...process.status }.reason), `Of the data of ${id} came 0 bytes and not 16`);
  }
});

test('one that has not come as far as the message cannot say what there is not', async () => {
  const { server, weave, id } = await library();
  await using _ = server;
  await using readers = new Readers(server.source);
  weave.height = 1_000;
  const [reader, denied] = [await readers.spawn(), await readers.spawn()];
  assert.is(await reader.read(`/data/${id}`), 'what was written');
  const receipt = await denied.process.send({ tags: { Action: 'Eval' }, data: readWhole(`/data/${someId()}`) });
  await readers.system.settle();
  assert.is(denied.process.status.state, 'failed');
  weave.height = 2_000_000;
  await denied.process.restart();
  await readers.system.settle();
  assert.match(said(await receipt.outcome()), /^HALT: FILE NOT FOUND/);
});

test('one that makes up an attestation', async () => {
  const { server, weave } = await library();
  await using _ = server;
  const id = await weave.put('a secret');
  const forger = ed25519Signer(generateEd25519Key());
  const forged = await signItem(attestation(id), forger);
  await using readers = new Readers(server.source);
  const reader = await readers.spawn();
  weave.instead = ({ url = '', method }, response) => {
    if (url !== '/graphql' || method !== 'POST') return false;
    const edge = edgeOf(forged, {
      owner: { address: scheduler.address, key: Buffer.from(scheduler.publicKey).toString('base64url') },
    });
    json(response, { data: { transactions: { pageInfo: { hasNextPage: false }, edges: [edge] } } });
    return true;
  };
  await reader.process.send({ tags: { Action: 'Eval' }, data: readWhole(`/data/${id}`) });
  await readers.system.settle();
  const { status } = reader.process;
  assert.is(status.state, 'failed');
});

test('a gateway that comes back in time is no part of the run', async () => {
  const { server, weave, id } = await library();
  await using _ = server;
  const runs: string[] = [];
  for (const workers of [0, 1]) {
    for (const failing of [0, 2]) {
      await using readers = new Readers(server.source, { system: { workers } });
      const reader = await readers.spawn();
      let left = failing;
      weave.instead = (request, response) => left-- > 0 && answer('', 500, '')(request, response);
      assert.is(await reader.read(`/data/${id}`), 'what was written');
      runs.push(readers.system.trace.digest);
    }
  }
  assert.is(runs.length, 4);
  assert.is(new Set(runs).size, 1);
});

test('others go on, and one that backs off waits before it asks again', async () => {
  const { server, weave, id } = await library();
  await using _ = server;
  for (const workers of [0, 2]) {
    await using readers = new Readers(server.source, { system: { workers } });
    const supervisor = await readers.system.supervise({
      children: [
        {
          module: readers.module,
          spawn: { tags: standard },
          restarts: 10,
          restartWindowMs: 1,
          backOff: { firstMs: 1_000, jitter: 0 },
        },
      ],
    });
    const [process] = supervisor.processes;
    const other = await readers.spawn();
    assert.ok(process);
    await readers.system.settle();
    let left = 3;
    weave.instead = (request, response) => left-- > 0 && answer('', 500, '')(request, response);
    const waits: number[] = [];
    readers.system.trace.subscribe((event) => {
      if (event.type === 'lifecycle' && event.to === 'backingOff') waits.push(1);
    });
    const receipt = await process.send({ tags: { Action: 'Eval' }, data: readWhole(`/data/${id}`) });
    const before = readers.system.now.timestampMs;
    await readers.system.run({ done: () => process.status.state === 'backingOff' });
    assert.is(await other.says('return 2'), '2');
    await readers.system.settle();
    assert.is(said(await receipt.outcome()), 'what was written');
    assert.ok(waits.length > 0);
    assert.ok(readers.system.now.timestampMs >= before + 1_000);
    weave.instead = () => false;
  }
});

test.run();
