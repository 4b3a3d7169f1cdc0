// Processes that come back from a real Arweave node alone.

import { createSystem, type ProcessHandle, type SystemOptions, wasm } from 'heddle';
import {
  arweaveSigner,
  assignmentItem,
  checkpointContent,
  type DataItem,
  ed25519Signer,
  gateway,
  generateArweaveKey,
  messageItem,
  restore,
  signCheckpoint,
  signItem,
  signModule,
  transactionUploader,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../aos/aos.ts';
import { startArweaveNode } from '../../arweave-node/index.ts';
import { adder, forwarder } from '../../fixtures/system/behaviors.ts';
import { refusal } from '../../fixtures/system/refusal.ts';
import { publishedModule } from '../../modules/index.ts';
import { knownEd25519Keys } from '../known-keys.ts';

const [signer, stranger] = [ed25519Signer(knownEd25519Keys[0]), ed25519Signer(knownEd25519Keys[1])];
const wallet = arweaveSigner(await generateArweaveKey());
const node = await startArweaveNode();
await node.mint(wallet.address, 1e15);
const uploader = transactionUploader({
  urls: [node.url],
  signer: wallet,
  mostWinston: 10n ** 13n,
  limits: { requests: 1 },
});
const arweave = () => gateway({ urls: [node.url], limits: { retries: 0 } });
const bytes = publishedModule('aos2_0_6').bytes();
const { item: moduleItem, module: aos } = await signModule(bytes, signer);
await upload([moduleItem]);

async function upload(items: readonly DataItem[]): Promise<void> {
  await uploader.uploadBundle(items);
  await node.mine();
}

const systemOf = (options: SystemOptions = {}) => createSystem({ seed: 'elsewhere', ...options });

/** What a publisher writes of a process, from a slot on. */
async function publish(process: ProcessHandle, from = 0): Promise<void> {
  const items: DataItem[] = [];
  for (const assignment of (await process.schedule()).slice(from)) {
    items.push(messageItem(assignment.message, signer), assignmentItem(assignment, signer));
  }
  await upload(items);
}

/** An aos process that counts what it hears, from outside, from another process, by its name. */
async function counter(seed: string) {
  const system = createSystem({ seed, signer, modules: [aos, forwarder] });
  const process = await system.spawn(aos, { name: 'counter', tags: { Colour: 'red' } });
  const sender = await system.spawn(forwarder);
  await system.register('counter', process);
  await evaluate(
    process,
    `Count = 0 Seen = {} Handlers.add('count', 'Count', function(msg)
    Count = Count + tonumber(msg.Data)
    table.insert(Seen, table.concat({ msg.Id, msg.From, msg.Target, tostring(msg.Anchor), tostring(msg.Timestamp), msg['Hash-Chain'] }, ' '))
    msg.reply({ Data = tostring(Count) })
  end)`,
  );
  for (let sent = 1; sent <= 5; sent++) {
    await process.send({ tags: { Action: 'Count' }, data: String(sent) });
    await sender.send({ data: '10', tags: { Path: 'counter' } });
    await system.settle();
    await system.advance(60_000);
  }
  return { system, process };
}

test('an aos process comes back with its module, in the same state, and goes on', async () => {
  const { system, process } = await counter('one');
  await publish(process);
  const slots: number[] = [];
  const next = systemOf({ signer });
  const again = await restore(next, process.id, {
    gateway: arweave(),
    onProgress: (slot) => slots.push(slot),
    takeOver: true,
  });
  assert.is((await again.state()).digest, (await process.state()).digest);
  assert.equal(await again.schedule(), (await process.schedule()).map(unnamed(process.id)));
  assert.is(slots.at(-1), process.status.slots - 1);
  await process.send({ tags: { Action: 'Count' }, data: '7' });
  await again.send({ tags: { Action: 'Count' }, data: '7' });
  assert.equal([await evaluate(again, 'return Count'), await evaluate(process, 'return Count')], ['22', '22']);
  await Promise.all([system.close(), next.close()]);
});

test('it goes on from a checkpoint of somebody who is trusted', async () => {
  const { system, process } = await counter('two');
  await publish(process);
  const slot = process.status.slots - 1;
  await upload([await signCheckpoint(process, aos, stranger)]);
  assert.is((await refusal(() => signCheckpoint(process, wasm(bytes), stranger))).code, 'option-invalid');
  await process.send({ tags: { Action: 'Count' }, data: '1000' });
  await system.settle();
  await publish(process, slot + 1);
  // One that is trusted and of a later slot, but no memory of this module.
  const { end } = await process.checkpoint();
  const state = { ...end, module: aos.id, memory: new Uint8Array(10), chainEnd: end };
  await upload([await signItem(await checkpointContent(state), stranger)]);
  const skipped: unknown[] = [];
  const from = async (trusted: readonly string[]) => {
    const next = systemOf();
    const slots: number[] = [];
    const again = await restore(next, process.id, {
      gateway: arweave(),
      trusted,
      onProgress: (slot) => slots.push(slot),
      onSkipped: ({ slot, error }) => skipped.push([slot, error.code]),
    });
    assert.is((await again.state()).digest, (await process.state()).digest);
    return (await again.schedule())[0]?.slot;
  };
  assert.equal([await from([stranger.address]), await from([]), await from([signer.address])], [slot + 1, 0, 0]);
  assert.equal(skipped, [[end.slot, 'checkpoint-invalid']]);
  await system.close();
});

test('what has come since is read when it is restored again', async () => {
  const { system, process } = await counter('three');
  await publish(process);
  const next = systemOf();
  const options = { gateway: arweave() };
  const again = await restore(next, process.id, options);
  const { slots } = again.status;
  await process.send({ tags: { Action: 'Count' }, data: '100' });
  await system.settle();
  await publish(process, slots);
  assert.is((await restore(next, process.id, options)).status.slots, slots + 1);
  assert.is((await again.state()).digest, (await process.state()).digest);
  assert.is((await refusal(() => restore(system, process.id, options))).code, 'process-duplicate');
  await system.close();
});

test('of a schedule with a gap, what is before it is there', async () => {
  const system = createSystem({ seed: 'gap', signer, modules: [adder] });
  const process = await system.spawn(adder);
  for (let sent = 1; sent <= 6; sent++) await process.send({ data: String(sent) });
  await system.settle();
  const schedule = await process.schedule();
  const items = schedule.flatMap((one) => [messageItem(one.message, signer), assignmentItem(one, signer)]);
  const { id: missing } = assignmentItem(schedule[4] as (typeof schedule)[0], signer);
  await upload(items.filter(({ id }) => id !== missing));
  const next = systemOf();
  const options = { gateway: arweave(), modules: [adder] };
  const { code, facts } = await refusal(() => restore(next, process.id, options));
  assert.equal([code, facts.slot], ['schedule-gap', 4]);
  const again = next.process(process.id);
  assert.is((await again.dryRun({ data: '0' })).messages[0]?.data, '6');
  await upload(items.filter(({ id }) => id === missing));
  assert.is((await restore(next, process.id, options)).status.slots, 7);
  assert.is((await again.dryRun({ data: '0' })).messages[0]?.data, '21');
});

test('what cannot be restored is refused', async () => {
  const system = createSystem({ seed: 'cron', signer, modules: [adder] });
  const ticking = await system.spawn(adder, { tags: { 'Cron-Interval': '1-second' } });
  const plain = await system.spawn(adder);
  await system.settle();
  await publish(ticking);
  await publish(plain);
  const refused = async (id: string, options = {}) =>
    (
      await refusal(() =>
        restore(systemOf({ signer: stranger }), id, { gateway: arweave(), modules: [adder], ...options }),
      )
    ).code;
  assert.is(await refused(ticking.id), 'cron-unsupported');
  assert.is(await refused(plain.id, { modules: [] }), 'gateway-not-found');
  assert.is(await refused(plain.id, { takeOver: true }), 'process-elsewhere');
  assert.is(await refused(moduleItem.id), 'process-invalid');
  assert.is(await refused('x'), 'id-invalid');
});

test.after(async () => {
  await node[Symbol.asyncDispose]();
});

/** An item says nothing of a name that it was sent to. */
const unnamed =
  (id: string) =>
  <T extends { readonly message: { readonly target: string } }>(one: T): T => ({
    ...one,
    message: { ...one.message, target: one.message.target === 'counter' ? id : one.message.target },
  });

test.run();
