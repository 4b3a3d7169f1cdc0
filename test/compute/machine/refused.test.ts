import { createSystem, type Module, machine } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type AnyActorLogic,
  type AnyStateMachine,
  assign,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  setup,
  spawnChild,
} from 'xstate';
import { refusal } from '../../fixtures/system/refusal.ts';
import { hosted } from './host.ts';

let begun = 0;
const begin = <T>(value: T): T => {
  begun++;
  return value;
};
const observable = { subscribe: () => ({ unsubscribe() {} }) } as never; // never subscribed to
const asynchronous: Readonly<Record<string, AnyActorLogic>> = {
  fromPromise: fromPromise(() => begin(Promise.resolve(1))),
  fromCallback: fromCallback(() => begin(undefined)),
  fromObservable: fromObservable(() => begin(observable)),
  fromEventObservable: fromEventObservable(() => begin(observable)),
};

const refused = async (module: Module) => refusal(() => createSystem().spawn(module));

for (const [kind, logic] of Object.entries(asynchronous)) {
  test(`a machine that invokes ${kind} is refused when it is loaded`, async () => {
    const b = { invoke: { src: logic } };
    const nested = createMachine({ id: 'm', initial: 'a', states: { a: { initial: 'b', states: { b } } } });
    const inline = await refused(machine(nested));
    assert.equal([inline.code, inline.definite], ['machine-asynchronous', true]);
    assert.match(inline.message, 'm.a.b');
    const named = await refused(
      machine(setup({ actors: { worker: logic } }).createMachine({ id: 'm', invoke: { src: 'worker' } })),
    );
    assert.is(named.code, 'machine-asynchronous');
    assert.match(named.message, 'worker of m');
  });

  test(`a machine that spawns ${kind} in an action is refused in that turn, and it does not begin`, async () => {
    const spawners = [
      createMachine({ on: { Spawn: { actions: spawnChild(logic, { id: 'late' }) } } }),
      createMachine({ context: {}, on: { Spawn: { actions: assign({ ref: ({ spawn }) => spawn(logic) }) } } }),
    ];
    for (const spawner of spawners) {
      const host = await hosted(machine(spawner));
      const before = await host.checkpoint();
      const outcome = await host.send('Spawn');
      assert.is(outcome.fault, 'machine-asynchronous');
      assert.equal((await host.checkpoint()).bytes, before.bytes);
    }
    const first = await hosted(machine(createMachine({ entry: spawnChild(logic) })));
    assert.is(first.outcomes[0]?.fault, 'machine-asynchronous');
    assert.is(begun, 0);
  });

  test(`a child that spawns ${kind} fails the turn, even if its machine handles the error`, async () => {
    const child = createMachine({ on: { spawn: { actions: spawnChild(logic) } }, entry: spawnChild(logic) });
    const parent = setup({ actors: { child } }).createMachine({
      initial: 'before',
      states: { before: { on: { Go: 'during' } }, during: { invoke: { src: 'child', onError: 'before' } } },
    });
    const host = await hosted(machine(parent));
    assert.is((await host.send('Go')).fault, 'machine-asynchronous');
    assert.is(begun, 0);
  });
}

test('a child machine is looked into as well', async () => {
  const child = createMachine({ id: 'child', invoke: { src: asynchronous.fromPromise as AnyActorLogic } });
  const declared = setup({ actors: { child } }).createMachine({ id: 'parent' });
  assert.is((await refused(machine(declared))).code, 'machine-asynchronous');
  const invoked = createMachine({ id: 'parent', invoke: { src: child } });
  assert.is((await refused(machine(invoked))).code, 'machine-asynchronous');
});

test('an action or a guard that is asynchronous is refused when it is loaded', async () => {
  const later = async () => {};
  const machines = [
    createMachine({ id: 'm', entry: later }),
    createMachine({ id: 'm', exit: later }),
    createMachine({ id: 'm', on: { Act: { actions: [later] } } }),
    createMachine({ id: 'm', on: { Act: { guard: later as never } } }),
    createMachine({ id: 'm', initial: 'a', states: { a: { always: { actions: later } } } }),
    createMachine({ id: 'm', initial: 'a', states: { a: { after: { 10: { actions: later } } } } }),
    setup({ actions: { later } }).createMachine({ id: 'm' }),
    setup({ guards: { later: later as never } }).createMachine({ id: 'm' }),
  ];
  for (const logic of machines) {
    const { code, message } = await refused(machine(logic));
    assert.is(code, 'machine-asynchronous');
    assert.match(message, 'm');
  }
});

test('a machine without one of its actors is refused when it is loaded', async () => {
  const { code, message } = await refused(machine(createMachine({ id: 'm', invoke: { src: 'missing' } })));
  assert.is(code, 'machine-invalid');
  assert.match(message, 'm has no actor missing');
});

test('what is no machine is refused', async () => {
  for (const what of [{ initial: 'a', states: { a: {} } }, asynchronous.fromPromise, undefined, 5]) {
    assert.is((await refusal(() => machine(what as unknown as AnyStateMachine))).code, 'machine-invalid');
  }
});

test('a child that could not come back from a checkpoint is refused in the turn that spawns it', async () => {
  const inline = createMachine({ on: { Spawn: { actions: spawnChild(createMachine({}), { id: 'inline' }) } } });
  const host = await hosted(machine(inline));
  const outcome = await host.send('Spawn');
  assert.is(outcome.fault, 'machine-invalid');
  assert.match(String(outcome.error), 'inline');
});

test('a context that cannot be kept is a fault of the turn that made it', async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const contexts: readonly unknown[] = [
    () => 1,
    Symbol('s'),
    Promise.resolve(),
    circular,
    { xstate$$type: 1, id: 'x' },
  ];
  for (const value of contexts) {
    const logic = createMachine({ context: {}, on: { Set: { actions: assign(() => ({ value })) } } });
    const host = await hosted(machine(logic));
    const outcome = await host.send('Set');
    assert.is(outcome.fault, 'state-invalid', String(outcome.error));
    assert.equal((await host.snapshot()).context, {});
  }
});

test('a machine that goes on outside of its turns is told that its turn is over', async () => {
  let leaked: (() => void) | undefined;
  const leaking = createMachine({
    context: { heard: 0 },
    on: {
      Leak: {
        actions: ({ self }) => {
          leaked = () => self.send({ type: 'late' });
        },
      },
      late: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
    },
  });
  const host = await hosted(machine(leaking));
  await host.send('Leak');
  assert.is((await refusal(() => leaked?.())).code, 'turn-over');
  assert.is((await host.snapshot()).context.heard, 0);
});

test('a checkpoint of another machine is refused', async () => {
  const one = await hosted(machine(createMachine({ initial: 'a', states: { a: {} } })));
  const checkpoint = await one.checkpoint();
  const module = machine(createMachine({ initial: 'b', states: { b: {} } }));
  const identity = { id: 'A'.repeat(43), owner: '', tags: [] };
  const environment = {
    process: identity,
    module: identity,
    limits: {} as never,
    supervisor: 'supervisor',
    past: () => [],
  };
  for (const bytes of [
    checkpoint.bytes,
    new Uint8Array([0xc1, 0xff]),
    new Uint8Array([0x81, 0xa5, 118, 97, 108, 117, 101, 1]),
  ]) {
    const { code } = await refusal(() => module.start(environment, { slot: 1, bytes }));
    assert.is(code, 'checkpoint-invalid');
  }
});

test.run();
