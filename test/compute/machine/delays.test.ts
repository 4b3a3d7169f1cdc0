import { createSystem, type MachineEvent, machine, outbox } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assign, cancel, createMachine, enqueueActions, raise, sendTo, setup } from 'xstate';
import { type Host, hosted } from './host.ts';

/** A lamp that goes off by itself a second after it was last switched on. */
const lamp = machine(
  createMachine({
    id: 'lamp',
    initial: 'off',
    states: {
      off: { on: { On: 'on' } },
      on: { after: { 1000: 'off' }, on: { Off: 'off', On: { target: 'on', reenter: true } } },
    },
  }),
);

const stateOf = async (host: Host) => (await host.snapshot()).value;

test('a delay is a message to the process itself that waits', async () => {
  const host = await hosted(lamp);
  const { messages } = await host.send('On');
  const [timer] = messages;
  assert.equal([messages.length, timer?.target, timer?.delayMs, timer?.data], [1, host.id, 1_000, '']);
  assert.equal(
    timer?.tags?.slice(4).map(({ name, value }) => `${name}=${value}`),
    ['Action=Timer', 'Timer=1', 'Event=xstate.after.1000.lamp.on'],
  );
  await host.advance(999);
  assert.is(await stateOf(host), 'on');
  await host.advance(1);
  assert.is(await stateOf(host), 'off');
});

test('a delay whose state was left is over, and its message changes nothing', async () => {
  const host = await hosted(lamp);
  await host.send('On');
  await host.advance(600);
  await host.send('Off');
  await host.send('On');
  await host.advance(600);
  assert.is(host.outcomes.at(-1)?.output, 'the timer 1 is not set');
  assert.is(await stateOf(host), 'on');
  await host.advance(400);
  assert.is(await stateOf(host), 'off');
});

test('a state that is entered again counts from then', async () => {
  const host = await hosted(lamp);
  await host.send('On');
  await host.advance(700);
  await host.send('On');
  await host.advance(700);
  assert.is(await stateOf(host), 'on');
  await host.advance(300);
  assert.is(await stateOf(host), 'off');
});

test('a timer fires once, however often its message comes', async () => {
  const counting = machine(
    createMachine({
      context: { fired: 0 },
      entry: raise({ type: 'tick' }, { delay: 50 }),
      on: { tick: { actions: assign({ fired: ({ context }) => context.fired + 1 }) } },
    }),
  );
  const host = await hosted(counting);
  await host.deliverTimers(3);
  assert.is((await host.snapshot()).context.fired, 1);
  assert.is(host.outcomes.at(-1)?.output, 'the timer 1 is not set');
});

test('a restart in the middle of a delay changes nothing about it', async () => {
  const host = await hosted(lamp);
  await host.send('On');
  await host.advance(400);
  await host.restart();
  assert.equal(host.timers, ['xstate.after.1000.lamp.on at 2000'], 'nothing is set again');
  await host.advance(599);
  assert.is(await stateOf(host), 'on');
  await host.restart();
  await host.advance(1);
  assert.is(await stateOf(host), 'off');
});

test('a delay can be cancelled, before a restart or after it', async () => {
  type Events = MachineEvent<'Set' | 'SetLoud' | 'Stop'> | { readonly type: 'ring'; readonly what: string };
  const alarm = machine(
    setup({ types: { events: {} as Events, context: {} as { rung: readonly string[] } } }).createMachine({
      context: { rung: [] },
      on: {
        Set: { actions: raise(({ event }) => ({ type: 'ring', what: event.data }), { id: 'alarm', delay: 100 }) },
        SetLoud: { actions: raise({ type: 'ring', what: 'loud' }, { delay: 100 }) },
        Stop: { actions: cancel('alarm') },
        ring: { actions: assign({ rung: ({ context, event }) => [...context.rung, event.what] }) },
      },
    }),
    { event: (event) => event as MachineEvent<'Set' | 'SetLoud' | 'Stop'> },
  );
  const host = await hosted(alarm);
  await host.send('Set', { data: 'one' });
  await host.send('SetLoud');
  await host.send('Stop');
  await host.send('Set', { data: 'two' });
  await host.send('Set', { data: 'three' });
  await host.restart();
  await host.send('Stop');
  await host.send('Set', { data: 'four' });
  await host.advance(1_000);
  assert.equal((await host.snapshot()).context.rung, ['loud', 'four']);
});

test('delays of children are delivered to the child, or to nobody once it has stopped', async () => {
  const child = createMachine({
    context: { ticks: 0 },
    entry: raise({ type: 'tick' }, { delay: 100 }),
    on: {
      tick: {
        actions: [assign({ ticks: ({ context }) => context.ticks + 1 }), raise({ type: 'tick' }, { delay: 100 })],
      },
    },
  });
  const parent = setup({ actors: { child } }).createMachine({
    initial: 'with',
    states: {
      with: {
        invoke: { id: 'kid', src: 'child' },
        entry: sendTo('kid', { type: 'tick' }, { delay: 10, id: 'extra' }),
        on: { Leave: 'without' },
      },
      without: { on: { Enter: 'with' } },
    },
  });
  const host = await hosted(machine(parent));
  const ticks = async () => (await host.snapshot()).children.kid?.snapshot.context.ticks;
  await host.advance(100);
  assert.is(await ticks(), 2);
  await host.restart();
  await host.advance(10);
  assert.is(await ticks(), 3);
  await host.send('Leave');
  await host.send('Enter');
  await host.restart();
  await host.advance(10);
  assert.is(await ticks(), 1, 'the new child hears what was sent to it, and nothing that was for the old one');
});

test('the length of a delay may depend on the context', async () => {
  const patient = setup({
    types: { events: {} as MachineEvent<'Wait'>, context: {} as { waitMs: number } },
    delays: { wait: ({ context }) => context.waitMs },
  }).createMachine({
    initial: 'idle',
    context: { waitMs: 0 },
    states: {
      idle: { on: { Wait: { target: 'waiting', actions: assign({ waitMs: ({ event }) => Number(event.data) }) } } },
      waiting: { after: { wait: 'idle' } },
    },
  });
  const delays: unknown[] = [];
  for (const data of ['250', '0.9', '-5', '1e15']) {
    const host = await hosted(machine(patient));
    delays.push((await host.send('Wait', { data })).messages[0]?.delayMs);
  }
  assert.equal(delays, [250, 0, 0, 1e15]);
  for (const data of ['Infinity', 'no number', '1e300']) {
    const host = await hosted(machine(patient));
    const outcome = await host.send('Wait', { data });
    assert.equal([outcome.fault, outcome.messages, await stateOf(host)], ['option-invalid', [], 'idle']);
  }
});

test('a delay of nothing is a turn of its own', async () => {
  const soon = machine(createMachine({ initial: 'a', states: { a: { after: { 0: 'b' } }, b: {} } }));
  const host = await hosted(soon);
  assert.is(await stateOf(host), 'a');
  await host.advance(0);
  assert.is(await stateOf(host), 'b');
});

test('a delay that is set in a turn that fails is not set', async () => {
  const careless = machine(
    setup({ types: { events: {} as MachineEvent<'Set' | 'ring'>, context: {} as { rung: number } } }).createMachine({
      context: { rung: 0 },
      on: {
        Set: {
          actions: enqueueActions(({ event, enqueue }) => {
            enqueue.raise(({ event: set }) => ({ ...set, type: 'ring' }), { delay: 10 });
            enqueue(() => {
              if (event.data === 'fail') throw new Error('after it was set');
            });
          }),
        },
        ring: { actions: assign({ rung: ({ context }) => context.rung + 1 }) },
      },
    }),
  );
  const host = await hosted(careless);
  assert.is((await host.send('Set', { data: 'fail' })).error, 'after it was set');
  assert.equal(host.timers, []);
  await host.send('Set');
  await host.advance(10);
  assert.is((await host.snapshot()).context.rung, 1);
});

test('in a system delays pass in virtual time', async () => {
  const system = createSystem();
  const clock = machine(
    createMachine({
      id: 'clock',
      initial: 'tick',
      states: {
        tick: { entry: outbox.send({ target: 'a wallet', data: 'tick' }), after: { 1000: 'tock' } },
        tock: { entry: outbox.send({ target: 'a wallet', data: 'tock' }), after: { 500: 'tick' } },
      },
    }),
  );
  const process = await system.spawn(clock);
  await system.advance(3_000);
  const mails = await system.outbound();
  assert.equal(mails.map(({ message }) => message?.data).join(' '), 'tick tock tick tock tick');
  const schedule = await process.schedule();
  const [first = 0] = schedule.map(({ timestampMs }) => timestampMs);
  assert.equal(
    schedule.map(({ timestampMs }) => timestampMs - first),
    [0, 1_000, 1_500, 2_500, 3_000],
  );
});

test.run();
