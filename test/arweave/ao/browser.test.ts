/** What AO has on Arweave, read where there is no Node. */
import { checkpointContent, ed25519Signer, generateEd25519Key, signItem, signModule } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedModule } from '../../modules/index.ts';
import { serve } from '../served.ts';
import { withoutNode } from '../without-node.ts';
import { firstHeight, loom, processContent } from './loom.ts';

test('modules, schedules and checkpoints are read and written without Node', async () => {
  const unit = ed25519Signer(generateEd25519Key());
  const { item } = await signModule(publishedModule('aos2_0_4_32').bytes(), unit);
  const { item: wide } = await signModule(publishedModule('aos2_0_6').bytes(), unit);
  const { archive, process, assignments } = await loom({ slots: 9, process: processContent({ Module: item.id }) });
  const { id = '', hashChain = '' } = assignments[4] ?? {};
  const memory = new Uint8Array(1_000_000).fill(7, 0, 500_000);
  const state = { process: process.id, module: item.id, slot: 4, memory, timestampMs: 1, blockHeight: firstHeight };
  const content = await checkpointContent({ ...state, chainEnd: { id, hashChain } });
  archive.add(firstHeight, item, wide, await signItem(content, unit));
  await using server = await serve(archive.handler());
  const program = `
    import * as a from 'heddle/arweave';
    const gateway = a.gateway({ urls: ['${server.url}'], limits: { retries: 0 } });
    const schedule = await a.readSchedule('${process.id}', { gateway });
    const slots = [];
    for await (const { assignment } of schedule) slots.push(assignment.slot);
    const module = await a.moduleFromArweave(schedule.process.module, { gateway, prepare: 'off' });
    await module.load();
    const { memory, ...found } = await a.findCheckpoint('${process.id}', { gateway, trusted: ['${unit.address}'] });
    const rest = [];
    for await (const { assignment } of await a.readSchedule('${process.id}', { gateway, after: found.after })) {
      rest.push(assignment.slot);
    }
    const again = await a.checkpointContent({ ...found, memory });
    // One with a 64-bit memory, which this host has not got, is signed all the same.
    const wide = await a.moduleFromArweave('${wide.id}', { gateway });
    const code = await wide.load().catch(({ code }) => code);
    const { data } = await gateway.item('${wide.id}');
    const signed = await a.signModule(data, a.ed25519Signer(a.generateEd25519Key()));
    const digest = (tags) => tags.find(({ name }) => name === 'SHA-256').value;
    console.log(JSON.stringify([slots, module.id, memory.length, rest, digest(again.tags), code, signed.item.data.length]));
    process.exit();`;
  const digest = (content.tags as readonly { name: string; value: string }[]).find(({ name }) => name === 'SHA-256');
  assert.equal(JSON.parse(await withoutNode(program)), [
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
    item.id,
    1_000_000,
    [5, 6, 7, 8],
    digest?.value,
    'memory64-unavailable',
    wide.data.length,
  ]);
});

test.run();
