import { behavior, createSystem, type OutboxAssignment, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

/** Has the message in the tag `Assign` assigned to the processes in `To`. */
const assigner = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      const to = (tagValue(message.tags, 'To') ?? '').split(' ');
      turn.assign(tagValue(message.tags, 'Assign') ?? '', to);
      return count + 1;
    },
  },
  { name: 'assigner' },
);

test('a message that has a slot is assigned to others as it is', async () => {
  const system = createSystem();
  const [first, second, third] = [
    await system.spawn(listener),
    await system.spawn(listener),
    await system.spawn(listener),
  ];
  const process = await system.spawn(assigner);
  const { id } = await first.send({ data: 'news', from: 'a wallet' });
  await process.send({ tags: { Assign: id, To: `${second.id} ${third.id}` } });
  await system.settle();
  for (const other of [second, third]) {
    const [, assigned] = await other.schedule();
    assert.is(assigned?.message.id, id);
    assert.is(assigned?.process, other.id);
    assert.is(assigned?.message.target, first.id, 'the target stays the original');
    assert.is(assigned?.message.from, 'a wallet');
    assert.equal(await heardBy(other), ['news']);
  }
  assert.equal(await system.outbound(), []);
});

test('a process that has the message already does not get it again', async () => {
  const system = createSystem();
  const [first, second] = [await system.spawn(listener), await system.spawn(listener)];
  const process = await system.spawn(assigner);
  const { id } = await first.send({ data: 'news' });
  await process.send({ tags: { Assign: id, To: `${first.id} ${second.id}` } });
  await process.send({ tags: { Assign: id, To: second.id } });
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['message-duplicate', 'message-duplicate']);
  assert.equal(await heardBy(second), ['news']);
});

test('a message or a process that is not there is outbound mail', async () => {
  const system = createSystem();
  const first = await system.spawn(listener);
  const process = await system.spawn(assigner);
  const { id } = await first.send();
  await process.send({ tags: { Assign: 'N'.repeat(43), To: first.id } });
  await process.send({ tags: { Assign: id, To: 'elsewhere' } });
  await system.settle();
  const mails = await system.outbound();
  assert.equal(
    mails.map(({ reason, kind, message }) => [reason, kind, message?.id]),
    [
      ['message-unknown', 'assignment', undefined],
      ['leaves', 'assignment', id],
    ],
  );
});

test('an entry that names no message or no process is incomplete, and the others are not held up', async () => {
  const system = createSystem();
  const target = await system.spawn(listener);
  const other = await system.spawn(listener);
  const { id } = await other.send({ data: 'news' });
  const assignments: readonly OutboxAssignment[] = [
    { message: id },
    { processes: [target.id] },
    { message: 5, processes: [target.id] },
    { message: id, processes: [null] },
    { message: id, processes: [5, target.id] },
  ];
  const module = scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { assignments } : {}));
  const process = await system.spawn(module);
  await process.send();
  await system.settle();
  assert.equal(reasons(await system.outbound()), Array(5).fill('outbox-incomplete'));
  assert.equal(await heardBy(target), ['news']);
});

test('one process may stand there without a list', async () => {
  const system = createSystem();
  const [target, other] = [await system.spawn(listener), await system.spawn(listener)];
  const { id } = await other.send({ data: 'news' });
  const assignments = [{ message: id, processes: target.id }];
  const module = scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { assignments } : {}));
  await (await system.spawn(module)).send();
  await system.settle();
  assert.equal(await heardBy(target), ['news']);
});

test('the fields to leave out are in the assignment', async () => {
  const system = createSystem();
  const [target, other] = [await system.spawn(listener), await system.spawn(listener)];
  const { id } = await other.send({ data: 'news' });
  const assignments = [{ message: id, processes: [target.id], extra: { Exclude: ['Data', 5, 'Tags'] } }];
  const module = scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { assignments } : {}));
  await (await system.spawn(module)).send();
  await system.settle();
  assert.equal((await target.schedule())[1]?.exclude, ['Data', 'Tags']);
});

test.run();
