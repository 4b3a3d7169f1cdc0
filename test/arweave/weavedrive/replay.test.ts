// A turn that is evaluated again is answered as it was the first time, whatever the gateway says by then.

import { join } from 'node:path';
import { createSystem, memoryStore, type Notes, replay, type Store, wasm } from 'heddle';
import { weaveDrive } from 'heddle/arweave';
import { lmdbStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedModule } from '../../modules/index.ts';
import { emptyFolder } from '../../store/lmdb/folders.ts';
import { closedUrl } from '../served.ts';
import { Readers, said, served, someId, sourceOf, standard, Weave } from './weave.ts';

const dead = sourceOf(await closedUrl());
const aos = publishedModule('aos2_0_6').bytes();

/** A gateway, and what it has. */
async function library() {
  const server = await served(new Weave());
  const { weave } = server;
  const [id, later] = [await weave.put('attested'), await weave.put('attested later')];
  await weave.attest(id);
  const big = new Uint8Array(600_000).map((_, at) => at >> 8);
  const bigId = await weave.put(big);
  await weave.attest(bigId);
  weave.blocks.set(7, { indep_hash: 'h'.repeat(64), height: 7, timestamp: 1, previous_block: 'p'.repeat(64), txs: [] });
  const turns = [
    `F = io.open('/data/${id}') return F:read(3)`,
    `Count = (Count or 0) + 1 return io.open('/data/${later}')`,
    `local f = io.open('/data/${bigId}') f:seek('set', 599000) return f:read(3):byte()`,
    `return io.open('/block/7'):read(20)`,
    `return io.open('/data/${someId()}')`,
    `Count = (Count or 0) + 1 return F:read(3) .. Count`,
  ];
  return { server, weave, id, later, bigId, turns };
}

/** What makes a store, and what opens it then and after it was closed. */
const kinds: Readonly<Record<string, () => () => Store & Notes>> = {
  'memory store': () => {
    const store = memoryStore();
    return () => store;
  },
  'store in a folder': () => {
    const folder = join(emptyFolder(), 'store');
    return () => lmdbStore(folder);
  },
};

for (const [name, stores] of Object.entries(kinds)) {
  test(`in another life of the program on a ${name}, without the gateway`, async () => {
    const { server, turns, weave, later } = await library();
    const open = stores();
    const store = open();
    const first = new Readers(server.source, { drive: { store }, system: { store } });
    const reader = await first.spawn();
    const outcomes = [];
    for (const turn of turns) outcomes.push(await reader.says(turn));
    const { digest } = first.system.trace;
    await first.system.close();
    // Now it says something else, and then nothing.
    await weave.attest(later);
    await server[Symbol.asyncDispose]();
    const reopened = open();
    const second = new Readers(dead, { drive: { store: reopened }, system: { store: reopened } });
    second.system.define(second.module);
    await second.system.open();
    assert.is(second.system.trace.digest, digest);
    const process = second.system.process(reader.process.id);
    const receipt = await process.send({ tags: { Action: 'Eval' }, data: 'return F:read(2) .. Count' });
    await second.system.settle();
    // Every turn was evaluated again: the process has the file open, and is where it was in it.
    assert.is(said(await receipt.outcome()), 'ed1');
    assert.is(process.status.state, 'ready');
    await second.system.close();
  });
}

test('from a recording, without the gateway', async () => {
  const { server, turns } = await library();
  const notes = memoryStore();
  const readers = new Readers(server.source, { drive: { store: notes } });
  const reader = await readers.spawn();
  for (const turn of turns) await reader.says(turn);
  const recording = await readers.system.record();
  await readers.system.close();
  await server[Symbol.asyncDispose]();
  const drive = weaveDrive(dead, { store: notes });
  const { digest } = await replay(recording, { modules: [wasm(aos, { drive })] });
  assert.is(digest, recording.digest);
});

test('without what was kept, a gateway that says something else is found out', async () => {
  const { server, turns, weave, later } = await library();
  const readers = new Readers(server.source);
  const reader = await readers.spawn();
  for (const turn of turns) await reader.says(turn);
  const recording = await readers.system.record();
  await readers.system.close();
  await weave.attest(later);
  const modules = [wasm(aos, { drive: weaveDrive(server.source) })];
  let code: unknown;
  await replay(recording, { modules }).catch((error) => {
    code = error.code;
  });
  assert.is(code, 'divergence');
  await server[Symbol.asyncDispose]();
});

test('files stay open while a process hibernates', async () => {
  const { server, turns, bigId } = await library();
  const run = async (residentBytes: number) => {
    await using readers = new Readers(server.source, { system: { limits: { residentBytes } } });
    let hibernations = 0;
    readers.system.trace.subscribe((event) => {
      if (event.type === 'lifecycle' && event.to === 'hibernated') hibernations++;
    });
    const reader = await readers.spawn();
    const others = await readers.spawn();
    const outcomes = [];
    for (const turn of [
      ...turns,
      `G = io.open('/data/${bigId}') G:seek('set', 300000) return 1`,
      'return G:read(1):byte()',
    ]) {
      outcomes.push(await reader.says(turn));
      await others.says('return 1');
    }
    return { outcomes, hibernations, digest: readers.system.trace.digest };
  };
  const [always, never] = [await run(1), await run(1_000_000_000)];
  assert.ok(always.hibernations > 0);
  assert.is(never.hibernations, 0);
  assert.equal(always.outcomes, never.outcomes);
  assert.is(always.outcomes.at(-1), String((300_000 >> 8) & 0xff));
  assert.is(always.digest, never.digest);
  await server[Symbol.asyncDispose]();
});

test('a process goes on from a checkpoint with what it has open, without the gateway', async () => {
  const { server, turns } = await library();
  const store = memoryStore();
  const options = { drive: { store }, system: { store, limits: { checkpointSlots: 1 } } };
  const first = new Readers(server.source, options);
  const reader = await first.spawn();
  for (const turn of turns) await reader.says(turn);
  const { slot } = store.checkpoint(reader.process.id) ?? { slot: -1 };
  assert.ok(slot > 0);
  await first.system.close();
  await server[Symbol.asyncDispose]();
  const second = new Readers(dead, options);
  second.system.define(second.module);
  await second.system.open();
  const receipt = await second.system
    .process(reader.process.id)
    .send({ tags: { Action: 'Eval' }, data: 'return F:read(2)' });
  await second.system.settle();
  assert.is(said(await receipt.outcome()), 'ed');
  await second.system.close();
});

test('the same for any number of worker threads, prepared or not', async () => {
  const { server, turns, bigId } = await library();
  const digests = new Set<string>();
  const gas = new Set<string>();
  for (const workers of [0, 2]) {
    for (const prepare of ['before', 'off'] as const) {
      await using system = createSystem({ workers, seed: 'workers' });
      const module = wasm(aos, { prepare, drive: weaveDrive(server.source) });
      const processes = [1, 2, 3].map(() => system.spawn(module, { tags: standard }));
      const receipts = [];
      for (const process of await Promise.all(processes)) {
        for (const turn of [...turns, `local f = io.open('/data/${bigId}') return #f:read(f:seek('end'))`]) {
          receipts.push(await process.send({ tags: { Action: 'Eval' }, data: turn }));
        }
      }
      await system.settle();
      assert.is(said(await (receipts.at(-1)?.outcome() ?? Promise.reject(new Error('nothing was sent')))), '600000');
      digests.add(system.trace.digest);
      const used = await Promise.all(receipts.map(async (receipt) => (await receipt.outcome()).gasUsed));
      if (prepare === 'before') gas.add(used.join(' '));
    }
  }
  assert.is(digests.size, 1);
  assert.is(gas.size, 1);
  await server[Symbol.asyncDispose]();
});

test.run();
