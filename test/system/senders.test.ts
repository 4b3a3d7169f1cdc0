import { createSystem, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a message from nobody in particular is from the wallet of the system', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await process.send();
  const [item, sent] = await process.schedule();
  for (const assignment of [item, sent]) {
    assert.is(assignment?.message.from, system.addresses.wallet);
    assert.is(assignment?.message.owner, system.addresses.wallet);
  }
});

test('a wallet speaks for itself', async () => {
  const system = createSystem();
  const process = await system.spawn(listener, { owner: 'alice' });
  await process.send({ from: 'bob', tags: { Action: 'Say', 'X-Tag': ['1', '2'] }, data: 'hi' });
  const [item, sent] = await process.schedule();
  assert.equal([item?.message.owner, item?.message.from, process.owner], ['alice', 'alice', 'alice']);
  assert.equal([sent?.message.owner, sent?.message.from, sent?.message.target], ['bob', 'bob', process.id]);
  assert.equal(
    sent?.message.tags.map(({ name, value }) => `${name}=${value}`),
    ['Action=Say', 'X-Tag=1', 'X-Tag=2', 'Data-Protocol=ao', 'Variant=ao.TN.1', 'Type=Message'],
  );
});

test('nobody outside may claim by a tag to be a process', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  for (const name of ['From-Process', 'From-Module', 'Forwarded-By']) {
    assert.is((await refusal(() => process.send({ tags: { [name]: process.id } }))).code, 'sender-forged');
    const list = [
      { name: 'Action', value: 'x' },
      { name, value: process.id },
    ];
    assert.is((await refusal(() => process.send({ tags: list }))).code, 'sender-forged');
    assert.is((await refusal(() => system.spawn(echo, { tags: { [name]: process.id } }))).code, 'sender-forged');
  }
  assert.is(process.status.slots, 1);
});

test('nobody outside may speak as the messenger or the scheduler', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  for (const address of [system.addresses.messenger, system.addresses.scheduler]) {
    assert.is((await refusal(() => process.send({ from: address }))).code, 'sender-forged');
    assert.is((await refusal(() => system.spawn(echo, { owner: address }))).code, 'sender-forged');
  }
});

test('a test may speak for a process, and the message is as if the process had sent it', async () => {
  const system = createSystem();
  const [speaker, process] = [await system.spawn(echo), await system.spawn(listener)];
  await process.send({ from: speaker.id, data: 'as a process' });
  const [, sent] = await process.schedule();
  const { from, owner, tags } = sent?.message ?? {};
  assert.is(from, speaker.id);
  assert.is(owner, system.addresses.messenger);
  assert.is(tagValue(tags ?? [], 'From-Process'), speaker.id);
  assert.is(tagValue(tags ?? [], 'From-Module'), echo.id);
});

test('a sender that is no text is refused', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  for (const from of ['', 5 as unknown as string, null as unknown as string]) {
    assert.is((await refusal(() => process.send({ from }))).code, 'sender-invalid');
  }
});

test('saying the same twice is two messages', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const [one, other] = [await process.send({ data: 'same' }), await process.send({ data: 'same' })];
  assert.is.not(one.id, other.id);
  assert.equal([one.slot, other.slot], [1, 2]);
});

test('a new process trusts what processes of the system send, unless it is told whom to trust', async () => {
  const system = createSystem();
  const usual = await system.spawn(listener);
  assert.is(tagValue(usual.tags, 'Authority'), system.addresses.messenger);
  assert.is(tagValue(usual.tags, 'Scheduler'), system.addresses.scheduler);
  const own = await system.spawn(listener, { tags: { Authority: 'someone' }, name: 'own' });
  assert.equal(
    own.tags.map(({ name, value }) => `${name}=${value}`),
    [
      'Name=own',
      'Authority=someone',
      'Data-Protocol=ao',
      'Variant=ao.TN.1',
      'Type=Process',
      `Module=${listener.id}`,
      `Scheduler=${system.addresses.scheduler}`,
    ],
  );
});

test('a process is no owner of what is spawned from outside', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  assert.is((await refusal(() => system.spawn(echo, { owner: process.id }))).code, 'sender-invalid');
  assert.is(system.processes.length, 1);
});

test.run();
