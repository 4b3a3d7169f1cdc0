import { createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';
import { aos, aos32, evaluate } from './aos.ts';

for (const [name, asker, answerer] of [
  ['64-bit to 64-bit', aos, aos],
  ['32-bit to 64-bit', aos32, aos],
  ['64-bit to 32-bit', aos, aos32],
] as const) {
  test(`a process waits for another's reply: ${name}`, async () => {
    await using system = createSystem();
    const client = await system.spawn(asker, { name: 'client' });
    const server = await system.spawn(answerer, { name: 'server' });
    await evaluate(
      server,
      `Handlers.add('add', 'Add', function(msg)
      msg.reply({ Sum = tostring(tonumber(msg.Tags.A) + tonumber(msg.Tags.B)) })
    end)`,
    );
    await evaluate(
      client,
      `Sum = 'none'; Before = 'not yet'
      Before = 'asked'
      Sum = Send({ Target = '${server.id}', Action = 'Add', A = '2', B = '40' }).receive().Tags.Sum`,
    );
    assert.is(await evaluate(client, 'return Before .. " " .. Sum'), 'asked none', 'the coroutine is suspended');
    await system.settle();
    assert.is(await evaluate(client, 'return Sum'), '42');
  });
}

test('processes that wait for each other are told as a cycle when an ask has no reply', async () => {
  await using system = createSystem();
  const [shop, bank] = [await system.spawn(aos, { name: 'shop' }), await system.spawn(aos, { name: 'bank' })];
  // The shop does not answer what the bank asks.
  for (const [process, action, other, asks] of [
    [shop, 'Price', bank, 'Rate'],
    [bank, 'Rate', shop, 'Stock'],
  ] as const) {
    await evaluate(
      process,
      `Handlers.add('asks', '${action}', function(msg)
        msg.reply({ Data = Send({ Target = '${other.id}', Action = '${asks}' }).receive().Data })
      end)`,
    );
  }
  const error = await refusal(() => shop.ask({ tags: { Action: 'Price' } }, { timeoutMs: 100 }));
  assert.match(error.message, 'by their references, shop waits for bank, which waits for shop: a cycle');
});

test('the receiver sees who sent it and who relayed it', async () => {
  await using system = createSystem();
  const sender = await system.spawn(aos);
  const receiver = await system.spawn(aos);
  await evaluate(receiver, `Handlers.add('note', 'Note', function(msg) Seen = msg.From .. ' ' .. msg.Owner end)`);
  await evaluate(sender, `Send({ Target = '${receiver.id}', Action = 'Note' })`);
  await system.settle();
  assert.is(await evaluate(receiver, 'return Seen'), `${sender.id} ${system.addresses.messenger}`);
});

test('a process without the authority trusts nobody else', async () => {
  await using system = createSystem();
  const sender = await system.spawn(aos);
  const wary = await system.spawn(aos, { tags: { Authority: 'A'.repeat(43) } });
  await evaluate(wary, `Handlers.add('note', 'Note', function(msg) Seen = true end)`);
  await evaluate(sender, `Send({ Target = '${wary.id}', Action = 'Note' })`);
  await system.settle();
  assert.is(await evaluate(wary, 'return tostring(Seen)'), 'nil');
});

test.run();
