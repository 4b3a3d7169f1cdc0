// States that were published as checkpoints: those of AO's compute unit, by tags and data.

import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type CheckpointSource,
  checkpointContent,
  type DataItem,
  ed25519Signer,
  type FindCheckpointOptions,
  findCheckpoint,
  generateEd25519Key,
  type ItemContent,
  readSchedule,
  type SkippedCheckpoint,
  signItem,
  signModule,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedModule } from '../../modules/index.ts';
import { refuses } from '../refuses.ts';
import { Archive, type Lies } from './archive.ts';
import { environmentOf, evaluate } from './evaluate.ts';
import { firstHeight, loom, messageContent, processContent, stranger } from './loom.ts';

const unit = ed25519Signer(generateEd25519Key());
const process = `${'P'.repeat(42)}A`;
const module = `${'M'.repeat(42)}A`;
const chainEnd = { id: `${'I'.repeat(42)}A`, hashChain: `${'H'.repeat(42)}A` };

const memoryOf = (slot: number) => {
  const memory = new Uint8Array(300_000);
  memory.fill(slot, 1_000, 200_000);
  return memory;
};

const source = (slot: number, more: Partial<CheckpointSource> = {}): CheckpointSource => ({
  process,
  module,
  slot,
  memory: memoryOf(slot),
  timestampMs: 1_750_000_000_000 + slot,
  blockHeight: firstHeight + slot,
  chainEnd,
  ...more,
});

const content = async (slot: number, tags: Readonly<Record<string, string>> = {}, data?: Uint8Array) => {
  const made = await checkpointContent(source(slot));
  const all = Object.fromEntries(
    (made.tags as readonly { name: string; value: string }[]).map((tag) => [tag.name, tag.value]),
  );
  return { tags: { ...all, ...tags }, data: data ?? made.data } as ItemContent;
};

const publish = async (slot: number, tags = {}, data?: Uint8Array) => signItem(await content(slot, tags, data), unit);

const archiveOf = (...items: readonly DataItem[]) => {
  const archive = new Archive();
  // Not in the order of their slots.
  for (const [at, item] of items.entries()) archive.add(firstHeight + ((at * 7) % 5), item);
  return archive;
};

async function find(archive: Archive, options: Partial<FindCheckpointOptions> = {}, lies: Lies = {}) {
  const skipped: SkippedCheckpoint[] = [];
  const found = await findCheckpoint(process, {
    gateway: archive.gateway(lies, { pageTransactions: 3 }),
    trusted: [unit.address],
    onSkipped: (one) => skipped.push(one),
    ...options,
  });
  return { found, skipped: skipped.map(({ slot, error }) => `${slot} ${error.code}`) };
}

test("a checkpoint has AO's tags, in its order, and the memory as gzip", async () => {
  const { tags, data } = await checkpointContent(source(7, { epoch: 2, unit: 'loom' }));
  const memory = memoryOf(7);
  assert.equal(
    (tags as readonly { name: string; value: string }[]).map(({ name, value }) => `${name}=${value}`),
    [
      'Data-Protocol=ao',
      'Variant=ao.TN.1',
      'Type=Checkpoint',
      `Module=${module}`,
      `Process=${process}`,
      'Nonce=7',
      'Timestamp=1750000000007',
      'Block-Height=1500007',
      'Content-Type=application/octet-stream',
      `SHA-256=${createHash('sha256').update(memory).digest('hex')}`,
      'Content-Encoding=gzip',
      'Unit-Identifier=loom',
      'Ordinate=7',
      `Assignment=${chainEnd.id}`,
      `Hash-Chain=${chainEnd.hashChain}`,
      'Epoch=2',
    ],
  );
  assert.ok(gunzipSync(data as Uint8Array).equals(memory));
  const { chainEnd: _, ...bare } = source(0);
  const names = ((await checkpointContent(bare)).tags as readonly { name: string }[]).map(({ name }) => name);
  assert.equal(names.slice(-3), ['Content-Encoding', 'Unit-Identifier', 'Ordinate']);
});

test('what is no state is not published', async () => {
  await refuses(checkpointContent(source(1, { process: 'x' })), 'id-invalid');
  await refuses(checkpointContent(source(1, { module: '' })), 'id-invalid');
  await refuses(checkpointContent(source(1, { chainEnd: { id: 'x', hashChain: 'y' } })), 'id-invalid');
  await refuses(checkpointContent(source(-1)), 'option-invalid');
  await refuses(checkpointContent(source(1, { timestampMs: 0.5 })), 'option-invalid');
  await refuses(checkpointContent(source(1, { memory: 'memory' as never })), 'option-invalid');
});

test('the one of the latest slot that is trusted is found, and all that it says', async () => {
  const items = await Promise.all([3, 9, 5, 1, 7].map((slot) => publish(slot)));
  const theirs = await signItem(await content(20), stranger);
  const archive = archiveOf(...items, theirs);
  const { found, skipped } = await find(archive);
  assert.equal(found, {
    id: items[1]?.id,
    owner: unit.address,
    process,
    module,
    slot: 9,
    memory: memoryOf(9),
    timestampMs: 1_750_000_000_009,
    blockHeight: firstHeight + 9,
    epoch: 0,
    cronInterval: null,
    after: { slot: 9, chainEnd, blockHeight: firstHeight + 9 },
  });
  assert.equal(skipped, []);
  assert.is((await find(archive, { upTo: 8 })).found?.slot, 7);
  assert.is((await find(archive, { upTo: 0 })).found, undefined);
  assert.is((await find(archive, { trusted: [unit.address, stranger.address] })).found?.slot, 20);
});

test('with nobody trusted, nothing is used, and nothing asked for', async () => {
  const archive = archiveOf(await publish(3));
  assert.is((await find(archive, { trusted: [] })).found, undefined);
  assert.equal(archive.asked, []);
  assert.is((await find(archive, { trusted: [stranger.address] })).found, undefined);
});

test('one after a cron says so, and not where its assignment may be found', async () => {
  const bare = await content(4, { 'Cron-Interval': '10-minutes' });
  const { Assignment: _, ...tags } = bare.tags as Readonly<Record<string, string>>;
  const { found } = await find(archiveOf(await signItem({ ...bare, tags }, unit)));
  assert.equal([found?.cronInterval, found?.after], ['10-minutes', { slot: 4 }]);
});

const raw = memoryOf(9);
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
const packed = new Uint8Array(gzipSync(raw));
const damages: Readonly<Record<string, readonly [tags: Readonly<Record<string, string>>, data?: Uint8Array]>> = {
  'of another memory': [{}, new Uint8Array(gzipSync(memoryOf(8)))],
  'with another digest': [{ 'SHA-256': '0'.repeat(64) }],
  'with what is no digest': [{ 'SHA-256': 'none' }],
  'that is cut off': [{}, packed.slice(0, -9)],
  'that is cut off at its end': [{}, packed.slice(0, -1)],
  'with nothing in it': [{}, new Uint8Array(0)],
  'that is not compressed': [{}, raw],
  'with another byte': [{}, flipped(packed, packed.length - 6)],
  'with another head': [{}, flipped(packed, 0)],
  'with more behind it': [{}, new Uint8Array(Buffer.concat([packed, randomBytes(10)]))],
  'of another compression': [{ 'Content-Encoding': 'br' }],
  'of a module that is none': [{ Module: 'aos' }],
  'with a time that is none': [{ Timestamp: 'now' }],
  'with a height that is none': [{ 'Block-Height': '-1' }],
  'with an assignment that is none': [{ Assignment: 'x' }],
  'of an epoch that is none': [{ Epoch: '1.5' }],
  // Of 1.2 GB.
  'that is a bomb': [
    {},
    new Uint8Array(Buffer.concat(Array(20).fill(gzipSync(new Uint8Array(60_000_000), { level: 9 })))),
  ],
};

for (const [what, [tags, data]] of Object.entries(damages)) {
  test(`one ${what} is passed over for an older one`, async () => {
    const archive = archiveOf(await publish(5), await publish(9, tags, data));
    const { found, skipped } = await find(archive);
    assert.equal([found?.slot, skipped], [5, ['9 checkpoint-invalid']]);
  });
}

test('a bomb takes no memory', async () => {
  const archive = archiveOf(await publish(9, {}, damages['that is a bomb']?.[1]));
  const { arrayBuffers: before } = globalThis.process.memoryUsage();
  let [most, looks] = [0, 0];
  const watch = setInterval(() => {
    looks++;
    most = Math.max(most, globalThis.process.memoryUsage().arrayBuffers - before);
  }, 5);
  const { found } = await find(archive, { limits: { memoryBytes: 800_000_000 } });
  clearInterval(watch);
  assert.is(found, undefined);
  assert.ok(looks > 0);
  // What others have left may be collected meanwhile.
  assert.ok(most < 400_000_000, `${most} bytes`);
});

test('a memory that is as large as it may be, and one byte larger', async () => {
  const archive = archiveOf(await publish(9));
  assert.is((await find(archive, { limits: { memoryBytes: 300_000 } })).found?.slot, 9);
  assert.is((await find(archive, { limits: { memoryBytes: 299_999 } })).found, undefined);
});

test('one that cannot be read is passed over too, but if all are out of reach for a while that is said', async () => {
  const [old, young] = [await publish(5), await publish(9)];
  const archive = archiveOf(old, young);
  const lies: Lies = { raw: (path, bytes) => (path === `/raw/${young.id}` ? Uint8Array.of(1) : bytes) };
  assert.equal((await find(archive, {}, lies)).skipped, ['9 response-unverified']);
  const missing: Lies = { raw: (path, bytes) => (path === `/raw/${young.id}` ? undefined : bytes) };
  assert.equal((await find(archive, {}, missing)).found?.slot, 5);
  const down = (id: string): Lies => ({
    raw: (path, bytes) => {
      if (path === `/raw/${id}`) throw new TypeError('connection reset');
      return bytes;
    },
  });
  const { found, skipped } = await find(archive, {}, down(young.id));
  assert.equal([found?.slot, skipped], [5, ['9 gateway-unreachable']]);
  await refuses(find(archiveOf(young), {}, down(young.id)), 'gateway-unreachable');
  await refuses(find(archive, { signal: AbortSignal.abort() }), 'request-aborted');
});

test('what gateways list is not believed', async () => {
  const [old, forged] = [await publish(5), await signItem(await content(50), stranger)];
  const other = await signItem(await content(40, { Process: module }), unit);
  const odd = await publish(45, { Type: 'Message' });
  const archive = archiveOf(old, forged, other, odd, await publish(3));
  const lies: Lies = {
    edges: (edges, asked) => {
      if (!asked.tags) return edges;
      const [edge] = edges;
      if (!edge) return edges;
      const as = ({ id }: DataItem, slot: number) => ({
        ...edge,
        node: {
          ...edge.node,
          id,
          tags: edge.node.tags.map((tag) => (tag.name === 'Nonce' ? { ...tag, value: String(slot) } : tag)),
        },
      });
      const rest = edges.filter(({ node }) => node.id !== old.id);
      return [as(forged, 50), as(odd, 45), as(other, 40), as(old, 30), as({ id: module } as DataItem, 20), ...rest];
    },
  };
  const { found, skipped } = await find(archive, { limits: { tries: 6 } }, lies);
  const invalid = [50, 45, 40, 30].map((slot) => `${slot} checkpoint-invalid`);
  assert.equal([found?.slot, skipped], [3, [...invalid, '20 gateway-not-found']]);
});

test('what is too large is not unpacked to its end', async () => {
  const endless = Buffer.concat([gzipSync(new Uint8Array(5_000_000)), randomBytes(100)]);
  const errors: string[] = [];
  const archive = archiveOf(await publish(9, {}, new Uint8Array(endless)));
  const onSkipped = ({ error }: SkippedCheckpoint) => errors.push(error.message);
  await find(archive, { onSkipped, limits: { memoryBytes: 1_000_000 } });
  assert.match(errors[0] ?? '', 'has more than 1000000 bytes');
});

test('no more are listed and tried than the limits say', async () => {
  const items = await Promise.all([1, 2, 3, 4, 5, 6].map((slot) => publish(slot, { 'SHA-256': '0'.repeat(64) })));
  const archive = archiveOf(...items, await publish(0));
  assert.is((await find(archive, { limits: { tries: 7 } })).found?.slot, 0);
  const { found, skipped } = await find(archive, { limits: { tries: 3 } });
  assert.equal([found, skipped.length], [undefined, 3]);
  assert.is((await find(archive, { limits: { listed: 2 } })).skipped.length, 2);
  await refuses(find(archive, { limits: { listed: -1 } }), 'option-invalid');
  await refuses(find(archive, { upTo: -1 }), 'option-invalid');
  await refuses(find(archive, { trusted: unit.address as never }), 'option-invalid');
  await refuses(find(archive, { gateway: 'https://arweave.net' as never }), 'option-invalid');
  await refuses(findCheckpoint('x', { gateway: archive.gateway(), trusted: [unit.address] }), 'id-invalid');
});

test('a process of aos goes on from a checkpoint as it would have without', async () => {
  const { module } = await signModule(publishedModule('aos2_0_6').bytes(), unit);
  const lines = [
    'x = 1',
    'x = x + 41',
    'return x',
    'y = {} for i = 1, 1000 do y[i] = i * x end',
    'return #y + y[10]',
    'return x',
  ];
  const message = (slot: number, target: string) => ({
    ...messageContent(slot, target),
    tags: { 'Data-Protocol': 'ao', Variant: 'ao.TN.1', Type: 'Message', Action: 'Eval' },
    data: lines[slot - 1] ?? '',
  });
  const published = await loom({ slots: 7, message, process: processContent({ Module: module.id, Name: 'loom' }) });
  const { archive } = published;
  const gateway = archive.gateway();
  const schedule = await readSchedule(published.process.id, { gateway });
  const straight = await module.start(environmentOf(schedule.process, module));
  const outputs: string[] = [];
  for await (const entry of schedule) {
    const { output } = await evaluate(straight, entry);
    outputs.push(JSON.stringify(output));
    if (entry.assignment.slot !== 4) continue;
    const { process, slot, timestampMs, blockHeight, id, hashChain } = entry.assignment;
    const memory = await module.memoryOf(await straight.checkpoint());
    const state = { process, module: module.id, slot, memory, timestampMs, blockHeight, chainEnd: { id, hashChain } };
    archive.add(firstHeight, await signItem(await checkpointContent(state), unit));
  }
  assert.match(outputs[5] ?? '', '1420');

  const found = await findCheckpoint(published.process.id, { gateway, trusted: [unit.address] });
  if (!found) throw new Error('expected a checkpoint');
  assert.equal([found.slot, found.module], [4, module.id]);
  const restored = await module.start(
    environmentOf(schedule.process, module),
    await module.checkpointOf(found.memory, found.slot),
  );
  const rest: string[] = [];
  for await (const entry of await readSchedule(published.process.id, { gateway, after: found.after })) {
    rest.push(JSON.stringify((await evaluate(restored, entry)).output));
  }
  assert.equal(rest, outputs.slice(5));
  const [expected, is] = [await straight.state?.(), await restored.state?.()];
  assert.ok(expected);
  assert.is(is?.digest, expected.digest);
  assert.is(restored.slot, 6);
});

test.run();
