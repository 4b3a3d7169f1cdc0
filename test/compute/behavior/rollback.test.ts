import { behavior, createSystem, HeddleError, type Turn } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

type State = { count: number; readonly inner: { names: string[]; readonly map: Map<string, number> } };

/** Changes its state in place, sends, and then does what the data says. */
const careless = behavior<State>(
  {
    init: () => ({ count: 0, inner: { names: [], map: new Map() } }),
    receive(state, message, turn) {
      if (message.data === 'read') {
        turn.output([state.count, ...state.inner.names, ...state.inner.map.keys()]);
        return;
      }
      state.count++;
      state.inner.names.push(message.data);
      state.inner.map.set(message.data, state.count);
      turn.send({ target: 'a wallet', data: message.data });
      turn.spawn({ module: 'nothing' });
      turn.output('said');
      if (message.data === 'throw') throw new Error('in the middle');
      if (message.data === 'text') throw 'not even an error';
    },
  },
  { name: 'careless' },
);

async function careful() {
  const system = createSystem();
  const process = await system.spawn(careless);
  const read = async () => (await process.dryRun({ data: 'read' })).output;
  return { system, process, read };
}

test('when receive throws the state is as before, even if it was changed in place', async () => {
  const { process, read } = await careful();
  await process.send({ data: 'a' });
  await process.send({ data: 'throw' });
  await process.send({ data: 'b' });
  assert.equal(await read(), [2, 'a', 'b', 'a', 'b']);
});

test('nothing that was sent before the error leaves, and the slot is used', async () => {
  const { process, system } = await careful();
  const receipt = await process.send({ data: 'throw' });
  const outcome = await receipt.outcome();
  assert.is(outcome.error, 'in the middle');
  assert.equal([outcome.messages, outcome.spawns, outcome.output], [[], [], '']);
  assert.is(outcome.fault, undefined);
  assert.equal(await system.outbound(), []);
  assert.is((await process.send({ data: 'next' })).slot, 2);
});

test('anything may be thrown', async () => {
  const { process, read } = await careful();
  assert.is((await (await process.send({ data: 'text' })).outcome()).error, 'not even an error');
  assert.equal(await read(), [0]);
});

test('an error is no crash: the process stays and no fault is told', async () => {
  const { process, system } = await careful();
  const types: string[] = [];
  await system.settle();
  system.trace.subscribe(({ type }) => types.push(type));
  await process.send({ data: 'throw' });
  await system.settle();
  assert.equal(types, ['assigned', 'evaluated']);
  assert.is(process.status.state, 'ready');
});

/** The outcome of slots 0 and 1, and the faults that were told, of a behavior that is wrong in one way. */
async function wrong(definition: { init?: (turn: Turn) => unknown; receive?: (turn: Turn) => unknown }) {
  const module = behavior<unknown>(
    {
      init: (_, turn) => (definition.init ? definition.init(turn) : 'first'),
      receive(state, _, turn) {
        turn.send({ target: 'a wallet' });
        return definition.receive ? definition.receive(turn) : state;
      },
    },
    { name: 'wrong' },
  );
  const system = createSystem();
  const faults: string[] = [];
  system.trace.subscribe((event) => event.type === 'fault' && faults.push(`${event.slot} ${event.fault}`));
  const process = await system.spawn(module);
  await process.send();
  await system.settle();
  const mails = (await system.outbound()).length;
  return { outcomes: [await process.outcome(0), await process.outcome(1)], faults, mails, process };
}

test('a promise is no state: the outcome is a fault that says so', async () => {
  const { outcomes, faults, mails } = await wrong({ receive: async () => 'later' });
  assert.is(outcomes[1]?.fault, 'receive-asynchronous');
  assert.ok(outcomes[1]?.error);
  assert.equal(faults, ['1 receive-asynchronous']);
  assert.is(mails, 0);
});

test('a state that cannot be copied is a fault, and the state is as before', async () => {
  const { outcomes, faults, mails, process } = await wrong({ receive: () => ({ method: () => 1 }) });
  assert.is(outcomes[1]?.fault, 'state-invalid');
  assert.equal(faults, ['1 state-invalid']);
  assert.is(mails, 0);
  assert.is(process.status.state, 'ready');
});

for (const [kind, next] of Object.entries({
  'a number': 1,
  'a flat object': { count: 1 },
  'a nested object': { inner: { count: 1 } },
})) {
  test(`when a message is added to, ${kind} that is returned is not the next state`, async () => {
    const module = behavior<unknown>(
      {
        init: () => 'first',
        receive(state, message, turn) {
          if (message.data === 'read') turn.output(JSON.stringify(state));
          else Object.assign(message, { seen: true });
          return message.data === 'read' ? undefined : next;
        },
      },
      { name: `adds and returns ${kind}` },
    );
    const process = await createSystem().spawn(module);
    assert.is((await (await process.send()).outcome()).fault, 'message-changed');
    assert.is((await process.dryRun({ data: 'read' })).output, '"first"');
  });
}

test('an init that throws is an error outcome, and there is no state for what follows', async () => {
  const { outcomes, mails } = await wrong({
    init() {
      throw new Error('cannot begin');
    },
  });
  assert.is(outcomes[0]?.error, 'cannot begin');
  assert.is(outcomes[1]?.fault, 'state-invalid');
  assert.is(mails, 0);
});

test('an init that returns a promise is a fault', async () => {
  const { outcomes } = await wrong({ init: async () => 'later' });
  assert.is(outcomes[0]?.fault, 'receive-asynchronous');
});

const unusual: Readonly<Record<string, unknown>> = {
  'an error without message': new Error(),
  'an empty text': '',
  'nothing at all': undefined,
  null: null,
  'an object that has no text': Object.create(null),
  'an object whose text throws': {
    toString() {
      throw new Error('not even this');
    },
  },
  'a symbol': Symbol('odd'),
  'a proxy that is revoked': revoked(),
  'an error of heddle whose code is none': Object.defineProperty(new HeddleError('turn-over', 'said'), 'code', {
    value: { none: true },
  }),
};

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

for (const [what, thrown] of Object.entries(unusual)) {
  test(`when receive throws ${what} that is an error outcome that says something`, async () => {
    const { outcomes, faults, mails, process } = await wrong({
      receive() {
        throw thrown;
      },
    });
    const { error, fault } = outcomes[1] ?? {};
    assert.type(error, 'string');
    assert.ok(error);
    assert.is(fault, undefined);
    assert.equal([faults, mails, process.status.state], [[], 0, 'ready']);
  });
}

test.run();
