import { behavior, createSystem, type Id, type OutboxAssignment, tagValue } from 'heddle';
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

test('a message that is assigned twice to a process within one outbox is a duplicate the second time', async () => {
  const system = createSystem();
  const [first, second] = [await system.spawn(listener), await system.spawn(listener)];
  const process = await system.spawn(assigner);
  const { id } = await first.send({ data: 'news' });
  await process.send({ tags: { Assign: id, To: `${second.id} ${second.id}` } });
  await system.settle();
  assert.equal(reasons(await system.outbound()), ['message-duplicate']);
  assert.equal(await heardBy(second), ['news']);
});

test('a message that waits for room in a mailbox is a duplicate when it is assigned there again', async () => {
  const system = createSystem({ mailbox: { messages: 2 } });
  const [source, target] = [await system.spawn(listener), await system.spawn(listener)];
  const ids: Id[] = [];
  for (const data of ['1', '2', '3']) {
    ids.push((await source.send({ data })).id);
    await system.settle();
  }
  const [one, two, three] = ids.map((message) => ({ message, processes: [target.id] }));
  assert.ok(one && two && three);
  // The first two take the room there is; the third waits, then and still in the next turn.
  const outboxes: Readonly<Record<number, readonly OutboxAssignment[]>> = { 1: [one, two, three, three], 2: [three] };
  const process = await system.spawn(
    scripted('A'.repeat(43), ({ slot }) => outcomeWith({ assignments: outboxes[slot] ?? [] })),
  );
  await system.settle();
  await process.send();
  await process.send();
  await system.run({ turns: 2 });
  assert.equal([target.status.mail, target.status.waiting], [2, 1]);
  await system.settle();
  assert.equal(await heardBy(target), ['1', '2', '3']);
  assert.equal(reasons(await system.outbound()), ['message-duplicate', 'message-duplicate']);
});

test('a behavior is shown nothing of the fields that are left out', async () => {
  const shown = behavior<number>(
    {
      init: () => 0,
      receive(count, { data, tags, anchor, id }, turn) {
        turn.output([data, tags.length, anchor, id]);
        return count + 1;
      },
    },
    { name: 'shown' },
  );
  const anchor = 'x'.repeat(32);
  const seen = async (exclude: readonly string[]) => {
    const system = createSystem();
    const [target, other] = [await system.spawn(shown), await system.spawn(listener)];
    const { id } = await other.send({ data: 'news', anchor });
    const assignments = [{ message: id, processes: [target.id], extra: { Exclude: exclude } }];
    const module = scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { assignments } : {}));
    await (await system.spawn(module)).send();
    await system.settle();
    assert.is((await target.schedule())[1]?.message.data, 'news', 'the schedule keeps it whole');
    const { output } = await target.outcome(1);
    return [output, id];
  };
  for (const [exclude, expected] of [
    [[], ['news', 3, anchor]],
    [['Data'], ['', 3, anchor]],
    [['Tags'], ['news', 0, anchor]],
    [['Anchor'], ['news', 3, null]],
    [
      ['Data', 'Tags', 'Anchor'],
      ['', 0, null],
    ],
  ] as const) {
    const [output, id] = await seen(exclude);
    assert.equal(output, [...expected, id]);
  }
});

test.run();
