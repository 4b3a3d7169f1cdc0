import {
  type Assignment,
  behavior,
  createSystem,
  type MemoryStore,
  type Message,
  memoryStore,
  type ProcessHandle,
  replay,
  type System,
  type SystemOptions,
} from 'heddle';
import { assignmentItem, ed25519Signer, messageItem, verifyItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos } from '../aos/aos.ts';
import { forwarder, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import { knownEd25519Keys } from './known-keys.ts';

const [signer, other] = [ed25519Signer(knownEd25519Keys[0]), ed25519Signer(knownEd25519Keys[1])];

const wallet = `${'W'.repeat(42)}A`;

/** Sends to a wallet what it gets, spawns, sets a timer, and asks to be told of the end of another. */
const busy = behavior(
  {
    init: () => 0,
    receive: (count, message, turn) => {
      if (message.tags.find(({ name, value }) => name === 'Action' && value === 'Watch')) {
        turn.watch(message.data);
        turn.send({ target: 'a name', data: 'to nobody here' });
        turn.send({ target: wallet, data: message.data });
        turn.send({ target: turn.self, data: 'later', delayMs: 10 });
        turn.spawn({ module: listener.id, data: 'child' });
      }
      return count + 1;
    },
  },
  { name: 'busy' },
);
const modules = [busy, listener, forwarder, aos];

async function run(options: SystemOptions = {}) {
  const system = createSystem({ seed: 'signed', signer, modules, ...options });
  const process = await system.spawn(busy, { name: 'busy' });
  const target = await system.spawn(listener);
  const lua = await system.spawn(aos, { data: 'x' });
  await system.register('heard', target);
  await lua.send({ tags: { Action: 'Eval' }, data: `Send({ Target = 'heard', Data = ao.id, Action = 'Say' })` });
  await process.send({ tags: { Action: 'Watch' }, data: target.id });
  await process.send({ anchor: '0'.repeat(32), data: 'grüße' });
  await system.settle();
  await system.advance(100);
  await target.stop('over');
  await system.settle();
  return { system, process };
}

async function schedules(system: System): Promise<readonly Assignment[]> {
  return (await Promise.all(system.processes.map((process) => process.schedule()))).flat();
}

test('all that a system makes is an item that its signer has signed, under its id', async () => {
  const { system } = await run();
  const left: readonly Message[] = (await system.outbound()).flatMap(({ message }) => message ?? []);
  const assignments = await schedules(system);
  const messages = [...assignments.map(({ message }) => message), ...left];
  assert.ok(assignments.length > 9 && left.length > 1);
  for (const message of messages) {
    const item = await verifyItem(messageItem(message, signer));
    assert.is(item.id, message.id);
    assert.is(item.address, message.owner);
    assert.equal(item.tags, message.tags);
    assert.is(new TextDecoder().decode(item.data), message.data);
    assert.is(item.target, /^[\w-]{43}$/.test(message.target) && message.target !== message.id ? message.target : null);
    assert.is(new TextDecoder().decode(item.anchor ?? new Uint8Array(0)), message.anchor ?? '');
  }
  for (const assignment of assignments) {
    const item = await verifyItem(assignmentItem(assignment, signer));
    assert.is(item.id, assignment.id);
    assert.is(item.tags.find(({ name }) => name === 'Hash-Chain')?.value, assignment.hashChain);
  }
  assert.is(new Set(assignments.map(({ id }) => id)).size, assignments.length);
  assert.is(new Set(messages.map(({ id }) => id)).size, messages.length);
  const { wallet, messenger, scheduler } = system.addresses;
  assert.equal([wallet, messenger, scheduler], [signer.address, signer.address, signer.address]);
});

test('the same content twice is two messages', async () => {
  const { process } = await run();
  const receipts = [await process.send({ data: 'twice' }), await process.send({ data: 'twice' })];
  assert.is.not(receipts[0]?.id, receipts[1]?.id);
});

test('a signed run has one digest, in a replay too, and with workers', async () => {
  const { system } = await run();
  const { digest } = system.trace;
  assert.is(digest, stored);
  assert.is((await run({ workers: 1 })).system.trace.digest, digest);
  const recording = await system.record();
  assert.is((await replay(recording, { modules, signer })).digest, digest);
  assert.is((await refusal(() => replay(recording, { modules }))).code, 'option-invalid');
});

test('another life goes on with the same ids, and another signer is refused', async () => {
  const store = memoryStore();
  const { system, process } = await run({ store });
  const before = await schedules(system);
  const { digest } = system.trace;
  await system.close();

  const open = async (options: SystemOptions) => {
    const next = createSystem({ seed: 'signed', modules, store, ...options });
    await next.open();
    return next;
  };
  const next = await open({ signer });
  assert.is(next.trace.digest, digest);
  assert.equal(await schedules(next), before);
  await next.process(process.id).send();
  await next.settle();
  for (const one of [{}, { signer: other }]) {
    const { code, facts } = await refusal(() => open(one));
    assert.equal([code, facts.option, facts.signer], ['option-invalid', 'signer', signer.address]);
  }
  const unsigned: MemoryStore = memoryStore();
  const quiet = createSystem({ store: unsigned });
  await quiet.spawn(listener);
  await quiet.close();
  const { facts } = await refusal(() => createSystem({ seed: 'heddle', store: unsigned, signer, modules }).open());
  assert.equal([facts.option, facts.signer], ['signer', '']);
});

test('a schedule is read with no more signatures than it has items', async () => {
  let signatures = 0;
  const counting = {
    address: signer.address,
    signMessage(content: Parameters<typeof signer.signMessage>[0]) {
      signatures++;
      return signer.signMessage(content);
    },
  };
  const system = createSystem({ seed: 'counted', signer: counting });
  const process = await system.spawn(listener);
  for (let sent = 0; sent < 50; sent++) await process.send();
  await system.settle();
  // Whoever runs is at the end of the schedule, and whoever reads it begins at the first slot.
  assert.ok(process.status.hashChain);
  signatures = 0;
  assert.is((await process.schedule()).length, 51);
  assert.ok(signatures <= 2 * 51, `${signatures} signatures`);
});

test('a system that signs has a seed of its own', async () => {
  const error = await refusal(() => createSystem({ signer }));
  assert.equal([error.code, error.facts.option], ['option-invalid', 'seed']);
});

test('nobody else is spoken for', async () => {
  const { system, process } = await run();
  for (const from of [wallet, 'somebody']) {
    assert.is((await refusal(() => process.send({ from }))).code, 'sender-invalid');
    assert.is((await refusal(() => system.spawn(listener, { owner: from }))).code, 'sender-invalid');
  }
  for (const from of [signer.address, process.id]) {
    const { slot } = await process.send({ from });
    assert.is((await process.schedule())[slot]?.message.from, from);
  }
});

test('the past is read in order, and goes on from any slot', async () => {
  const { system, process } = await run();
  for (let sent = 0; sent < 150; sent++) await process.send({ data: String(sent) });
  await system.settle();
  const schedule = await process.schedule();
  const past = await all(process, {});
  assert.equal(
    past.map(({ assignment }) => assignment),
    schedule,
  );
  assert.equal(
    await Promise.all(schedule.map(({ slot }) => process.outcome(slot))),
    past.map(({ outcome }) => outcome),
  );
  assert.equal(
    (await all(process, { from: 100 })).map(({ assignment }) => assignment),
    schedule.slice(100),
  );
  assert.equal(await all(process, { from: schedule.length }), []);
});

async function all(process: ProcessHandle, options: Parameters<ProcessHandle['history']>[0]) {
  const past = [];
  for await (const one of process.history(options)) past.push(one);
  return past;
}

const stored = 'zSLBDTvdMhV1bFG3YSNaFaLAslGDY4wUux7XyA6PaCE';

test.run();
