import { behavior, createSystem, type ProcessHandle, replay, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { cutEverywhere } from '../fixtures/system/cuts.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A listener that takes names and joins groups when it is told to. */
const namer = behavior<string[]>(
  {
    init: () => [],
    receive(heard, message, turn) {
      const name = tagValue(message.tags, 'Name') ?? '';
      switch (tagValue(message.tags, 'Action')) {
        case 'Register':
          return turn.register(name);
        case 'Unregister':
          return turn.unregister(name);
        case 'Join':
          return turn.join(name);
        case 'Leave':
          return turn.leave(name);
        case 'Read':
          return void turn.output(heard);
        default:
          heard.push(message.data);
      }
    },
  },
  { name: 'namer' },
);

const tell = (process: ProcessHandle, Action: string, Name: string) => process.send({ tags: { Action, Name } });
const codeOf = async (call: () => unknown) => (await refusal(call)).code;

test('what is sent to a name goes to the process that has it', async () => {
  const system = createSystem();
  const sender = await system.spawn(forwarder);
  const [one, other] = [await system.spawn(listener), await system.spawn(listener)];
  await system.register('prices', one);
  assert.is(system.registered('prices')?.id, one.id);
  await sender.send({ data: 'first', tags: { Path: 'prices' } });
  await system.settle();
  await system.unregister('prices');
  await sender.send({ data: 'lost', tags: { Path: 'prices' } });
  await system.settle();
  await system.register('prices', other);
  await sender.send({ data: 'second', tags: { Path: 'prices' } });
  await system.settle();
  assert.equal([await heardBy(one), await heardBy(other)], [['first'], ['second']]);
  assert.equal(reasons(await system.outbound()), ['leaves']);
});

test('processes take and give back names by themselves', async () => {
  const system = createSystem();
  const [one, other] = [await system.spawn(namer), await system.spawn(namer)];
  await tell(one, 'Register', 'prices');
  await tell(other, 'Register', 'prices');
  await tell(other, 'Unregister', 'prices');
  await system.settle();
  assert.is(system.registered('prices')?.id, one.id);
  assert.equal(reasons(await system.outbound()), ['name-taken', 'name-unknown']);
  await tell(one, 'Unregister', 'prices');
  await system.settle();
  assert.is(system.registered('prices'), undefined);
});

test('a process that is stopped has no names any more, one that has failed keeps them', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await system.register('prices', process);
  const group = await system.group('all');
  await group.join(process);
  await process.stop();
  assert.is(system.registered('prices'), undefined);
  assert.equal(group.members, []);
  assert.is(await codeOf(() => system.register('prices', process)), 'process-stopped');
  assert.is(await codeOf(() => group.send()), 'group-empty');
});

test('a name is one that cannot be taken for an address, and nobody else’s', async () => {
  const system = createSystem({ limits: { names: 2 } });
  const process = await system.spawn(listener);
  for (const name of ['', 'a name', process.id, `0x${'a'.repeat(40)}`, 'x'.repeat(101), 'ü']) {
    assert.is(await codeOf(() => system.register(name, process)), 'name-invalid', name);
  }
  await system.register('prices', process);
  assert.is(await codeOf(() => system.register('prices', process)), 'name-taken');
  assert.is(await codeOf(() => system.group('prices')), 'name-taken');
  await system.group('all');
  assert.is(await codeOf(() => system.group('all', { routing: 'least-busy' })), 'name-taken');
  assert.is(await codeOf(() => system.register('more', process)), 'names-over-limit');
  assert.is(await codeOf(() => system.unregister('all')), 'name-unknown');
  // Whoever writes JavaScript can hand in anything.
  assert.is(await codeOf(() => system.group('other', { routing: 'any' as never })), 'option-invalid');
  assert.is(await codeOf(() => system.group('other', { keyTag: 'Key' })), 'option-invalid');
});

test('whoever takes and leaves ever new names leaves room for others', async () => {
  const system = createSystem({ limits: { names: 2 } });
  const process = await system.spawn(namer);
  for (let round = 0; round < 5; round++) {
    await tell(process, 'Register', `name-${round}`);
    await tell(process, 'Unregister', `name-${round}`);
    await tell(process, 'Join', `group-${round}`);
    await tell(process, 'Leave', `group-${round}`);
  }
  await tell(process, 'Join', 'last-group');
  await system.settle();
  await process.stop();
  await system.group('made-outside');
  await system.register('free', await system.spawn(namer));
  assert.equal(await system.outbound(), []);
});

test('a group has a message delivered to all, and to none twice', async () => {
  const system = createSystem();
  const sender = await system.spawn(forwarder);
  const members = [await system.spawn(namer), await system.spawn(namer), await system.spawn(namer)];
  for (const member of members) await tell(member, 'Join', 'all');
  await tell(members[0] as ProcessHandle, 'Join', 'all');
  await system.settle();
  await sender.send({ data: 'hello', tags: { Path: 'all' } });
  await system.settle();
  await tell(members[1] as ProcessHandle, 'Leave', 'all');
  await system.settle();
  const group = await system.group('all');
  assert.is((await group.send({ data: 'again' })).length, 2);
  await system.settle();
  assert.equal(await Promise.all(members.map(heardBy)), [['hello', 'again'], ['hello'], ['hello', 'again']]);
  const ids = await Promise.all(members.map(async (member) => (await member.schedule()).map(({ message }) => message)));
  const hello = ids.map((messages) => messages.find(({ data }) => data === 'hello'));
  assert.is(new Set(hello.map((message) => message?.id)).size, 1);
  assert.is(hello[0]?.target, 'all');
});

test('a router gives each message to one of its members', async () => {
  const system = createSystem();
  const sender = await system.spawn(forwarder);
  const members = [await system.spawn(listener), await system.spawn(listener)];
  const group = await system.group('workers', { routing: 'round-robin' });
  for (const member of members) await group.join(member);
  for (const data of ['a', 'b', 'c']) await sender.send({ data, tags: { Path: 'workers' } });
  await system.settle();
  await group.send({ data: 'd' });
  await system.settle();
  assert.equal(await Promise.all(members.map(heardBy)), [
    ['a', 'c'],
    ['b', 'd'],
  ]);
});

test('a member that is full keeps no message from the others', async () => {
  const system = createSystem({ mailbox: { messages: 1, overflow: 'reject' } });
  const [full, open] = [await system.spawn(listener), await system.spawn(listener)];
  await system.settle();
  const group = await system.group('all');
  for (const member of [full, open]) await group.join(member);
  await full.send({ data: 'first' });
  assert.is((await group.send({ data: 'second' })).length, 1);
  assert.is(await codeOf(() => group.send({ data: 'third' })), 'mailbox-full');
  await system.settle();
  assert.equal([await heardBy(full), await heardBy(open)], [['first'], ['second']]);
});

test('what a member does not take comes back as mail that says whose it was', async () => {
  const system = createSystem({ mailbox: { messages: 2, overflow: 'reject' } });
  const sender = await system.spawn(forwarder);
  const [full, open] = [await system.spawn(listener), await system.spawn(listener)];
  await system.settle();
  const group = await system.group('all');
  for (const member of [full, open]) await group.join(member);
  await sender.send({ data: 'second', tags: { Path: 'all' } });
  for (const data of ['first', 'and a half']) await full.send({ data });
  await system.settle();
  assert.equal([await heardBy(full), await heardBy(open)], [['first', 'and a half'], ['second']]);
  const [mail, ...others] = await system.outbound();
  assert.equal(
    [mail?.reason, mail?.detail, others.length],
    ['mailbox-full', `${full.id} did not take it: mailbox-full`, 0],
  );
  assert.equal(
    (await system.deadLetters()).map(({ chain }) => chain.length),
    [1],
  );
  const { digest } = await replay(await system.record(), { modules: [forwarder, listener] });
  assert.is(digest, system.trace.digest);
});

test('what is sent to an empty group comes back as mail that says so', async () => {
  const system = createSystem();
  const sender = await system.spawn(forwarder);
  await system.group('workers', { routing: 'least-busy' });
  await sender.send({ data: 'a', tags: { Path: 'workers' } });
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['group-empty']);
});

test('names, groups and whose turn it is are in the log', async () => {
  const cuts = await cutEverywhere([namer, forwarder], async (system) => {
    const sender = await system.spawn(forwarder);
    const members: ProcessHandle[] = [];
    for (let count = 0; count < 3; count++) members.push(await system.spawn(namer));
    const [a, b, c] = members as [ProcessHandle, ProcessHandle, ProcessHandle];
    const group = await system.group('workers', { routing: 'round-robin' });
    for (const member of [a, b]) await group.join(member);
    await group.send({ data: 'from outside' });
    await tell(c, 'Join', 'all');
    await tell(c, 'Join', 'workers');
    await tell(b, 'Leave', 'workers');
    await tell(a, 'Register', 'first');
    for (const Path of ['workers', 'workers first', 'workers', 'all workers']) await sender.send({ tags: { Path } });
  });
  assert.ok(cuts > 10, `${cuts} cuts`);
});

test('a run with names can be done again', async () => {
  const system = createSystem();
  const sender = await system.spawn(forwarder);
  const group = await system.group('workers', { routing: 'consistent-hash', keyTag: 'Path' });
  for (let count = 0; count < 3; count++) await group.join(await system.spawn(namer));
  await system.register('sender', sender);
  for (const Path of ['workers', 'sender workers', 'sender']) await sender.send({ tags: { Path }, data: Path });
  await group.send({ data: 'from outside' });
  await system.settle();
  const { digest } = await replay(await system.record(), { modules: [namer, forwarder] });
  assert.is(digest, system.trace.digest);
});

test.run();
