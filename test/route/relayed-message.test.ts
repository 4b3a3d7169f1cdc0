import { createSystem, type Message, type OutboxMessage, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, listener } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

const anchor = '7'.padStart(32, '0');
const sends = `${'S'.repeat(42)}A`;

/** The messages that a listener gets when a process writes these entries, and the process that wrote them. */
async function relay(write: (target: string) => readonly OutboxMessage[]) {
  const system = createSystem();
  const target = await system.spawn(listener);
  const module = scripted(sends, ({ slot }) => outcomeWith({ messages: slot === 1 ? write(target.id) : [] }));
  const sender = await system.spawn(module);
  const { id } = await sender.send();
  await system.settle();
  const messages = (await target.schedule()).slice(1).map(({ message }) => message);
  return { messages, system, sender, sent: id, target, outbound: await system.outbound() };
}

const texts = (message: Message | undefined): readonly string[] =>
  (message?.tags ?? []).map(({ name, value }) => `${name}=${value}`);

test('it is owned by the messenger and spoken by the process', async () => {
  const { messages, system, sender, target } = await relay((to) => [{ target: to, anchor, tags: [], data: 'hello' }]);
  const [message] = messages;
  assert.is(message?.owner, system.addresses.messenger);
  assert.is(message?.from, sender.id);
  assert.is(message?.target, target.id);
  assert.is(message?.anchor, anchor);
  assert.is(message?.data, 'hello');
  assert.is(message?.signature, null);
});

test('its own tags come first, then those of the messenger, in the order of AO', async () => {
  const tags = [
    { name: 'Data-Protocol', value: 'ao' },
    { name: 'Variant', value: 'ao.TN.1' },
    { name: 'Type', value: 'Message' },
    { name: 'Reference', value: '7' },
    { name: 'From-Process', value: 'somebody else' },
    { name: 'From-Module', value: 'something else' },
    { name: 'Assignments', value: 'x' },
    { name: 'Action', value: 'Ping' },
    { name: 'Action', value: 'Pong' },
  ];
  const { messages, sender, sent } = await relay((target) => [{ target, anchor, tags, data: '' }]);
  assert.equal(texts(messages[0]), [
    'Variant=ao.TN.1',
    'Reference=7',
    'Action=Ping',
    'Action=Pong',
    'Data-Protocol=ao',
    'Type=Message',
    `From-Process=${sender.id}`,
    `From-Module=${sends}`,
    `Pushed-For=${sent}`,
  ]);
});

test('where there is no data it has a space', async () => {
  const { messages } = await relay((target) => [
    { target, anchor, tags: [] },
    { target, anchor, tags: [], data: '' },
    { target, anchor, tags: [], data: ' ' },
  ]);
  assert.equal(
    messages.map(({ data }) => data),
    [' ', ' ', ' '],
  );
});

test('numbers and truth values become text', async () => {
  const tags = [
    { name: 'Quantity', value: 12.5 },
    { name: 'Whole', value: 3 },
    { name: 'Yes', value: true },
    { name: 5, value: 'number as name' },
  ];
  const { messages } = await relay((target) => [{ target, anchor, tags, data: 42 }]);
  assert.is(messages[0]?.data, '42');
  assert.equal(texts(messages[0]).slice(0, 4), ['Quantity=12.5', 'Whole=3', 'Yes=true', '5=number as name']);
});

test('an anchor that is null was left out on purpose', async () => {
  const { messages } = await relay((target) => [{ target, anchor: null, tags: [], data: 'x' }]);
  assert.is(messages[0]?.anchor, null);
});

test('the same entry twice is two messages, in the order of the outbox', async () => {
  const { messages } = await relay((target) => [
    { target, anchor, tags: [], data: 'same' },
    { target, anchor, tags: [], data: 'same' },
  ]);
  assert.is(messages.length, 2);
  assert.is.not(messages[0]?.id, messages[1]?.id);
});

test('over many hops Pushed-For stays the message from outside that began it', async () => {
  const system = createSystem();
  const hops = [await system.spawn(forwarder), await system.spawn(forwarder), await system.spawn(forwarder)];
  const [first, ...rest] = hops;
  const target = await system.spawn(listener);
  const path = [...rest, target].map(({ id }) => id).join(' ');
  const began = await first?.send({ tags: { Path: path } });
  await system.settle();
  for (const [at, process] of [...rest, target].entries()) {
    const [, arrived] = await process.schedule();
    assert.is(tagValue(arrived?.message.tags ?? [], 'Pushed-For'), began?.id);
    assert.is(arrived?.message.from, hops[at]?.id);
  }
});

test('mail for a wallet is complete outbound mail', async () => {
  const { outbound, sender, system } = await relay(() => [{ target: 'a wallet', anchor, tags: [], data: 'out' }]);
  const [mail] = outbound;
  assert.is(mail?.reason, 'leaves');
  assert.is(mail?.kind, 'message');
  assert.equal(mail?.cause, { process: sender.id, slot: 1 });
  assert.equal([mail?.message?.target, mail?.message?.data], ['a wallet', 'out']);
  assert.equal([mail?.message?.owner, mail?.message?.from], [system.addresses.messenger, sender.id]);
});

test.run();
