// Modules that were published on Arweave, and how they are published.

import { createSystem, memoryStore, tagValue, wasm } from 'heddle';
import {
  arweaveSigner,
  defaultModuleLimits,
  ed25519Signer,
  generateArweaveKey,
  generateEd25519Key,
  moduleFromArweave,
  signItem,
  signModule,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allowanceOf } from '../../../lib/compute/wasm/allowance.ts';
import { formatNames } from '../../../lib/compute/wasm/formats.ts';
import { defaultLimits } from '../../../lib/core/limits.ts';
import { publishedModule } from '../../modules/index.ts';
import { clientTransaction } from '../client.ts';
import { refuses } from '../refuses.ts';
import { Archive } from './archive.ts';

const bytes = publishedModule('aos2_0_6').bytes();
const signer = ed25519Signer(generateEd25519Key());
const standard = Object.fromEntries(wasm(bytes).tags.map(({ name, value }) => [name, value]));

test('a module that is signed is tagged as AO takes it, and has the id of its item', async () => {
  const { item, module } = await signModule(bytes, signer, { tags: { 'Memory-Limit': '512-mb', Name: 'aos' } });
  await verifyItem(item);
  assert.ok(Buffer.from(item.data).equals(bytes));
  assert.equal(item.tags, [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: 'Module' },
    { name: 'Module-Format', value: 'wasm64-unknown-emscripten-draft_2024_02_15' },
    { name: 'Input-Encoding', value: 'JSON-1' },
    { name: 'Output-Encoding', value: 'JSON-1' },
    { name: 'Compute-Limit', value: '9000000000000' },
    { name: 'Content-Type', value: 'application/wasm' },
    { name: 'Memory-Limit', value: '512-mb' },
    { name: 'Name', value: 'aos' },
  ]);
  assert.equal([module.id, module.owner, module.tags], [item.id, signer.address, item.tags]);
  await module.load();
});

test('an Ed25519 key gives the same item each time', async () => {
  const ids = await Promise.all([1, 2].map(async () => (await signModule(bytes, signer)).item.id));
  assert.is(ids[0], ids[1]);
  const other = await signModule(bytes, arweaveSigner(await generateArweaveKey()));
  assert.is(other.module.id, other.item.id);
});

test('what would not run, or not be taken, is not signed', async () => {
  await refuses(signModule(new Uint8Array(5), signer), 'module-invalid');
  await refuses(signModule(bytes.subarray(0, 50_000), signer), 'module-invalid');
  await refuses(
    signModule(bytes, signer, { tags: { 'Module-Format': 'wasm32-unknown-emscripten' } }),
    'module-format-unsupported',
  );
  await refuses(signModule(bytes, signer, { tags: { 'Memory-Limit': 'much' } }), 'module-tags-invalid');
  await refuses(signModule(bytes, signer, { tags: { Extension: 'Telepathy' } }), 'module-tags-invalid');
  await refuses(signModule(bytes, signer, { tags: { Type: 'Process' } }), 'module-tags-invalid');
});

test('a module is fetched by its id, as an item and as a transaction, and runs', async () => {
  const { item } = await signModule(bytes, signer);
  const key = await generateArweaveKey();
  const transaction = await clientTransaction(key, { data: bytes, tags: standard });
  const archive = new Archive();
  archive.add(5, item);
  archive.addTransaction(5, transaction);
  for (const [id, owner] of [
    [item.id, signer.address],
    [transaction.id, arweaveSigner(key).address],
  ] as const) {
    const module = await moduleFromArweave(id, { gateway: archive.gateway(), prepare: 'off' });
    assert.equal([module.id, module.owner], [id, owner]);
    assert.equal(
      module.tags,
      Object.entries(standard).map(([name, value]) => ({ name, value })),
    );
    await module.load();
  }
});

test('processes of a system are of the module that others can fetch', async () => {
  const { item, module: own } = await signModule(bytes, signer);
  const archive = new Archive();
  archive.add(5, item);
  const digests: string[] = [];
  for (const module of [own, await moduleFromArweave(item.id, { gateway: archive.gateway() })]) {
    await using system = createSystem({ workers: 0 });
    const process = await system.spawn(module);
    assert.is(tagValue(process.tags, 'Module'), item.id);
    const receipt = await process.send({ tags: { Action: 'Eval' }, data: 'return 6 * 7' });
    await system.settle();
    const { output } = await receipt.outcome();
    assert.match(JSON.stringify(output), '"data":"42"');
    digests.push(system.trace.digest);
  }
  assert.is(digests[0], digests[1]);
});

test('with a store it is fetched once, also by another program, and verified each time', async () => {
  const { item } = await signModule(bytes, signer);
  const transaction = await clientTransaction(await generateArweaveKey(), { data: bytes, tags: standard });
  const archive = new Archive();
  archive.add(5, item);
  archive.addTransaction(5, transaction);
  for (const id of [item.id, transaction.id]) {
    const store = memoryStore();
    assert.is((await moduleFromArweave(id, { gateway: archive.gateway(), store })).id, id);
    archive.asked.length = 0;
    const again = await moduleFromArweave(id, { gateway: archive.gateway(), store, prepare: 'off' });
    await again.load();
    assert.equal(archive.asked, []);
    for (const at of [0, 3, 700, 1_500, bytes.length]) {
      const damaged = {
        putNote: () => {},
        note: (key: string) => store.note(key)?.map((byte, place) => (place === at ? byte ^ 1 : byte)),
      };
      archive.asked.length = 0;
      assert.is((await moduleFromArweave(id, { gateway: archive.gateway(), store: damaged })).id, id);
      assert.ok(archive.asked.length > 0, `a note with another byte ${at}`);
    }
    for (const end of [0, 1, 100, -bytes.length, -1]) {
      const cut = { putNote: () => {}, note: (key: string) => store.note(key)?.slice(0, end) };
      const module = await moduleFromArweave(id, { gateway: archive.gateway(), store: cut, prepare: 'off' });
      await module.load();
    }
  }
});

test('what gateways give instead is refused', async () => {
  const { item } = await signModule(bytes, signer);
  const archive = new Archive();
  archive.add(5, item);
  const lies = {
    raw: (path: string, found: Uint8Array | undefined) => (path.startsWith('/raw') ? bytes.slice(1) : found),
  };
  await refuses(moduleFromArweave(item.id, { gateway: archive.gateway(lies) }), 'response-unverified');
  await refuses(
    moduleFromArweave(item.id, { gateway: archive.gateway({}, { dataBytes: 1_000 }) }),
    'response-over-limit',
  );
  await refuses(moduleFromArweave('A'.repeat(43), { gateway: archive.gateway() }), 'gateway-not-found');
  await refuses(moduleFromArweave('A', { gateway: archive.gateway() }), 'id-invalid');
  const signal = AbortSignal.abort();
  await refuses(moduleFromArweave(item.id, { gateway: archive.gateway(), signal }), 'request-aborted');
});

async function fetched(tags: Readonly<Record<string, string | readonly string[]>>, options: object = {}) {
  const item = await signItem({ data: bytes, tags }, signer);
  const archive = new Archive();
  archive.add(5, item);
  return moduleFromArweave(item.id, { gateway: archive.gateway(), ...options });
}

test("what AO's compute unit would refuse is refused, for each of its tags", async () => {
  const without = (name: string) => Object.fromEntries(Object.entries(standard).filter(([one]) => one !== name));
  for (const name of ['Data-Protocol', 'Type', 'Input-Encoding', 'Output-Encoding', 'Memory-Limit', 'Compute-Limit']) {
    await refuses(fetched(without(name)), 'module-tags-invalid');
  }
  for (const name of ['Variant', 'Content-Type']) await fetched(without(name));
  await refuses(fetched(without('Module-Format')), 'module-format-unsupported');
  await refuses(fetched({ ...standard, 'Module-Format': 'wasm128' }), 'module-format-unsupported');
  for (const tags of [
    { Type: 'Message' },
    { Type: 'module' },
    { 'Data-Protocol': 'other' },
    { 'Memory-Limit': 'gb' },
    { 'Compute-Limit': 'much' },
    { Extension: ['WeaveDrive', 'Other'] },
  ]) {
    await refuses(fetched({ ...standard, ...tags }), 'module-tags-invalid');
  }
  for (const tags of [
    { 'Module-Format': formatNames },
    { Extension: 'WeaveDrive' },
    { 'Data-Protocol': ['x', 'ao'] },
  ]) {
    await fetched({ ...standard, ...tags });
  }
  assert.is(formatNames.length, 7);
});

test('sizes as AO writes them, and how large they may be', async () => {
  for (const [size, expected] of [
    ['1-gb', 1_073_741_824],
    ['500-mb', 524_288_000],
    ['4096-b', 4_096],
    ['1.5-KB', 1_536],
  ] as const) {
    const module = await fetched({ ...standard, 'Memory-Limit': size });
    const process = { id: module.id, owner: '', tags: [] };
    const environment = { process, module, limits: defaultLimits, supervisor: '', past: () => [] };
    assert.is(allowanceOf(environment).memoryBytes, expected);
  }
  const large = { ...standard, 'Memory-Limit': '8-gb', 'Compute-Limit': '9000000000001' };
  const error = await refuses(fetched(large), 'module-over-limit');
  assert.is(error.facts.limit, 'memoryLimitBytes');
  const { memoryLimitBytes, computeLimit } = defaultModuleLimits;
  const more = { memoryLimitBytes: 8 * memoryLimitBytes };
  await refuses(fetched(large, { limits: more }), 'module-over-limit');
  await fetched(large, { limits: { ...more, computeLimit: computeLimit + 1 } });
  await refuses(fetched(standard, { limits: { memory: 1 } }), 'option-invalid');
});

test('what is wrong with the bytes themselves is said when they are loaded', async () => {
  const item = await signItem({ data: 'no module', tags: standard }, signer);
  const archive = new Archive();
  archive.add(5, item);
  const module = await moduleFromArweave(item.id, { gateway: archive.gateway() });
  await refuses((async () => module.load())(), 'module-invalid');
});

test.run();
