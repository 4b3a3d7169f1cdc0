import { createSystem, type MachineEvent, type Module, machine, outbox, random, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assign, createMachine, log, raise, sendParent, setup } from 'xstate';
import { wrapped } from '../../fixtures/system/modules.ts';

const blinker = createMachine({
  initial: 'on',
  states: {
    on: { after: { 300: 'off' }, entry: sendParent({ type: 'blinked' }) },
    off: { after: { 200: 'on' } },
  },
});

/** A machine with children that have no id, delays that have none, and peers that it talks to. */
const busy = machine(
  setup({
    types: {
      events: {} as MachineEvent<'Meet' | 'Hello'> | { type: 'blinked' } | { type: 'later' },
      context: {} as { peers: readonly string[]; blinks: number; ids: readonly string[] },
    },
    actors: { blinker },
  }).createMachine({
    id: 'busy',
    context: { peers: [], blinks: 0, ids: [] },
    on: {
      Meet: {
        actions: [
          assign({
            peers: ({ context, event }) => [...context.peers, event.data],
            ids: ({ context, spawn }) => [...context.ids, spawn('blinker').id],
          }),
          outbox.send(({ event, context }) => ({
            target: event.data,
            tags: { Action: 'Hello' },
            data: context.ids.join(),
          })),
          raise({ type: 'later' }, { delay: 250 }),
        ],
      },
      Hello: { actions: [log(({ event }) => event.data), outbox.reply({ tags: { Action: 'Thanks' } })] },
      blinked: { actions: assign({ blinks: ({ context }) => context.blinks + 1 }) },
      later: {
        actions: outbox.send(({ context }) => ({ target: context.peers[0] ?? '', data: `${context.blinks} blinks` })),
      },
    },
  }),
);

/** The digest of a run of three machines that meet. */
async function run(module: Module) {
  const system = createSystem({
    seed: 'meeting',
    scheduler: random(),
    limits: { checkpointSlots: 3, restarts: 1_000 },
  });
  const names = ['a', 'b', 'c'];
  const processes = await Promise.all(names.map((name) => system.spawn(module, { name })));
  for (const one of processes) {
    for (const other of processes) if (one !== other) await one.send({ tags: { Action: 'Meet' }, data: other.id });
    await system.advance(170);
  }
  await system.advance(1_500);
  for (const { status } of processes) assert.is(status.state, 'ready', status.reason);
  const digest = system.trace.digest;
  const recording = await system.record();
  await system.close();
  return { digest, recording };
}

const calm = await run(busy);

test('two runs are the same', async () => {
  assert.is((await run(busy)).digest, calm.digest);
});

test('a recording can be done again', async () => {
  assert.is((await replay(calm.recording, { modules: [busy] })).digest, calm.digest);
});

test('a run with crashes is the same as one without', async () => {
  for (const every of [1, 2, 3, 5]) {
    const crashing = wrapped(busy, {
      before({ slot }, attempt) {
        if (attempt === 1 && slot % every === 0) throw new Error('crash');
      },
    });
    assert.is((await run(crashing)).digest, calm.digest, `a crash in every turn of ${every}`);
  }
});

test('a run in which every process hibernates after each turn is the same', async () => {
  const system = createSystem({ limits: { residentBytes: 1 } });
  const other = createSystem();
  for (const one of [system, other]) {
    const [first, second] = [await one.spawn(busy), await one.spawn(busy)];
    await first.send({ tags: { Action: 'Meet' }, data: second.id });
    await one.advance(1_000);
  }
  assert.is(system.trace.digest, other.trace.digest);
});

test('nothing of the host is used: no clock, no chance, no console', async () => {
  const refuse = (what: string) => () => {
    throw new Error(`${what} was used`);
  };
  const [now, chance, print, wait] = [Date.now, Math.random, console.log, globalThis.setTimeout];
  try {
    Date.now = refuse('Date.now');
    Math.random = refuse('Math.random');
    console.log = refuse('console.log');
    // Only a call counts: what Node adds to the function is not asked for.
    globalThis.setTimeout = refuse('setTimeout') as unknown as typeof setTimeout;
    assert.is((await run(busy)).digest, calm.digest);
  } finally {
    Date.now = now;
    Math.random = chance;
    console.log = print;
    globalThis.setTimeout = wait;
  }
});

test('a module is known by its name, or else by the id of its machine', () => {
  const one = createMachine({ id: 'one' });
  assert.is(machine(one).id, machine(createMachine({ id: 'one', initial: 'a', states: { a: {} } })).id);
  assert.is.not(machine(one).id, machine(one, { name: 'two' }).id);
  assert.is(machine(one, { name: 'two' }).id, machine(createMachine({ id: 'other' }), { name: 'two' }).id);
  const { id, owner, tags } = machine(one, { id: 'A'.repeat(43), owner: 'me', tags: { Colour: 'red' } });
  assert.equal([id, owner, tags[0]], ['A'.repeat(43), 'me', { name: 'Colour', value: 'red' }]);
});

test.run();
