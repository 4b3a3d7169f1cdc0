// What a restore leaves behind when it ends half way, and what another one makes of it.

import { createSystem, memoryStore, type ProcessHandle, type SystemOptions } from 'heddle';
import {
  assignmentItem,
  type CheckpointSource,
  checkpointContent,
  ed25519Signer,
  messageItem,
  type RestoreOptions,
  restore,
  type SkippedCheckpoint,
  signItem,
  signModule,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../aos/aos.ts';
import { adder, echo, listener } from '../../fixtures/system/behaviors.ts';
import { refusal } from '../../fixtures/system/refusal.ts';
import { publishedModule } from '../../modules/index.ts';
import { knownEd25519Keys } from '../known-keys.ts';
import { Archive } from './archive.ts';
import { loom, processContent, scheduler } from './loom.ts';

const [signer, stranger] = [ed25519Signer(knownEd25519Keys[0]), ed25519Signer(knownEd25519Keys[1])];
const { item: moduleItem, module: aos } = await signModule(publishedModule('aos2_0_6').bytes(), signer);
const modules = [adder, echo, listener];

/** What a publisher writes of a process. */
async function published(process: ProcessHandle): Promise<Archive> {
  const archive = new Archive();
  archive.add(1_600_000, moduleItem);
  for (const assignment of await process.schedule()) {
    archive.add(1_600_000, messageItem(assignment.message, signer), assignmentItem(assignment, signer));
  }
  return archive;
}

const systemOf = (options: SystemOptions = {}) => createSystem({ seed: 'elsewhere', ...options });

test('a process of which no slot is listed is not taken in, or over', async () => {
  const { archive, process } = await loom({ slots: 3, process: processContent({ Module: adder.id }) });
  const system = systemOf({ signer: scheduler });
  const hiding = archive.gateway({ edges: (edges, { ids }) => (ids ? edges : []) });
  const { code, facts } = await refusal(() =>
    restore(system, process.id, { gateway: hiding, modules, takeOver: true }),
  );
  assert.equal([code, facts.slot, system.processes.length], ['schedule-gap', 0, 0]);
  const whole = await restore(system, process.id, { gateway: archive.gateway(), modules, takeOver: true });
  assert.is(whole.status.slots, 3);
});

test('what was assigned to a process is to it what it was', async () => {
  const system = createSystem({ seed: 'assigned', signer, modules: [aos, ...modules] });
  const [process, other, mirror] = [await system.spawn(aos), await system.spawn(listener), await system.spawn(echo)];
  await evaluate(
    process,
    `Seen = {} ao.addAssignable('all', function() return true end)
    Handlers.prepend('see', function() return 'continue' end, function(msg)
      table.insert(Seen, table.concat({ msg.Id, msg.From, msg.Owner, msg.Target, tostring(msg.Anchor) }, ' '))
    end)`,
  );
  const plain = await other.send({ data: 'plain' });
  const anchored = await other.send({ data: 'anchored', anchor: 'x'.repeat(32) });
  await mirror.send({ data: 'pushed', from: other.id });
  await system.settle();
  const pushed = (await other.schedule()).at(-1)?.message.id;
  for (const id of [plain.id, anchored.id, pushed, other.id]) {
    await evaluate(process, `Assign({ Processes = { ao.id }, Message = '${id}' })`);
  }
  await system.settle();
  const archive = await published(process);
  const next = systemOf({ signer });
  const again = await restore(next, process.id, { gateway: archive.gateway() });
  const seen = `return require('json').encode(Seen)`;
  const read = async (one: ProcessHandle) => (await one.dryRun({ tags: { Action: 'Eval' }, data: seen })).output;
  assert.equal(await read(again), await read(process));
  assert.is((await again.state()).digest, (await process.state()).digest);
  assert.is(process.status.slots, 10);
  await Promise.all([system.close(), next.close()]);
});

test('an old process that needs a checkpoint is not in the system without one', async () => {
  const { archive, process } = await loom({ slots: 3, assignsProcess: false });
  const system = systemOf();
  const module = Object.assign(Object.create(listener), {
    id: process.tags.find(({ name }) => name === 'Module')?.value,
  });
  const options = { gateway: archive.gateway(), modules: [module] };
  assert.is((await refusal(() => restore(system, process.id, options))).code, 'item-unassigned');
  assert.equal(system.processes, []);
});

test('what is wrong with one message is said, and what is before it is there', async () => {
  const system = createSystem({ seed: 'large', signer, modules });
  const process = await system.spawn(listener);
  for (let sent = 1; sent < 300; sent++) await process.send({ data: sent === 100 ? 'x'.repeat(5_000) : '' });
  const archive = await published(process);
  const next = systemOf({ limits: { dataBytes: 4_000 } });
  const { code } = await refusal(() => restore(next, process.id, { gateway: archive.gateway(), modules }));
  assert.equal([code, next.process(process.id).status.slots], ['data-over-limit', 100]);
});

test('nobody takes over a part of a schedule', async () => {
  const system = createSystem({ seed: 'part', signer, modules });
  const process = await system.spawn(adder);
  for (let sent = 1; sent < 5; sent++) await process.send({ data: '1' });
  const archive = await published(process);
  const next = systemOf({ signer });
  const options: RestoreOptions = { gateway: archive.gateway(), modules, upTo: 2 };
  const { code, facts } = await refusal(() => restore(next, process.id, { ...options, takeOver: true }));
  assert.equal([code, facts.option], ['option-invalid', 'upTo']);
  assert.is((await restore(next, process.id, options)).status.slots, 3);
});

test('another life reads the modules that it needs', async () => {
  const system = createSystem({ seed: 'lives', signer, modules: [aos, adder] });
  const [process, light] = [await system.spawn(aos), await system.spawn(adder)];
  await evaluate(process, 'Count = 1');
  const [gateway, lights] = [(await published(process)).gateway(), (await published(light)).gateway()];
  const store = memoryStore();
  const first = systemOf({ store });
  await restore(first, process.id, { gateway });
  await restore(first, light.id, { gateway: lights, modules });
  await first.close();
  const unknown = systemOf({ store });
  assert.is((await refusal(() => restore(unknown, process.id, { gateway }))).code, 'gateway-not-found');
  const next = systemOf({ store });
  assert.is((await restore(next, process.id, { gateway, modules })).status.slots, process.status.slots);
  assert.is((await next.process(process.id).state()).digest, (await process.state()).digest);
  await Promise.all([system.close(), next.close(), unknown.close()]);
});

test('processes of one module come into one system, one after the other and at once', async () => {
  const system = createSystem({ seed: 'several', signer, modules: [aos] });
  const processes = [await system.spawn(aos), await system.spawn(aos), await system.spawn(aos)];
  const restored = processes.map(async (process) => ({ process, gateway: (await published(process)).gateway() }));
  const [one, ...others] = await Promise.all(restored);
  const next = systemOf();
  await Promise.all(others.map(({ process, gateway }) => restore(next, process.id, { gateway })));
  assert.ok(one);
  await restore(next, one.process.id, { gateway: one.gateway });
  const there = systemOf({ modules: [aos] });
  await restore(there, one.process.id, { gateway: one.gateway });
  for (const process of processes) {
    assert.is((await next.process(process.id).state()).digest, (await process.state()).digest);
  }
  assert.equal([...next.modules.keys()], [aos.id]);
  await Promise.all([system.close(), next.close(), there.close()]);
});

/** A process, and trusted checkpoints of it: one, and one of the last slot of which something is said that `wrong` makes up. */
async function misstated(wrong: (said: CheckpointSource, before: CheckpointSource) => Partial<CheckpointSource>) {
  const system = createSystem({ seed: 'misstated', signer, modules: [aos] });
  const process = await system.spawn(aos, { tags: { 'Memory-Limit': '100-mb' } });
  const states: CheckpointSource[] = [];
  for (const line of ['Count = 1', 'Count = Count + 1']) {
    await system.advance(60_000);
    await evaluate(process, line);
    const { checkpoint, end } = await process.checkpoint();
    const memory = await aos.memoryOf(checkpoint);
    states.push({ ...end, process: process.id, module: aos.id, memory, chainEnd: end });
  }
  const [before, last] = states as [CheckpointSource, CheckpointSource];
  const archive = await published(process);
  for (const state of [before, { ...last, ...wrong(last, before) }]) {
    archive.add(1_600_001, await signItem(await checkpointContent(state), stranger));
  }
  const skipped: string[] = [];
  const next = systemOf({ signer });
  const { digest } = await process.state();
  await system.close();
  return {
    next,
    skipped,
    before,
    last,
    async restored(options: Partial<RestoreOptions> = {}, without: readonly string[] = []) {
      const again = await restore(next, process.id, {
        gateway: archive.without(...without).gateway(),
        trusted: [stranger.address],
        onSkipped: ({ slot, error }) => skipped.push(`${slot - last.slot} ${error.code}`),
        ...options,
      });
      assert.is((await again.state()).digest, digest);
      return again;
    },
  };
}

test('a checkpoint that goes on from another assignment than that of its slot is passed over', async () => {
  const { next, skipped, restored } = await misstated((_, { chainEnd }) => (chainEnd ? { chainEnd } : {}));
  await restored();
  assert.equal(skipped, ['0 checkpoint-invalid']);
  await next.close();
});

test('a checkpoint with more memory than its process may have is passed over', async () => {
  const { next, skipped, restored } = await misstated(({ memory }) => {
    const larger = new Uint8Array(128 * 1_048_576);
    larger.set(new Uint8Array(memory));
    return { memory: larger };
  });
  await restored();
  assert.equal(skipped, ['0 checkpoint-invalid']);
  await next.close();
});

test('a checkpoint of a slot that is not listed is passed over, but keeps a process from being taken over', async () => {
  const { next, skipped, last, restored } = await misstated(({ slot }) => ({ slot: slot + 100 }));
  const { code, facts } = await refusal(() => restored({ takeOver: true }));
  assert.equal([code, facts.slot, next.processes.length], ['schedule-gap', last.slot + 100, 0]);
  await restored();
  assert.equal(skipped, ['100 schedule-gap']);
  await next.close();
});

test('a checkpoint whose own assignment is lost counts if the next one goes on from it', async () => {
  // Of the last slot there is none.
  const { next, skipped, before, restored } = await misstated((_, before) => before);
  const again = await restored({}, [before.chainEnd?.id ?? '']);
  assert.equal([skipped, (await again.schedule())[0]?.slot], [[], before.slot + 1]);
  await next.close();
});

test('the moment after which a process goes on is that of its assignment, whatever its checkpoint says', async () => {
  const { next, skipped, last, restored } = await misstated(() => ({
    timestampMs: Number.MAX_SAFE_INTEGER,
    blockHeight: 0,
  }));
  await restored({ takeOver: true });
  assert.equal([skipped, next.now.timestampMs], [[], last.timestampMs]);
  await next.close();
});

test('a checkpoint of another module is passed over', async () => {
  const system = createSystem({ seed: 'module', signer, modules: [aos] });
  const process = await system.spawn(aos);
  await evaluate(process, 'Count = 1');
  const archive = await published(process);
  const { checkpoint, end } = await process.checkpoint();
  const { slot, timestampMs, blockHeight } = end;
  const content = await checkpointContent({
    process: process.id,
    module: process.id,
    slot,
    memory: await aos.memoryOf(checkpoint),
    timestampMs,
    blockHeight,
    chainEnd: end,
  });
  archive.add(1_600_001, await signItem(content, stranger));
  const skipped: SkippedCheckpoint[] = [];
  const next = systemOf();
  const again = await restore(next, process.id, {
    gateway: archive.gateway(),
    trusted: [stranger.address],
    onSkipped: (one) => skipped.push(one),
  });
  assert.equal(
    skipped.map(({ error }) => error.code),
    ['checkpoint-invalid'],
  );
  assert.is((await again.schedule())[0]?.slot, 0);
  await Promise.all([system.close(), next.close()]);
});

test.run();
