import { createSystem, type MachineEvent, machine, outbox, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assign, createMachine, enqueueActions, fromTransition, sendTo, setup } from 'xstate';
import { hosted } from './host.ts';

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

/** Counts, sends, moves to another state, and then fails if the data says so. */
const careless = machine(
  setup({
    types: { events: {} as MachineEvent<'Act'>, context: {} as { count: number; heard: readonly string[] } },
    actions: {
      act: enqueueActions(({ event, enqueue }) => {
        enqueue.assign({
          count: ({ context }) => context.count + 1,
          heard: ({ context }) => [...context.heard, event.data],
        });
        enqueue(outbox.send({ target: 'a wallet', data: 'sent' }));
        enqueue(outbox.spawn({ module: 'any' }));
        enqueue(() => {
          if (event.data === 'throw') throw new Error('in the middle');
          if (event.data === 'throw text') throw 'not even an error';
          if (event.data === 'throw nothing') throw undefined;
          if (event.data === 'throw a revoked proxy') throw revoked;
        });
      }),
    },
  }).createMachine({
    id: 'careless',
    context: { count: 0, heard: [] },
    initial: 'even',
    states: {
      even: { on: { Act: { target: 'odd', actions: 'act' } } },
      odd: { on: { Act: { target: 'even', actions: 'act' } } },
    },
  }),
);

test('when an action throws the state is as before, and nothing that was sent leaves', async () => {
  const host = await hosted(careless);
  await host.send('Act', { data: 'a' });
  const before = await host.checkpoint();
  const outcome = await host.send('Act', { data: 'throw' });
  assert.is(outcome.error, 'in the middle');
  assert.is(outcome.fault, undefined);
  assert.equal([outcome.messages, outcome.spawns, outcome.output], [[], [], '']);
  assert.equal((await host.checkpoint()).bytes, before.bytes);
  await host.send('Act', { data: 'b' });
  const { value, context } = await host.snapshot();
  assert.equal([value, context], ['even', { count: 2, heard: ['a', 'b'] }]);
});

test('anything may be thrown', async () => {
  const host = await hosted(careless);
  assert.is((await host.send('Act', { data: 'throw text' })).error, 'not even an error');
  assert.is((await host.send('Act', { data: 'throw nothing' })).error, 'undefined');
  assert.is((await host.send('Act', { data: 'throw a revoked proxy' })).error, 'something was thrown that has no text');
  assert.is((await host.snapshot()).value, 'even');
});

test('a guard that throws is an error that says where', async () => {
  const guarded = createMachine({
    id: 'guarded',
    on: {
      Act: {
        guard: () => {
          throw new Error('cannot tell');
        },
      },
    },
  });
  const host = await hosted(machine(guarded));
  assert.match(String((await host.send('Act')).error), /guard.*'Act'.*'guarded'[\s\S]*cannot tell/);
});

test('the context cannot be changed in place, in a turn that fails or in one that does not', async () => {
  const sneaky = createMachine({
    context: { list: ['a'], inner: { count: 0 } },
    on: {
      Push: { actions: ({ context }) => context.list.push('b') },
      Set: { actions: ({ context }) => Object.assign(context.inner, { count: 1 }) },
      Add: { actions: assign({ list: ({ context }) => [...context.list, 'c'] }) },
    },
  });
  const host = await hosted(machine(sneaky));
  for (const restarted of [false, true]) {
    if (restarted) await host.restart();
    assert.match(String((await host.send('Push')).error), 'not extensible');
    assert.match(String((await host.send('Set')).error), 'read only');
  }
  await host.send('Add');
  assert.equal((await host.snapshot()).context, { list: ['a', 'c'], inner: { count: 0 } });
});

test('what a checkpoint copies, such as a map, may be changed in place and is as before after an error', async () => {
  const mapped = setup({
    types: { events: {} as MachineEvent<'Put'>, context: {} as { map: Map<string, { n: number }>; bytes: Uint8Array } },
  }).createMachine({
    context: { map: new Map(), bytes: new Uint8Array(2) },
    on: {
      Put: {
        actions: ({ context, event }) => {
          context.map.set(event.data, { n: context.map.size });
          context.bytes[0] = context.map.size;
          if (event.data === 'fail') throw new Error('after it was put');
        },
      },
    },
  });
  const module = machine(mapped);
  const host = await hosted(module);
  for (const data of ['a', 'fail', 'b', 'fail']) await host.send('Put', { data });
  const { map, bytes } = (await host.snapshot()).context;
  assert.equal([[...(map as Map<string, unknown>).keys()], bytes], [['a', 'b'], new Uint8Array([2, 0])]);
  // Nor does it get to another process of the machine, whose first context is the same object.
  const other = await hosted(module);
  assert.is(((await other.snapshot()).context.map as Map<string, unknown>).size, 0);
});

test('the states of children are as before too', async () => {
  const child = createMachine({
    context: { heard: 0 },
    on: { note: { actions: assign({ heard: ({ context }) => context.heard + 1 }) } },
  });
  const sum = fromTransition(
    (total: number, event: { type: string }) => (event.type === 'note' ? total + 1 : total),
    0,
  );
  const parent = setup({ actors: { child, sum } }).createMachine({
    invoke: [
      { id: 'kid', src: 'child' },
      { id: 'sum', src: 'sum' },
    ],
    on: {
      Note: { actions: [sendTo('kid', { type: 'note' }), sendTo('sum', { type: 'note' })] },
      Fail: {
        actions: [
          sendTo('kid', { type: 'note' }),
          sendTo('sum', { type: 'note' }),
          sendTo(({ self }) => self, { type: 'throw' }),
        ],
      },
      throw: {
        actions: () => {
          throw new Error('after the children heard');
        },
      },
    },
  });
  const host = await hosted(machine(parent));
  const heard = async () => {
    const { kid, sum } = (await host.snapshot()).children;
    return [kid?.snapshot.context.heard, sum?.snapshot.context];
  };
  await host.send('Note');
  assert.is((await host.send('Fail')).error, 'after the children heard');
  assert.equal(await heard(), [1, 1]);
  await host.send('Note');
  assert.equal(await heard(), [2, 2]);
});

test('the error of a child fails the turn unless the machine handles it', async () => {
  const failing = createMachine({
    on: {
      fail: {
        actions: () => {
          throw new Error('the child failed');
        },
      },
    },
  });
  const parent = (handled: boolean) =>
    setup({ actors: { failing } }).createMachine({
      initial: 'running',
      states: {
        running: {
          invoke: { id: 'kid', src: 'failing', ...(handled && { onError: 'failed' }) },
          on: { Fail: { actions: sendTo('kid', { type: 'fail' }) } },
        },
        failed: {},
      },
    });
  const unhandled = await hosted(machine(parent(false)));
  assert.is((await unhandled.send('Fail')).error, 'the child failed');
  assert.is((await unhandled.snapshot()).value, 'running');
  const handled = await hosted(machine(parent(true)));
  assert.is((await handled.send('Fail')).error, undefined);
  assert.is((await handled.snapshot()).value, 'failed');
});

test('a machine that cannot start has no state for what follows', async () => {
  const broken = createMachine({
    context: () => {
      throw new Error('cannot begin');
    },
  });
  const host = await hosted(machine(broken));
  assert.is(host.outcomes[0]?.error, 'cannot begin');
  const outcome = await host.send('Any');
  assert.is(outcome.fault, 'state-invalid');
  await host.restart();
  assert.is((await host.send('Any')).fault, 'state-invalid');
});

test('an entry action that throws keeps the machine from starting', async () => {
  const broken = createMachine({
    entry: [
      outbox.send({ target: 'a' }),
      () => {
        throw new Error('on entry');
      },
    ],
  });
  const host = await hosted(machine(broken));
  assert.equal([host.outcomes[0]?.error, host.outcomes[0]?.messages], ['on entry', []]);
});

test('a dry run leaves no trace', async () => {
  const host = await hosted(careless);
  const before = await host.checkpoint();
  const outcome = await host.dryRun('Act', { data: 'dry' });
  assert.is(outcome.messages.length, 1);
  assert.is((await host.dryRun('Act', { data: 'throw' })).error, 'in the middle');
  assert.equal(await host.checkpoint(), before);
  await host.send('Act', { data: 'a' });
  assert.equal((await host.snapshot()).context, { count: 1, heard: ['a'] });
});

test('an error is no crash: the process stays, and the run can be done again', async () => {
  const system = createSystem();
  const process = await system.spawn(careless);
  for (const data of ['a', 'throw', 'b']) await process.send({ tags: { Action: 'Act' }, data });
  await system.settle();
  assert.is(process.status.state, 'ready');
  assert.equal((await system.outbound()).length, 4);
  const { digest } = await replay(await system.record(), { modules: [careless] });
  assert.is(digest, system.trace.digest);
});

test.run();
