import { behavior, createSystem, type MailboxOptions, type Runnable } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, heardBy, listener, reasons } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const tiny = (overflow: MailboxOptions['overflow'], messages = 2) => ({ mailbox: { messages, overflow } });

test('a full mailbox that rejects refuses mail before it has a slot', async () => {
  const system = createSystem(tiny('reject'));
  const process = await system.spawn(listener);
  await process.send({ data: '1' });
  const error = await refusal(() => process.send({ data: 'too much' }));
  assert.is(error.code, 'mailbox-full');
  assert.is(error.definite, true);
  assert.is(process.status.slots, 2);
  await system.settle();
  const next = await process.send({ data: '2' });
  assert.is(next.slot, 2);
  assert.equal(await heardBy(process), ['1', '2']);
});

test('a refusal is told to the trace and leaves the digest as it was', async () => {
  const system = createSystem(tiny('reject', 1));
  const process = await system.spawn(listener);
  const { digest } = system.trace;
  const refused: unknown[] = [];
  system.trace.subscribe((event) => refused.push(event.type === 'refused' && [event.code, event.process]));
  await refusal(() => process.send());
  assert.equal(refused, [['mailbox-full', process.id]]);
  assert.is(system.trace.digest, digest);
});

test('a full mailbox that waits gives the slot once there is room', async () => {
  const system = createSystem(tiny('wait'));
  const process = await system.spawn(listener);
  const receipts = [];
  for (const data of ['1', '2', '3', '4', '5']) {
    receipts.push(await process.send({ data }));
    assert.ok(process.status.mail <= 2);
  }
  assert.equal(
    receipts.map(({ slot }) => slot),
    [1, 2, 3, 4, 5],
  );
  await system.settle();
  assert.equal(await heardBy(process), ['1', '2', '3', '4', '5']);
});

test('deliveries between processes wait for room and arrive in order', async () => {
  const system = createSystem(tiny('wait', 4));
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await system.settle();
  let [mostMail, mostWaiting] = [0, 0];
  system.trace.subscribe(() => {
    mostMail = Math.max(mostMail, target.status.mail);
    mostWaiting = Math.max(mostWaiting, target.status.waiting);
  });
  const scheduled = Array.from({ length: 30 }, (_, number) => String(number));
  for (const data of scheduled) await sender.send({ data, tags: { Path: target.id } });
  await system.settle();
  assert.equal(await heardBy(target), scheduled);
  assert.ok(mostMail <= 4, `${mostMail} of 4`);
});

test('what waits is seen as waiting, and has its slot only when there is room', async () => {
  const last: string[] = [];
  const system = createSystem({
    ...tiny('wait', 1),
    // The target runs only when nobody else can.
    scheduler: () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next: () =>
          owed.splice(
            Math.max(
              0,
              owed.findIndex((process) => !last.includes(process.id)),
            ),
            1,
          )[0],
      };
    },
  });
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await system.settle();
  last.push(target.id);
  const waiting: number[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'waiting') waiting.push(target.status.waiting);
  });
  for (const data of ['1', '2', '3', '4']) {
    await sender.send({ data, tags: { Path: target.id } });
    await system.run({ turns: 1 });
  }
  assert.equal(waiting, [1, 2, 3]);
  assert.is(target.status.mail, 1);
  assert.is(target.status.slots, 2);
  await system.settle();
  assert.is(target.status.waiting, 0);
  assert.equal(await heardBy(target), ['1', '2', '3', '4']);
});

test('a process can send to itself with a mailbox of one', async () => {
  const system = createSystem(tiny('wait', 1));
  const process = await system.spawn(forwarder);
  await system.settle();
  await process.send({ tags: { Path: `${process.id} ${process.id} ${process.id}` } });
  await system.settle();
  assert.is(process.status.slots, 5);
  assert.equal(await system.outbound(), []);
});

test('with reject, deliveries between processes that find no room are outbound mail', async () => {
  const last: string[] = [];
  const system = createSystem({
    ...tiny('reject', 2),
    scheduler: () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next: () =>
          owed.splice(
            Math.max(
              0,
              owed.findIndex((process) => !last.includes(process.id)),
            ),
            1,
          )[0],
      };
    },
  });
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await system.settle();
  last.push(target.id);
  for (const data of ['1', '2', '3', '4']) {
    await sender.send({ data, tags: { Path: target.id } });
    await system.run({ turns: 1 });
  }
  await system.settle();
  assert.equal(await heardBy(target), ['1', '2']);
  const mails = await system.outbound();
  assert.equal(reasons(mails), ['mailbox-full', 'mailbox-full']);
  assert.equal(
    mails.map(({ message }) => [message?.data, message?.target]),
    [
      ['3', target.id],
      ['4', target.id],
    ],
  );
});

test('only so many deliveries may wait; the rest is outbound mail', async () => {
  const last: string[] = [];
  const system = createSystem({
    ...tiny('wait', 1),
    limits: { waitingMessages: 2 },
    scheduler: () => {
      const owed: Runnable[] = [];
      return {
        arrived: (process) => void owed.push(process),
        next: () =>
          owed.splice(
            Math.max(
              0,
              owed.findIndex((process) => !last.includes(process.id)),
            ),
            1,
          )[0],
      };
    },
  });
  const target = await system.spawn(listener);
  const sender = await system.spawn(forwarder);
  await system.settle();
  last.push(target.id);
  for (const data of ['1', '2', '3', '4', '5']) {
    await sender.send({ data, tags: { Path: target.id } });
    await system.run({ turns: 1 });
  }
  await system.settle();
  assert.equal(await heardBy(target), ['1', '2', '3']);
  assert.equal(reasons(await system.outbound()), ['mailbox-full', 'mailbox-full']);
});

test('many who wait at once get their slots in the order in which they sent', async () => {
  const system = createSystem(tiny('wait', 1));
  const process = await system.spawn(listener);
  const waiting: number[] = [];
  system.trace.subscribe((event) => event.type === 'waiting' && waiting.push(process.status.waiting));
  const numbers = Array.from({ length: 20 }, (_, number) => String(number + 1));
  const receipts = await Promise.all(numbers.map((data) => process.send({ data })));
  assert.equal(
    receipts.map(({ slot }) => String(slot)),
    numbers,
  );
  assert.equal(
    waiting,
    numbers.map((number) => Number(number)),
  );
  assert.is(process.status.waiting, 0);
  const schedule = await process.schedule();
  for (const { id, slot } of receipts) assert.is(schedule[slot]?.message.id, id);
  assert.equal(await heardBy(process), numbers);
});

test('whoever waits outside is let in though the process fills its own mailbox for ever', async () => {
  const flooding = behavior<number>(
    {
      init(_, turn) {
        turn.send({ target: turn.self });
        return 0;
      },
      receive(count, _, turn) {
        turn.send({ target: turn.self });
        return count + 1;
      },
    },
    { name: 'flooding' },
  );
  const system = createSystem({ ...tiny('wait', 1), limits: { turnsPerRun: 10 } });
  const process = await system.spawn(flooding);
  await system.run({ turns: 5 });
  const receipts = await Promise.all(['1', '2', '3'].map((data) => process.send({ data })));
  const [first = 0] = receipts.map(({ slot }) => slot);
  assert.ok(first <= 7, `slot ${first}`);
  assert.equal(
    receipts.map(({ slot }) => slot - first),
    [0, 1, 2],
  );
});

test('one who waits beyond what may wait is refused', async () => {
  const system = createSystem({ ...tiny('wait', 1), limits: { waitingMessages: 2 } });
  const process = await system.spawn(listener);
  const sends = ['1', '2', '3'].map((data) => process.send({ data }));
  assert.is((await refusal(() => sends[2])).code, 'mailbox-full');
  await Promise.all(sends.slice(0, 2));
  assert.equal(await heardBy(process), ['1', '2']);
});

test.run();
