import { createSystem, type MachineEvent, type MachineMail, machine, outbox } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  and,
  assign,
  createMachine,
  fromTransition,
  not,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
} from 'xstate';
import { type Host, hosted, sentBy } from './host.ts';

const stateOf = async (host: Host) => (await host.snapshot()).value;

test('guards see the message, and who sent it', async () => {
  const owned = setup({
    types: {
      events: {} as MachineEvent<'Set' | 'Close'>,
      context: {} as { owner: string; price: number },
      input: {} as MachineMail,
    },
    guards: {
      fromOwner: ({ context, event }) => event.from === context.owner,
      isPrice: ({ event }) => Number(event.data) > 0,
    },
  }).createMachine({
    context: ({ input }) => ({ owner: input.from, price: 1 }),
    initial: 'open',
    states: {
      open: {
        on: {
          Set: {
            guard: and(['fromOwner', 'isPrice']),
            actions: assign({ price: ({ event }) => Number(event.data) }),
          },
          Close: [{ guard: not('fromOwner'), actions: outbox.reply({ data: 'not yours' }) }, { target: 'closed' }],
        },
      },
      closed: {},
    },
  });
  const host = await hosted(machine(owned), { from: 'alice' });
  assert.is((await host.send('Set', { from: 'bob', data: '9' })).output, 'no transition for Set in open');
  await host.send('Set', { from: 'alice', data: '-1' });
  await host.send('Set', { from: 'alice', data: '7' });
  assert.equal((await host.snapshot()).context, { owner: 'alice', price: 7 });
  assert.equal(sentBy(await host.send('Close', { from: 'bob' })), ['bob not yours']);
  await host.send('Close', { from: 'alice' });
  assert.is(await stateOf(host), 'closed');
});

test('nested, parallel and history states are kept', async () => {
  const player = createMachine({
    id: 'player',
    initial: 'off',
    states: {
      off: { on: { Power: 'on.last' } },
      on: {
        type: 'parallel',
        on: { Power: 'off' },
        states: {
          track: { initial: 'one', states: { one: { on: { Next: 'two' } }, two: { on: { Next: 'one' } } } },
          volume: {
            initial: 'loud',
            states: {
              loud: { on: { Mute: 'mute' } },
              mute: { on: { Mute: 'loud', Next: { guard: stateIn('#player.on'), target: 'loud' } } },
            },
          },
          last: { type: 'history', history: 'deep' },
        },
      },
    },
  });
  const host = await hosted(machine(player));
  for (const action of ['Power', 'Mute']) await host.send(action);
  assert.equal(await stateOf(host), { on: { track: 'one', volume: 'mute' } });
  await host.send('Power');
  await host.restart();
  await host.send('Power');
  assert.equal(await stateOf(host), { on: { track: 'one', volume: 'mute' } });
  await host.send('Next');
  assert.equal(await stateOf(host), { on: { track: 'two', volume: 'loud' } });
});

test('transitions without events and raised events are part of the turn', async () => {
  const chain = createMachine({
    context: { steps: 0 },
    initial: 'a',
    states: {
      a: { on: { Go: { target: 'b', actions: raise({ type: 'again' }) } } },
      b: { on: { again: 'c' } },
      c: { always: { target: 'd', actions: outbox.send({ target: 'a wallet', data: 'arrived' }) } },
      d: {},
    },
  });
  const host = await hosted(machine(chain));
  assert.equal(sentBy(await host.send('Go')), ['a wallet arrived']);
  assert.is(await stateOf(host), 'd');
});

test('a machine that reaches its end says what it came to, and takes no more messages', async () => {
  const vote = setup({
    types: {
      events: {} as MachineEvent<'Yes' | 'Close'>,
      context: {} as { yes: number },
      output: {} as { yes: number },
    },
  }).createMachine({
    context: { yes: 0 },
    initial: 'open',
    states: {
      open: {
        on: { Yes: { actions: assign({ yes: ({ context }) => context.yes + 1 }) }, Close: 'closed' },
        after: { 1000: 'closed' },
      },
      closed: { type: 'final', entry: outbox.send({ target: 'a wallet', data: 'closed' }) },
    },
    output: ({ context }) => ({ yes: context.yes }),
  });
  const host = await hosted(machine(vote));
  await host.send('Yes');
  const outcome = await host.send('Close');
  assert.equal([outcome.output, sentBy(outcome)], [{ yes: 1 }, ['a wallet closed']]);
  const ended = await host.snapshot();
  assert.is(ended.status, 'done');
  for (const restarted of [false, true]) {
    if (restarted) await host.restart();
    const late = await host.send('Yes');
    assert.equal([late.output, late.error], ['the machine has ended', undefined]);
  }
  await host.advance(1_000);
  assert.is(host.outcomes.at(-1)?.output, 'the machine has ended', 'its delays are over too');
  assert.equal(await host.snapshot(), ended);
});

test('a process whose machine has ended stays in its system', async () => {
  const system = createSystem();
  const once = machine(createMachine({ id: 'once', initial: 'end', states: { end: { type: 'final' } } }));
  const process = await system.spawn(once);
  await process.send({ tags: { Action: 'Any' } });
  await system.settle();
  assert.equal([process.status.state, process.status.slots], ['ready', 2]);
});

test('machines and transition functions are children that live on between turns', async () => {
  const till = fromTransition(
    (total: number, event: { type: 'add'; amount: number }) => (event.type === 'add' ? total + event.amount : total),
    0,
  );
  const oven = createMachine({
    initial: 'cold',
    states: {
      cold: { on: { heat: 'hot' } },
      hot: { entry: sendParent({ type: 'ready' }), type: 'final' },
    },
    output: 'baked',
  });
  type Own = { type: 'ready' };
  const bakery = setup({
    types: { events: {} as MachineEvent<'Order' | 'Bake'> | Own, context: {} as { log: readonly string[] } },
    actors: { till, oven },
  }).createMachine({
    context: { log: [] },
    invoke: [
      { id: 'till', src: 'till' },
      {
        id: 'oven',
        src: 'oven',
        onDone: { actions: assign({ log: ({ context, event }) => [...context.log, `done ${event.output}`] }) },
      },
    ],
    on: {
      Order: { actions: sendTo('till', ({ event }) => ({ type: 'add', amount: Number(event.data) })) },
      Bake: { actions: sendTo('oven', { type: 'heat' }) },
      ready: { actions: assign({ log: ({ context }) => [...context.log, 'ready'] }) },
    },
  });
  const host = await hosted(machine(bakery));
  await host.send('Order', { data: '2' });
  await host.restart();
  await host.send('Order', { data: '3' });
  await host.send('Bake');
  await host.restart();
  const { children, context } = await host.snapshot();
  assert.is(children.till?.snapshot.context, 5);
  assert.equal(context, { log: ['ready', 'done baked'] });
});

test('children are numbered within the process, whatever else the program runs', async () => {
  const child = createMachine({});
  const nursery = setup({ actors: { child } }).createMachine({
    context: { ids: [] as string[] },
    on: {
      Spawn: {
        actions: assign({ ids: ({ context, spawn }) => [...(context.ids as string[]), spawn('child').id] }),
      },
    },
  });
  const ids = async (noise: number) => {
    const host = await hosted(machine(nursery));
    await host.send('Spawn');
    for (let other = 0; other < noise; other++) await hosted(machine(nursery));
    await host.restart();
    await host.send('Spawn');
    return (await host.snapshot()).context.ids;
  };
  assert.equal(await ids(0), ['x:1', 'x:2']);
  assert.equal(await ids(5), ['x:1', 'x:2']);
});

test('a child whose id another takes is let go of', async () => {
  const ticker = createMachine({
    after: { 10: { actions: sendParent({ type: 'tick' }) } },
  });
  const counting = setup({ actors: { ticker } }).createMachine({
    context: { ticks: 0 },
    on: {
      Spawn: { actions: spawnChild('ticker', { id: 'one' }) },
      tick: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
    },
  });
  const host = await hosted(machine(counting));
  await host.send('Spawn');
  await host.send('Spawn');
  await host.advance(10);
  assert.is((await host.snapshot()).context.ticks, 1);
});

test.run();
