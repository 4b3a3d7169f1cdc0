// Whatever is sent gets exactly one slot or becomes exactly one piece of outbound mail, in every order.

import fc from 'fast-check';
import {
  behavior,
  createSystem,
  fifo,
  type Id,
  type MailboxOptions,
  type ProcessHandle,
  random,
  replay,
  roundRobin,
  tagValue,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const wallet = 'a wallet';

/** Sends to each of the targets in the tag `Targets` one message that has `Depth` less one, and as many targets. */
const spreader = behavior<number>(
  {
    init: () => 0,
    receive(sent, message, turn) {
      const depth = Number(tagValue(message.tags, 'Depth') ?? 0);
      if (depth === 0) return sent;
      const targets = (tagValue(message.tags, 'Targets') ?? '').split(' ');
      for (const [index, target] of targets.entries()) {
        const data = `${turn.self} ${sent + index}`;
        turn.send({ target, data, tags: { Depth: String(depth - 1), Targets: targets.join(' ') } });
      }
      return sent + targets.length;
    },
  },
  { name: 'spreader' },
);

const schedulers = { fifo: fifo(), roundRobin: roundRobin(), random: random() };

const scenario = fc.record({
  seed: fc.string(),
  processes: fc.integer({ min: 1, max: 4 }),
  messages: fc.integer({ min: 1, max: 3 }),
  overflow: fc.constantFrom<MailboxOptions['overflow']>('wait', 'reject'),
  scheduler: fc.constantFrom<keyof typeof schedulers>('fifo', 'roundRobin', 'random'),
  waitingMessages: fc.integer({ min: 1, max: 20 }),
  sends: fc.array(fc.tuple(fc.nat(3), fc.array(fc.nat(4), { maxLength: 3, minLength: 1 }), fc.nat(3)), {
    maxLength: 4,
  }),
});

test('nothing is lost and nothing is doubled', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ sends, processes: count, scheduler, seed, overflow, ...bounds }) => {
      const { messages, waitingMessages } = bounds;
      const system = createSystem({
        seed,
        scheduler: schedulers[scheduler],
        mailbox: { messages, overflow },
        limits: { waitingMessages },
      });
      const processes: ProcessHandle[] = [];
      for (let number = 0; number < count; number++) processes.push(await system.spawn(spreader));
      let mostMail = 0;
      system.trace.subscribe(() => {
        for (const { status } of processes) mostMail = Math.max(mostMail, status.mail);
      });
      await system.settle();
      for (const [to, targets, depth] of sends) {
        // What was sent before could leave no room, or nowhere to wait for it.
        const full = (processes[to % count]?.status.waiting ?? 0) >= waitingMessages;
        if (full || overflow === 'reject') await system.settle();
        const ids = targets.map((target) => processes[target]?.id ?? wallet);
        const tags = { Targets: ids.join(' '), Depth: String(depth) };
        await processes[to % count]?.send({ tags, data: 'from outside' });
      }
      await system.settle();

      assert.ok(mostMail <= messages, `${mostMail} messages in a mailbox of ${messages}`);
      const produced: string[] = [];
      const received: string[] = [];
      const arrived = new Map<string, number[]>();
      for (const process of processes) {
        assert.is(process.status.mail, 0);
        assert.is(process.status.waiting, 0);
        for (const { slot, message } of await process.schedule()) {
          const outcome = await process.outcome(slot);
          produced.push(...outcome.messages.map(({ data, target }) => `${target} ${data}`));
          if (message.from === system.addresses.wallet) continue;
          received.push(`${process.id} ${message.data}`);
          const [sender = '', number] = message.data.split(' ');
          const key: Id = `${sender} ${process.id}`;
          arrived.set(key, [...(arrived.get(key) ?? []), Number(number)]);
        }
      }
      const mails = (await system.outbound()).map(({ message }) => `${message?.target} ${message?.data}`);
      assert.equal([...received, ...mails].sort(), produced.sort());
      assert.is(new Set(produced).size, produced.length);
      for (const numbers of arrived.values()) {
        assert.equal(
          numbers,
          [...numbers].sort((one, other) => one - other),
          'what one process sends to another arrives in the order in which it was sent',
        );
      }
      const { digest } = await replay(await system.record(), { modules: [spreader] });
      assert.is(digest, system.trace.digest);
    }),
    { numRuns: 150 },
  );
});

test.run();
