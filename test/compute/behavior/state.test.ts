import { behavior, createSystem, type Message } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder } from '../../fixtures/system/behaviors.ts';

test('what receive returns is the next state; if it returns nothing, what it did to the given one is', async () => {
  const module = behavior<{ readonly log: string[] }>(
    {
      init: (item) => ({ log: [`init ${item.data}`] }),
      receive(state, message, turn) {
        turn.output(state.log);
        if (message.data === 'replace') return { log: ['replaced'] };
        state.log.push(message.data);
        return undefined;
      },
    },
    { name: 'log' },
  );
  const system = createSystem();
  const process = await system.spawn(module, { data: 'item' });
  for (const data of ['a', 'replace', 'b']) await process.send({ data });
  assert.equal((await process.dryRun()).output, ['replaced', 'b']);
});

test('references that a behavior keeps do not reach the state', async () => {
  const kept: string[][] = [];
  const module = behavior<string[]>(
    {
      init: () => [],
      receive(state, message, turn) {
        turn.output([...state]);
        for (const old of kept) old.push('from outside');
        const next = [...state, message.data];
        kept.push(state, next);
        return next;
      },
    },
    { name: 'keeper' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (const data of ['a', 'b', 'c']) await process.send({ data });
  assert.equal((await process.dryRun()).output, ['a', 'b', 'c']);
});

test('processes of one module share nothing', async () => {
  const shared = { count: 0 };
  const module = behavior<{ count: number }>(
    {
      init: () => shared,
      receive(state, _, turn) {
        state.count++;
        turn.output(state.count);
      },
    },
    { name: 'sharer' },
  );
  const system = createSystem();
  const [one, other] = [await system.spawn(module), await system.spawn(module)];
  for (let sent = 0; sent < 3; sent++) await one.send();
  assert.is((await one.dryRun()).output, 4);
  assert.is((await other.dryRun()).output, 1);
  assert.is(shared.count, 0);
});

/** What a behavior may try with the message it gets. */
const changes: Readonly<Record<string, (message: Message) => unknown>> = {
  'its data': (message) => Object.assign(message, { data: 'changed' }),
  'its id': (message) => Object.assign(message, { id: 'changed' }),
  'its tags': (message) => Object.assign(message, { tags: [] }),
  'one of its tags': (message) => Object.assign(message.tags, { 0: { name: 'A', value: 'B' } }),
  'how many tags it has': (message) => Object.assign(message.tags, { 20: { name: 'A', value: 'B' } }),
  'the value of a tag': (message) => Object.assign(message.tags[0] ?? {}, { value: 'changed' }),
  'what else it has': (message) => Object.assign(message, { seen: true }),
};

for (const [what, change] of Object.entries(changes)) {
  test(`a behavior cannot change of the message it gets ${what}`, async () => {
    const module = behavior<number>(
      {
        init: () => 0,
        receive(count, message) {
          change(message);
          return count;
        },
      },
      { name: 'meddler' },
    );
    const system = createSystem();
    const process = await system.spawn(module);
    const other = await system.spawn(module);
    const sender = await system.spawn(forwarder);
    const outside = await process.send({ tags: { Action: 'x' }, data: 'mine' });
    const inside = await sender.send({ tags: { Action: 'x', Path: other.id }, data: 'mine' });
    await system.settle();
    for (const [to, tag] of [
      [process, 'Action'],
      [other, 'Path'],
    ] as const) {
      assert.match(
        String((await to.outcome(1)).error),
        /read.only|not extensible|only a getter|added seen to its message/,
      );
      const [, { message } = { message: undefined }] = await to.schedule();
      assert.is(message?.data, 'mine');
      assert.ok(message?.tags.some(({ name }) => name === tag));
      assert.equal(Object.keys(message ?? {}).sort(), messageFields);
    }
    assert.is((await process.schedule())[1]?.message.id, outside.id);
    assert.is((await sender.schedule())[1]?.message.id, inside.id);
  });
}

const messageFields = ['anchor', 'data', 'from', 'id', 'owner', 'signature', 'tags', 'target'];

test('a message is what its fields are, however it is looked at', async () => {
  const seen: unknown[] = [];
  const module = behavior<number>(
    {
      init: () => 0,
      receive(count, message) {
        seen.push([Object.keys(message).sort(), { ...message }, structuredClone(message), JSON.stringify(message)]);
        return count;
      },
    },
    { name: 'looker' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  const sender = await system.spawn(forwarder);
  await process.send({ tags: { Action: 'x' }, data: 'mine' });
  await sender.send({ tags: { Path: process.id }, data: 'forwarded' });
  await system.settle();
  const [, ...schedule] = await process.schedule();
  assert.is(schedule.length, 2);
  assert.equal(
    seen,
    schedule.map(({ message }) => [[], {}, {}, JSON.stringify(message)]),
  );
});

/** A state that is fine for a while, and then has something in it that cannot be copied. */
const unpackable: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
  'a function': [() => () => 1, /the state\.list\[0\]\.odd is a function/],
  'a symbol': [() => Symbol('odd'), /the state\.list\[0\]\.odd is a symbol/],
  'an instance of a class': [() => new Listed(), /the state\.list\[0\]\.odd is a Listed/],
  'a promise': [() => Promise.resolve(1), /the state\.list\[0\]\.odd is a Promise/],
  'a function in a map': [() => new Map([['of', () => 1]]), /the state\.list\[0\]\.odd\.get\("of"\) is a function/],
  'an instance in a set': [() => new Set([new Listed()]), /a key of the state\.list\[0\]\.odd is a Listed/],
};

class Listed {
  readonly name = 'listed';
}

interface Odd {
  count: number;
  list: { odd?: unknown }[];
}

/** Puts something into its state when told to, and takes it out again. */
const oddOne = (make: () => unknown) =>
  behavior<Odd>(
    {
      init: () => ({ count: 0, list: [{}] }),
      receive(state, message, turn) {
        state.count++;
        if (message.data === 'put') state.list[0] = { odd: make() };
        if (message.data === 'take') state.list[0] = {};
        turn.output([state.count, state.list[0]?.odd !== undefined]);
      },
    },
    { name: 'odd' },
  );

async function oddTurns(make: () => unknown, dataAt: Readonly<Record<number, string>>, slots: number) {
  const system = createSystem();
  const process = await system.spawn(oddOne(make));
  for (let slot = 1; slot < slots; slot++) await process.send({ data: dataAt[slot] ?? 'count' });
  await system.settle();
  const outcomes = await Promise.all(Array.from({ length: slots }, (_, slot) => process.outcome(slot)));
  return { system, process, outcomes };
}

for (const [what, [make, where]] of Object.entries(unpackable)) {
  test(`${what} that gets into a state is found when the state is packed, and the turn says where it is`, async () => {
    const { process, outcomes } = await oddTurns(make, { 200: 'put' }, 260);
    for (const [slot, { output, error, fault }] of outcomes.entries()) {
      if (slot === 255) {
        assert.is(fault, 'state-invalid');
        assert.match(String(error), where);
        assert.is(output, '');
      } else {
        assert.equal([error, fault], [undefined, undefined], `slot ${slot}`);
        // The turn of the fault does not count.
        if (slot > 0) assert.equal(output, [slot > 255 ? slot - 1 : slot, slot >= 200]);
      }
    }
    assert.is(process.status.state, 'ready');
  });
}

test('what cannot be copied but is gone when the state is packed is no fault', async () => {
  const { outcomes } = await oddTurns(() => () => 1, { 130: 'put', 254: 'take' }, 260);
  for (const { error } of outcomes) assert.is(error, undefined);
});

test('what cannot be copied is found by the very turn in which a state with it is returned', async () => {
  const module = behavior<{ inner?: unknown }>(
    { init: () => ({}), receive: () => ({ inner: [new Map([[1, { deep: () => 1 }]])] }) },
    { name: 'returns' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  await process.send();
  const { error, fault } = await process.outcome(1);
  assert.is(fault, 'state-invalid');
  assert.match(String(error), /the state\.inner\[0\]\.get\(number\)\.deep is a function/);
});

test('a dry run of a process whose state cannot be copied is a fault, and the process goes on', async () => {
  const { system, process } = await oddTurns(() => () => 1, { 2: 'put' }, 5);
  for (let time = 0; time < 10; time++) assert.is((await process.dryRun()).fault, 'state-invalid');
  await process.send({ data: 'take' });
  await system.settle();
  assert.equal((await process.outcome(5)).output, [5, false]);
  assert.equal((await process.dryRun()).output, [6, false]);
});

test('a message cannot be kept in the state, whether it is returned or put there', async () => {
  const keep = (put: (state: { last?: unknown }, message: unknown) => { last?: unknown } | undefined) =>
    behavior<{ last?: unknown }>(
      { init: () => ({}), receive: (state, message) => put(state, message) },
      { name: `keeps ${put}` },
    );
  const system = createSystem();
  const returning = await system.spawn(keep((_, message) => ({ last: message })));
  const putting = await system.spawn(
    keep((state, message) => {
      state.last = message;
      return undefined;
    }),
  );
  for (let sent = 0; sent < 8; sent++) for (const process of [returning, putting]) await process.send();
  await system.settle();
  for (const [process, slot] of [
    [returning, 1],
    [putting, 7],
  ] as const) {
    const { fault, error } = await process.outcome(slot);
    assert.is(fault, 'state-invalid');
    assert.match(String(error), 'the state.last is a message: keep the fields that you need of it');
  }
});

test.run();
