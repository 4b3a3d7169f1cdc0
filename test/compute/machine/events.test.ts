import { type MachineEvent, type MachineMail, machine } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assign, createMachine, setup } from 'xstate';
import { hosted } from './host.ts';

/** Keeps what it was started with and every event it takes. */
const recorder = machine(
  setup({
    types: { context: {} as { input: MachineMail; heard: MachineEvent[] }, input: {} as MachineMail },
  }).createMachine({
    id: 'recorder',
    context: ({ input }) => ({ input, heard: [] }),
    on: { '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event as MachineEvent] }) } },
  }),
);

test('a message is the event of its action, with what the message says', async () => {
  const host = await hosted(recorder);
  await host.send('Pay', { from: 'bob', data: 'text', tags: { Quantity: '3' } });
  const { context } = await host.snapshot();
  const [event] = context.heard as MachineEvent[];
  assert.ok(event);
  assert.equal(
    [event.type, event.from, event.data, event.tags, event.slot, event.timestampMs, event.blockHeight],
    ['Pay', 'bob', 'text', { Action: 'Pay', Quantity: '3' }, 1, 1_000, 7],
  );
  assert.is(event.message.id, 'message 1');
});

test("the process's own item is the input", async () => {
  const host = await hosted(recorder, { from: 'alice', data: 'item', tags: { Colour: 'red' } });
  const { from, data, tags, slot } = (await host.snapshot()).context.input as MachineMail;
  assert.equal([from, data, tags, slot], ['alice', 'item', { Colour: 'red' }, 0]);
});

test('of tags with the same name the first counts, and a tag may have any name', async () => {
  const host = await hosted(recorder);
  const tags = [
    { name: 'Action', value: 'Second' },
    { name: 'constructor', value: 'c' },
  ];
  await host.send('First', { tags });
  const [event] = (await host.snapshot()).context.heard as MachineEvent[];
  assert.equal([event?.type, event?.tags.Action, event?.tags.constructor], ['First', 'First', 'c']);
});

test('a message without an action is a Message', async () => {
  const host = await hosted(recorder);
  await host.give({ data: 'plain' });
  await host.give({ data: 'empty', tags: { Action: '' } });
  const heard = (await host.snapshot()).context.heard as MachineEvent[];
  assert.equal(
    heard.map(({ type, data }) => [type, data]),
    [
      ['Message', 'plain'],
      ['Message', 'empty'],
    ],
  );
});

test('a message that the machine has no transition for takes its slot and changes nothing', async () => {
  const door = createMachine({
    id: 'door',
    initial: 'closed',
    states: { closed: { on: { Open: 'open' } }, open: { initial: 'wide', states: { wide: {} }, on: { Close: {} } } },
  });
  const host = await hosted(machine(door));
  assert.is((await host.send('Close')).output, 'no transition for Close in closed');
  assert.is((await host.send('Open')).output, '');
  const before = await host.snapshot();
  const outcome = await host.send('Open');
  assert.is(outcome.output, 'no transition for Open in {"open":"wide"}');
  assert.is(outcome.error, undefined);
  assert.equal(await host.snapshot(), before);
  assert.is((await host.send('Close')).output, '', 'a transition that does nothing is one');
});

test('nobody can send the events that XState sends itself', async () => {
  const heard: string[] = [];
  const wary = createMachine({
    id: 'wary',
    initial: 'waiting',
    states: { waiting: { after: { 1000: 'late' } }, late: {} },
    on: { '*': { actions: ({ event }) => heard.push(event.type) } },
  });
  const host = await hosted(machine(wary));
  for (const type of ['xstate.after.1000.wary.waiting', 'xstate.stop', 'xstate.init', 'xstate.error.actor.x']) {
    const outcome = await host.send(type);
    assert.is(outcome.output, `${type} is an event of XState itself`);
  }
  assert.is((await host.snapshot()).value, 'waiting');
  assert.equal(heard, []);
  // From anyone else a Timer is a message like others.
  await host.send('Timer', { tags: { Timer: '1' } });
  assert.equal([(await host.snapshot()).value, heard], ['waiting', ['Timer']]);
});

test('messages become the events of a machine that was not made for them', async () => {
  type Coin = { type: 'coin'; value: bigint } | { type: 'push' };
  const turnstile = setup({
    types: { events: {} as Coin, context: {} as { total: bigint }, input: {} as { start: bigint } },
  }).createMachine({
    id: 'turnstile',
    context: ({ input }) => ({ total: input.start }),
    on: { coin: { actions: assign({ total: ({ context, event }) => context.total + event.value }) } },
  });
  const module = machine(turnstile, {
    input: ({ tags }) => ({ start: BigInt(tags.Start ?? 0) }),
    event: ({ type, data }) => (type === 'Insert' ? { type: 'coin', value: BigInt(data) } : undefined),
  });
  const host = await hosted(module, { tags: { Start: '5' } });
  await host.send('Insert', { data: '2' });
  assert.is((await host.send('coin')).output, 'the message is no event');
  assert.is((await host.snapshot()).context.total, 7n);
  assert.ok((await host.send('Insert', { data: 'no number' })).error, 'what is thrown on the way is an error outcome');
  assert.is((await host.snapshot()).context.total, 7n);
});

test('the machine knows its process as self', async () => {
  const known: string[] = [];
  const own = createMachine({
    context: ({ self }) => {
      known.push(self.id);
      return {};
    },
    entry: ({ self }) => known.push(self.id),
    on: { Ask: { actions: ({ self }) => known.push(self.id) } },
  });
  const host = await hosted(machine(own));
  await host.send('Ask');
  await host.restart();
  await host.send('Ask');
  assert.equal(known, [host.id, host.id, host.id, host.id]);
});

test.run();
