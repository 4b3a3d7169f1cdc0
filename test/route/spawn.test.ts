import { behavior, createSystem, type OutboxSpawn, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

/** Spawns a listener for every message from outside, and greets it when it is told that it is there. */
const parent = behavior<{ references: string[] }>(
  {
    init: () => ({ references: [] }),
    receive(state, message, turn) {
      if (tagValue(message.tags, 'Action') === 'Spawned') {
        turn.send({ target: tagValue(message.tags, 'Process') ?? '', data: 'welcome' });
      } else {
        const { reference } = turn.spawn({ module: listener.id, tags: { Name: 'child' }, data: 'first words' });
        state.references.push(reference);
      }
    },
  },
  { name: 'parent' },
);

async function family() {
  const system = createSystem({ modules: [listener] });
  const process = await system.spawn(parent);
  const { id } = await process.send({ data: 'spawn' });
  await system.settle();
  const child = system.processes.find((other) => other.id !== process.id);
  return { system, process, child, cause: id };
}

test('a behavior spawns a process that runs its own item first and then its mail', async () => {
  const { child, system, process } = await family();
  assert.ok(child);
  const [item, greeting] = await child.schedule();
  assert.is(item?.message.id, child.id);
  assert.is(item?.message.target, child.id);
  assert.is(item?.message.data, 'first words');
  assert.is(child.owner, system.addresses.messenger);
  assert.is(item?.message.from, process.id);
  assert.is(greeting?.message.data, 'welcome');
  assert.equal(await heardBy(child), ['welcome']);
});

test('the tags of the new process are in the order of AO', async () => {
  const { child, system, process, cause } = await family();
  assert.equal(
    child?.tags.map(({ name, value }) => `${name}=${value}`),
    [
      'Variant=ao.TN.1',
      'Reference=1.1',
      `From-Process=${process.id}`,
      `From-Module=${parent.id}`,
      `Module=${listener.id}`,
      'Name=child',
      'Variant=ao.TN.1',
      'Data-Protocol=ao',
      'Type=Process',
      `From-Process=${process.id}`,
      `Pushed-For=${cause}`,
      `Scheduler=${system.addresses.scheduler}`,
    ],
  );
});

test('the notice speaks as the spawner itself and carries the tags of the spawn', async () => {
  const { child, system, process } = await family();
  const [, , notice] = await process.schedule();
  const { message } = notice ?? {};
  assert.is(message?.from, process.id);
  assert.is(message?.owner, system.addresses.messenger);
  assert.is(message?.target, process.id);
  assert.is(message?.data, ' ');
  assert.equal(
    message?.tags.map(({ name, value }) => `${name}=${value}`),
    [
      'Reference=1.1',
      `From-Process=${process.id}`,
      `From-Module=${parent.id}`,
      `Module=${listener.id}`,
      'Name=child',
      'Data-Protocol=ao',
      'Type=Message',
      `Process=${child?.id}`,
      'Action=Spawned',
      'Variant=ao.TN.1',
    ],
  );
});

async function mailOf(spawn: OutboxSpawn, processes = 10) {
  const system = createSystem({ modules: [listener], limits: { processes } });
  const module = scripted(`${'P'.repeat(42)}A`, () => outcomeWith({ spawns: [spawn] }));
  const process = await system.spawn(module);
  await system.run({ turns: 1 });
  return { mails: await system.outbound(), count: system.processes.length, slots: process.status.slots };
}

test('the variant of HyperBEAM is kept', async () => {
  const system = createSystem({ modules: [listener] });
  const tags = [
    { name: 'Module', value: listener.id },
    { name: 'Variant', value: 'ao.N.1' },
  ];
  const module = scripted(`${'P'.repeat(42)}A`, ({ slot }) => outcomeWith({ spawns: slot === 0 ? [{ tags }] : [] }));
  await system.spawn(module);
  await system.settle();
  const variants = system.processes[1]?.tags.filter(({ name }) => name === 'Variant').map(({ value }) => value);
  assert.equal(variants, ['ao.N.1', 'ao.N.1']);
});

test('a module that is not known is outbound mail, and nothing is noticed', async () => {
  const { mails, count, slots } = await mailOf({ tags: [{ name: 'Module', value: `${'M'.repeat(42)}A` }] });
  assert.equal(reasons(mails), ['module-unknown']);
  assert.is(mails[0]?.kind, 'spawn');
  assert.equal([count, slots], [1, 1]);
});

test('a spawn without a module is incomplete', async () => {
  assert.equal(reasons((await mailOf({ tags: [] })).mails), ['outbox-incomplete']);
  assert.equal(reasons((await mailOf({})).mails), ['outbox-incomplete']);
});

test('a spawn beyond the limit of processes is outbound mail', async () => {
  const { mails, count } = await mailOf({ tags: [{ name: 'Module', value: listener.id }] }, 1);
  assert.equal(reasons(mails), ['processes-over-limit']);
  assert.is(count, 1);
});

test.run();
