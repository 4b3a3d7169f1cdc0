// Who writes JavaScript can hand in anything. What is no text where text belongs is refused before it gets into the log, and
// the system goes on.

import {
  behavior,
  createSystem,
  type Module,
  machine,
  outbox,
  type ProcessHandle,
  type System,
  type Turn,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createMachine } from 'xstate';
import { echo, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** Nothing here is what its type says. */
const wrong = <T>(value: unknown): T => value as T;

const throwing = new Proxy({}, { get: () => assert.unreachable('it was looked at') });
const noTexts: readonly unknown[] = [null, 0, 42, Number.NaN, true, 5n, Symbol('s'), {}, [], () => 1, throwing];
const noIds: readonly unknown[] = [undefined, echo, ...noTexts];

/** A process that hears what others say, and that system is on as if nothing had been. */
async function goesOn(system: System): Promise<void> {
  const other = await system.spawn(listener);
  await other.send({ data: 'still here' });
  await system.settle();
  assert.equal(await heardBy(other), ['still here']);
  await system.record();
  await system.close();
}

/** What a behavior may hand to its turn, and what it is told. */
const said: Readonly<Record<string, readonly [code: string, say: (turn: Turn, value: unknown) => unknown, unknown[]]>> =
  {
    'the module to spawn': ['module-unknown', (turn, module) => turn.spawn({ module: wrong(module) }), [...noIds]],
    'the message to assign': [
      'outbox-incomplete',
      (turn, message) => turn.assign(wrong(message), [turn.self]),
      [...noIds],
    ],
    'the processes to assign to': [
      'outbox-incomplete',
      (turn, to) => turn.assign('A'.repeat(43), wrong(to)),
      ['A'.repeat(43), ...noIds.filter((value) => !Array.isArray(value))],
    ],
    'one of the processes to assign to': [
      'outbox-incomplete',
      (turn, to) => turn.assign('A'.repeat(43), [turn.self, wrong(to)]),
      [...noIds],
    ],
    'a delay': [
      'outbox-incomplete',
      (turn, delayMs) => turn.send({ target: turn.self, delayMs: wrong(delayMs) }),
      ['10', ...noTexts.filter((value) => typeof value !== 'number')],
    ],
  };

for (const [what, [code, say, values]] of Object.entries(said)) {
  test(`${what} that is of a wrong type is an error outcome, and nobody else is concerned`, async () => {
    const sayer = behavior<number>(
      {
        init: () => 0,
        receive(_, message, turn) {
          if (message.data !== 'read') say(turn, values[Number(message.data)]);
          return 1;
        },
      },
      { name: 'sayer' },
    );
    const system = createSystem();
    const process = await system.spawn(sayer);
    for (const at of values.keys()) {
      const outcome = await (await process.send({ data: String(at) })).outcome();
      assert.is(outcome.fault, code, `${at}: ${outcome.error}`);
    }
    assert.is(process.status.state, 'ready');
    await goesOn(system);
  });
}

test('a machine is told the same', async () => {
  const spawner = machine(createMachine({ on: { Go: { actions: outbox.spawn({ module: wrong(echo) }) } } }));
  const system = createSystem();
  const process = await system.spawn(spawner);
  const outcome = await (await process.send({ tags: { Action: 'Go' } })).outcome();
  assert.is(outcome.fault, 'module-unknown');
  await goesOn(system);
});

/** What is asked of a system from outside. */
const asked: Readonly<Record<string, readonly [code: string, ask: (on: On, value: unknown) => unknown]>> = {
  'the reason to stop a process': ['option-invalid', ({ process }, reason) => process.stop(wrong(reason))],
  'the reason to stop a supervisor': [
    'option-invalid',
    async ({ system }, reason) => (await system.supervise({ children: [] })).stop(wrong(reason)),
  ],
  'a name to register': ['name-invalid', ({ system, process }, name) => system.register(wrong(name), process)],
  'a name to unregister': ['name-invalid', ({ system }, name) => system.unregister(wrong(name))],
  'the name of a group': ['name-invalid', ({ system }, name) => system.group(wrong(name))],
  'the id of a module': ['option-invalid', ({ system }, id) => system.spawn({ ...listener, id: wrong(id) })],
  'the id of a defined module': ['option-invalid', ({ system }, id) => system.define({ ...listener, id: wrong(id) })],
};

interface On {
  readonly system: System;
  readonly process: ProcessHandle;
}

for (const [what, [code, ask]] of Object.entries(asked)) {
  test(`${what} that is no text is refused, and nothing has happened`, async () => {
    const system = createSystem();
    const process = await system.spawn(echo);
    for (const value of noTexts) {
      const error = await refusal(() => ask({ system, process }, value));
      assert.is(error.code, code);
      JSON.stringify(error.facts); // they are JSON
    }
    assert.is((await process.ask({ data: 'hello' })).data, 'hello');
    await goesOn(system);
  });
}

/** What takes an object, and what that is called. */
const objects: Readonly<Record<string, (on: On, value: unknown) => unknown>> = {
  'input of send': ({ process }, value) => process.send(wrong(value)),
  'input of ask': ({ process }, value) => process.ask(wrong(value)),
  'options of ask': ({ process }, value) => process.ask({}, wrong(value)),
  'input of dryRun': ({ process }, value) => process.dryRun(wrong(value)),
  'input of spawn': ({ system }, value) => system.spawn(echo, wrong(value)),
  'options of run': ({ system }, value) => system.run(wrong(value)),
  'options of history': ({ process }, value) => process.history(wrong(value))[Symbol.asyncIterator]().next(),
  'options of subscribe': ({ system }, value) => system.trace.subscribe(() => {}, wrong(value)),
  'options of behavior': (_, value) => behavior({ init: () => 0, receive: () => 1 }, wrong(value)),
  'input of a group': async ({ system, process }, value) => {
    const group = await system.group('all');
    await group.join(process);
    return group.send(wrong(value));
  },
  'process to register': ({ system }, value) => system.register('name', wrong(value)),
  'process to join': async ({ system }, value) => (await system.group('all')).join(wrong(value)),
  'process to leave': async ({ system }, value) => (await system.group('all')).leave(wrong(value)),
};

for (const [what, ask] of Object.entries(objects)) {
  test(`${what} that is no object is refused, and nothing has happened`, async () => {
    const system = createSystem();
    const process = await system.spawn(echo);
    for (const value of [null, 5_000, 5n, Symbol('five'), 'five', true]) {
      const error = await refusal(() => ask({ system, process }, value));
      assert.equal([error.code, error.facts.option], ['option-invalid', what.split(' ')[0]]);
    }
    assert.is(process.status.slots, 1);
    await goesOn(system);
  });
}

test('an option that does not exist is a slip that is told', async () => {
  const system = createSystem();
  const process = await system.spawn(echo);
  const slips: Readonly<Record<string, () => unknown>> = {
    timeout: () => process.ask({}, wrong({ timeout: 5_000 })),
    nmae: () => system.spawn(echo, wrong({ nmae: 'shop' })),
    turn: () => system.run(wrong({ turn: 5 })),
    to: () =>
      process
        .history(wrong({ to: 5 }))
        [Symbol.asyncIterator]()
        .next(),
    eachTrun: () => system.trace.subscribe(() => {}, wrong({ eachTrun: true })),
    rooting: () => system.group('all', wrong({ rooting: 'round-robin' })),
  };
  for (const [option, slip] of Object.entries(slips)) {
    const error = await refusal(slip);
    assert.equal([error.code, error.facts.option], ['option-invalid', option]);
  }
  await goesOn(system);
});

test('what is no function is refused before it is called', async () => {
  const system = createSystem();
  await (await system.spawn(echo)).send();
  for (const value of [null, 5, 'five', {}, Symbol('five')]) {
    const done = await refusal(() => system.run({ done: wrong(value) }));
    assert.equal([done.code, done.facts.option], ['option-invalid', 'done']);
    const listener = await refusal(() => system.trace.subscribe(wrong(value)));
    assert.equal([listener.code, listener.facts.option], ['option-invalid', 'listener']);
  }
  await goesOn(system);
});

test('an error as the reason to stop is a slip that is told', async () => {
  const process = await createSystem().spawn(echo);
  const error = await refusal(() => process.stop(wrong(new Error('enough'))));
  assert.match(error.message, 'reason is of type object, not text');
  await process.stop('enough');
});

test('a seed that is no text is refused at once', async () => {
  for (const seed of noTexts) {
    const error = await refusal(() => createSystem({ seed: wrong(seed) }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'seed']);
  }
});

test('what is no module is refused, a module that is still to come too', async () => {
  const system = createSystem();
  for (const module of [undefined, null, 5, {}, Promise.resolve(listener), () => listener, { id: 'x' }]) {
    for (const use of [
      () => system.spawn(wrong<Module>(module)),
      () => system.define(wrong<Module>(module)),
      () => system.supervise({ children: [{ module: wrong<Module>(module) }] }),
      () => createSystem({ modules: [wrong<Module>(module)] }),
    ]) {
      assert.is((await refusal(use)).code, 'option-invalid');
    }
  }
  await goesOn(system);
});

test.run();
