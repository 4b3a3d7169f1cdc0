// All of it against a real Arweave node: a module, a process of it with its schedule, and a checkpoint, posted and read back.

import {
  arweaveSigner,
  buildBundle,
  bundleTags,
  checkpointContent,
  type DataItem,
  findCheckpoint,
  gateway,
  generateArweaveKey,
  moduleFromArweave,
  readSchedule,
  signItem,
  signModule,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startArweaveNode } from '../../arweave-node/index.ts';
import { publishedModule } from '../../modules/index.ts';
import { clientTransaction } from '../client.ts';
import { refuses } from '../refuses.ts';
import { environmentOf, evaluate } from './evaluate.ts';
import { assignment, firstHeight, processContent } from './loom.ts';

const key = await generateArweaveKey();
/** Who publishes, owns, schedules and evaluates. The node lists the owners of items that have such keys only. */
const signer = arweaveSigner(key);
const node = await startArweaveNode();
await node.mint(signer.address, 1e15);
const reader = () => gateway({ urls: [node.url], limits: { retries: 0, pageTransactions: 10 } });

async function post(data: Uint8Array, tags: Readonly<Record<string, string>>): Promise<string> {
  const transaction = await clientTransaction(key, { data, tags });
  const response = await fetch(`${node.url}/tx`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(transaction),
  });
  assert.is(response.status, 200, await response.text());
  await node.mine();
  return transaction.id;
}

const bundle = (...items: readonly DataItem[]) =>
  post(buildBundle(items), Object.fromEntries(bundleTags.map(({ name, value }) => [name, value])));

const bytes = publishedModule('aos2_0_6').bytes();
const { item: moduleItem, module } = await signModule(bytes, signer);
const process = await signItem(
  processContent({ Module: moduleItem.id, Scheduler: signer.address, Name: 'loom' }),
  signer,
);
const transaction = await post(new TextEncoder().encode('return "assigned"'), { App: 'test' });
await bundle(moduleItem, process);

const slots = 36;
const transactionSlot = 20;
const assignments: (DataItem & { readonly hashChain: string })[] = [];
const pairs: DataItem[][] = [];
for (let slot = 0; slot < slots; slot++) {
  const data = slot === 1 ? 'n = 0' : `n = n + ${slot} return n`;
  const tags = { 'Data-Protocol': 'ao', Variant: 'ao.TN.1', Type: 'Message', Action: 'Eval' };
  const message = await signItem({ target: process.id, tags, data }, signer);
  const id = slot === 0 ? process.id : slot === transactionSlot ? transaction : message.id;
  const one = await assignment(process.id, slot, id, assignments.at(-1), { signer });
  assignments.push(one);
  pairs.push([one, ...(id === message.id ? [message] : [])]);
}
// As AO's scheduler does, an assignment and its message in a bundle; several of these at once, in another order.
await bundle(...pairs.filter((_, slot) => slot % 2 === 1).flat());
await bundle(...pairs.filter((_, slot) => slot % 2 === 0 && slot < 30).flat());

test('a module is read from a bundle and from a transaction of the base layer', async () => {
  const found = await moduleFromArweave(moduleItem.id, { gateway: reader(), prepare: 'off' });
  assert.equal([found.id, found.owner, found.tags], [moduleItem.id, signer.address, module.tags]);
  await found.load();
  const tags = Object.fromEntries(module.tags.map(({ name, value }) => [name, value]));
  const alone = await post(bytes, tags);
  assert.is((await moduleFromArweave(alone, { gateway: reader() })).id, alone);
});

test('a schedule is read, evaluated, checkpointed, and gone on with from there', async () => {
  const from = reader();
  const schedule = await readSchedule(process.id, { gateway: from });
  const { process: owner } = schedule;
  const aos = await moduleFromArweave(owner.module, { gateway: from });
  const straight = await aos.start(environmentOf(owner, aos));
  let last = -1;
  const reading = (async () => {
    for await (const entry of schedule) {
      last = entry.assignment.slot;
      assert.is(entry.assignment.id, assignments[last]?.id);
      const { output, error } = await evaluate(straight, entry);
      assert.is(error, undefined);
      if (last === 29) assert.match(JSON.stringify(output), String((29 * 30) / 2 - 1 - transactionSlot));
      if (last !== 25) continue;
      const { slot, timestampMs, blockHeight, id, hashChain } = entry.assignment;
      const memory = await aos.memoryOf(await straight.checkpoint());
      const chainEnd = { id, hashChain };
      const state = { process: process.id, module: aos.id, slot, memory, timestampMs, blockHeight, chainEnd };
      await bundle(await signItem(await checkpointContent(state), signer));
    }
  })();
  // Every other one from 30 on is not there yet.
  const error = await refuses(reading, 'schedule-gap');
  assert.equal([last, error.facts.slot], [29, 30]);
  await bundle(...pairs.filter((_, slot) => slot % 2 === 0 && slot >= 30).flat());

  const found = await findCheckpoint(process.id, { gateway: reader(), trusted: [signer.address] });
  if (!found) throw new Error('expected a checkpoint');
  assert.is(found.slot, 25);
  const executor = await aos.start(environmentOf(owner, aos), await aos.checkpointOf(found.memory, found.slot));
  // The node's own heights are lower than those that the assignments say.
  const { blockHeight: _, ...after } = found.after;
  const run = async (on: typeof executor, position: typeof after, upTo: number) => {
    for await (const entry of await readSchedule(process.id, { gateway: reader(), after: position, upTo })) {
      await evaluate(on, entry);
    }
  };
  await run(executor, after, 29);
  assert.is((await executor.state?.())?.digest, (await straight.state?.())?.digest);
  await run(executor, { slot: 29 }, 99);
  await run(straight, { slot: 29 }, 99);
  assert.equal([executor.slot, straight.slot], [slots - 1, slots - 1]);
  assert.is((await executor.state?.())?.digest, (await straight.state?.())?.digest);
  assert.ok(found.blockHeight > firstHeight);
});

test.after(async () => node[Symbol.asyncDispose]());

test.run();
