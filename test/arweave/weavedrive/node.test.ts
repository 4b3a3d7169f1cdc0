// The drive against a real Arweave node: data and attestations are posted and mined, and aos reads them.

import { randomBytes } from 'node:crypto';
import { createSystem, virtualClock, wasm } from 'heddle';
import {
  arweaveSigner,
  attestation,
  buildBundle,
  bundleTags,
  fromGateway,
  gateway,
  generateArweaveKey,
  signItem,
  transactionUploader,
  weaveDrive,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startArweaveNode } from '../../arweave-node/index.ts';
import { publishedModule } from '../../modules/index.ts';
import { clientTransaction } from '../client.ts';
import { Reader, standard } from './weave.ts';

const key = await generateArweaveKey();
const signer = arweaveSigner(key);
const node = await startArweaveNode();
await node.mint(signer.address, 1e15);
const arweave = gateway({ urls: [node.url], limits: { retries: 0 } });

async function post(data: Uint8Array, tags: Readonly<Record<string, string>> = {}): Promise<string> {
  const transaction = await clientTransaction(key, { data, tags });
  const response = await fetch(`${node.url}/tx`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(transaction),
  });
  assert.is(response.status, 200);
  return transaction.id;
}

const attest = (id: string) =>
  post(new TextEncoder().encode('attested'), { 'Data-Protocol': 'ao', Type: 'Attestation', Message: id });

/** A process whose messages are of the block that is mined last. */
async function reading(verify: boolean) {
  const { height } = await arweave.info();
  const system = createSystem({ workers: 0, clock: virtualClock({ startHeight: height }) });
  const drive = weaveDrive(fromGateway(arweave, { verify }));
  const process = await system.spawn(wasm(publishedModule('aos2_0_6').bytes(), { drive }), {
    tags: { ...standard, Scheduler: signer.address },
  });
  return { system, reader: new Reader(process, system) };
}

const text = new TextEncoder().encode('from the weave');
const id = await post(text);
const hidden = await post(text.slice(1));
const large = randomBytes(700_000);
const options = { urls: [node.url], signer, mostWinston: 10n ** 12n, limits: { requests: 1 } };
const { id: largeId } = await transactionUploader(options).upload(large);
await node.mine();
for (const one of [id, largeId]) await attest(one);
await node.mine();

for (const verify of [true, false]) {
  test(`data that is attested, and no other, ${verify ? 'verified' : 'unverified'}`, async () => {
    const { system, reader } = await reading(verify);
    assert.is(await reader.read(`/data/${id}`), 'from the weave');
    assert.match(await reader.read(`/data/${hidden}`), /^HALT: FILE NOT FOUND/);
    await system.close();
  });

  test(`a part of data of several chunks, ${verify ? 'verified' : 'unverified'}`, async () => {
    const { system, reader } = await reading(verify);
    const bytes = `local f = io.open('/data/${largeId}')
      local function at(position) f:seek('set', position) return f:read(1):byte() end
      return f:seek('end') .. ' ' .. at(600000) .. ' ' .. at(3) .. ' ' .. at(262144)`;
    assert.is(await reader.says(bytes), `700000 ${large[600_000]} ${large[3]} ${large[262_144]}`);
    await system.close();
  });
}

test('headers of transactions and blocks', async () => {
  const { system, reader } = await reading(true);
  await reader.says(`json = require('json')
    function whole(path) local f = io.open(path) return json.decode(f:read(f:seek('end'))) end`);
  assert.is(await reader.says(`return whole('/tx/${id}').ownerAddress`), signer.address);
  const { id: block } = await arweave.block(1);
  assert.is(await reader.says(`return whole('/block/1').indep_hash`), block);
  await system.close();
});

test('attestations in a bundle', async () => {
  const late = await post(randomBytes(10));
  const item = await signItem(attestation(late), signer);
  await post(buildBundle([item]), Object.fromEntries(bundleTags.map(({ name, value }) => [name, value])));
  await node.mine();
  const { system, reader } = await reading(true);
  assert.is(await reader.says(`return io.open('/data/${late}'):seek('end')`), '10');
  await system.close();
});

test.after(async () => node[Symbol.asyncDispose]());

test.run();
