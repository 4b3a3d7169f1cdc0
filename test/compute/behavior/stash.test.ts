import {
  behavior,
  createSystem,
  defaultLimits,
  machine,
  memoryStore,
  type ProcessHandle,
  replay,
  type Turn,
  tagValue,
  turnOf,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createMachine } from 'xstate';
import { outcomeWith, scripted } from '../../fixtures/system/modules.ts';
import { refusal } from '../../fixtures/system/refusal.ts';

/** Handles what it gets as long as it is open, and sets it aside when it is not; `open` has it handled, `shut` shuts it. */
const door = behavior<{ open: boolean; readonly passed: string[] }>(
  {
    init: () => ({ open: false, passed: [] }),
    receive(state, { data, from }, turn) {
      if (data === 'open') {
        state.open = true;
        turn.unstash();
      } else if (data === 'shut') state.open = false;
      else if (data === 'read') turn.output([...state.passed]);
      else if (!state.open) turn.stash();
      else {
        if (data === 'break') throw new Error('broken');
        if (data === 'one at a time') state.open = false;
        state.passed.push(data);
        turn.send({ target: from, data });
      }
    },
  },
  { name: 'door' },
);

const passed = async (process: ProcessHandle): Promise<unknown> => (await process.dryRun({ data: 'read' })).output;

/** A door that has been sent these. */
async function doorWith(...sent: readonly string[]) {
  const system = createSystem();
  const process = await system.spawn(door);
  for (const data of sent) await process.send({ data });
  await system.settle();
  return { system, process };
}

test('a turn that stashes its message is a turn like any other', async () => {
  const module = behavior<{ count: number }>(
    {
      init: () => ({ count: 0 }),
      receive(state, _, turn) {
        state.count++;
        turn.send({ target: 'a wallet', data: String(state.count) });
        turn.stash();
      },
    },
    { name: 'stashes all' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  const first = await (await process.send()).outcome();
  const second = await (await process.send()).outcome();
  assert.equal([first.error, first.messages[0]?.data, second.messages[0]?.data], [undefined, '1', '2']);
  assert.is(process.status.mail, 0);
});

test('what is stashed is handled again in its order, right after the message that unstashes', async () => {
  const { process } = await doorWith('a', 'b', 'c', 'open', 'd');
  assert.equal(await passed(process), ['a', 'b', 'c', 'd']);
});

test('what stashed messages send is in the outcome of the turn that unstashed them, with references of that turn', async () => {
  const { process } = await doorWith('a', 'b', 'open');
  for (const slot of [1, 2]) assert.equal((await process.outcome(slot)).messages, []);
  const { messages } = await process.outcome(3);
  assert.equal(
    messages.map(({ data, tags }) => [data, tags?.find(({ name }) => name === 'Reference')?.value]),
    [
      ['a', '3.1'],
      ['b', '3.2'],
    ],
  );
});

test('it is handled once: another unstash finds nothing', async () => {
  const { process } = await doorWith('a', 'open', 'open');
  assert.equal(await passed(process), ['a']);
});

test('what is stashed again while it is unstashed waits, behind nothing that came later, for the next time', async () => {
  const { process, system } = await doorWith('one at a time', 'a', 'b', 'open');
  assert.equal(await passed(process), ['one at a time']);
  await process.send({ data: 'c' });
  await process.send({ data: 'open' });
  await system.settle();
  assert.equal(await passed(process), ['one at a time', 'a', 'b', 'c']);
});

test('a turn that stashes and unstashes does not handle its own message again', async () => {
  const handled: string[] = [];
  const module = behavior<null>(
    {
      init: () => null,
      receive(_, { data }, turn) {
        handled.push(data);
        turn.unstash();
        turn.stash();
        turn.stash();
        turn.unstash();
      },
    },
    { name: 'stashes for ever' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (const data of ['a', 'b', 'c']) await process.send({ data });
  await system.settle();
  // Behind its own message, which was stashed before them.
  assert.equal(handled, ['a', 'b', 'a', 'c', 'b', 'a']);
});

test('a reply to a stashed message goes to who sent it, with its reference', async () => {
  const module = behavior<{ ready: boolean }>(
    {
      init: () => ({ ready: false }),
      receive(state, message, turn) {
        if (tagValue(message.tags, 'Action') === 'Ready') {
          state.ready = true;
          turn.unstash();
        } else if (state.ready) turn.reply(message, { data: `you said ${message.data}` });
        else turn.stash();
      },
    },
    { name: 'answers when ready' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  const asked = process.ask({ data: 'hello', from: 'bob' });
  await process.send({ tags: { Action: 'Ready' } });
  const reply = await asked;
  assert.equal([reply.data, reply.target], ['you said hello', 'bob']);
});

test('while stashed messages are handled, the turn is the one that unstashed them', async () => {
  const seen: unknown[] = [];
  const module = behavior<null>(
    {
      init: () => null,
      receive(_, { data }, turn) {
        seen.push([data, turn.slot, turn.timestampMs]);
        if (data === 'go') turn.unstash();
        else if (seen.length === 1) turn.stash();
      },
    },
    { name: 'looks at its turn' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  const startMs = system.now.timestampMs;
  await process.send({ data: 'early' });
  await system.advance(1_000);
  await process.send({ data: 'go' });
  await system.settle();
  assert.equal(seen, [
    ['early', 1, startMs],
    ['go', 2, startMs + 1_000],
    ['early', 2, startMs + 1_000],
  ]);
});

test('if one of them throws, the whole turn has failed: state, stash and outbox are as before it', async () => {
  const { process } = await doorWith('a', 'break', 'b', 'open', 'c');
  const { error, messages } = await process.outcome(4);
  assert.equal([error, messages], ['broken', []]);
  assert.equal(await passed(process), []);
  await process.send({ data: 'open' });
  assert.is((await process.outcome(6)).error, 'broken', 'it is still there');
});

test('a turn that throws after it stashed has stashed nothing', async () => {
  const module = behavior<{ readonly heard: string[] }>(
    {
      init: () => ({ heard: [] }),
      receive(state, { data }, turn) {
        if (data === 'go') turn.unstash();
        else {
          if (state.heard.length === 0) turn.stash();
          state.heard.push(data);
          if (data === 'fail') throw new Error('asked to fail');
        }
        turn.output([...state.heard]);
      },
    },
    { name: 'stashes and throws' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (const data of ['fail', 'a', 'go']) await process.send({ data });
  assert.equal((await process.outcome(3)).output, ['a', 'a']);
});

for (const [kind, next] of Object.entries({
  'a number': (count: unknown) => Number(count) + 1,
  'a flat object': (state: unknown) => ({ count: ((state as { count?: number } | null)?.count ?? 0) + 1 }),
  'a nested object': (state: unknown) => ({ inner: { at: [...((state as Nested | null)?.inner.at ?? []), 1] } }),
})) {
  test(`a behavior that returns ${kind} is rolled back when a stashed message throws`, async () => {
    const module = behavior<unknown>(
      {
        init: () => null,
        receive(state, { data }, turn) {
          if (data === 'read') {
            turn.output(JSON.stringify(state));
            return undefined;
          }
          if (data === 'go') turn.unstash();
          if (data === 'fail' && turn.slot > 2) throw new Error('asked to fail');
          if (turn.slot < 3) turn.stash();
          return next(state);
        },
      },
      { name: `returns ${kind}` },
    );
    const system = createSystem();
    const process = await system.spawn(module);
    for (const data of ['a', 'fail', 'go', 'go']) await process.send({ data });
    for (const slot of [3, 4]) assert.is((await process.outcome(slot)).error, 'asked to fail');
    const expected = JSON.stringify(next(next(null)));
    assert.is((await process.dryRun({ data: 'read' })).output, expected);
  });
}

interface Nested {
  readonly inner: { readonly at: readonly number[] };
}

test('a behavior that adds to a stashed message is told so', async () => {
  const module = behavior<null>(
    {
      init: () => null,
      receive(_, message, turn) {
        if (message.data === 'go') turn.unstash();
        else if (turn.slot === 1) turn.stash();
        else Object.assign(message, { seen: true });
      },
    },
    { name: 'adds' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  for (const data of ['a', 'go']) await process.send({ data });
  assert.is((await process.outcome(2)).fault, 'message-changed');
});

test('one message more than the limit is an error outcome, and nothing is lost', async () => {
  const system = createSystem({ limits: { stashMessages: 3 } });
  const process = await system.spawn(door);
  for (const data of ['a', 'b', 'c', 'd', 'open']) await process.send({ data });
  await system.settle();
  const { fault, error } = await process.outcome(4);
  assert.is(fault, 'stash-over-limit');
  assert.match(String(error), 'more than 3 messages are stashed');
  assert.equal(await passed(process), ['a', 'b', 'c']);
});

test('what is put back while the stash is full is no message more', async () => {
  const system = createSystem({ limits: { stashMessages: 2 } });
  const process = await system.spawn(door);
  for (const data of ['one at a time', 'a', 'open', 'b', 'open']) await process.send({ data });
  await system.settle();
  for (let slot = 1; slot <= 5; slot++) assert.is((await process.outcome(slot)).error, undefined);
  assert.equal(await passed(process), ['one at a time', 'a', 'b']);
});

test('a limit that is lower than in an earlier life keeps what is there', async () => {
  const store = memoryStore();
  const first = createSystem({ store, limits: { checkpointSlots: 4 } });
  const { id } = await first.spawn(door);
  for (const data of ['a', 'b', 'one at a time']) await first.process(id).send({ data });
  await first.settle();
  await first.close();
  const second = createSystem({ store, modules: [door], limits: { stashMessages: 1, checkpointSlots: 4 } });
  await second.open();
  const process = second.process(id);
  for (const data of ['d', 'open', 'open']) await process.send({ data });
  await second.settle();
  assert.is((await process.outcome(4)).fault, 'stash-over-limit');
  assert.equal(await passed(process), ['a', 'b', 'one at a time']);
});

test('init has nothing to stash', async () => {
  const module = behavior<null>(
    {
      init(_, turn) {
        turn.unstash();
        turn.stash();
        return null;
      },
      receive() {},
    },
    { name: 'stashes its item' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  const { fault, error } = await process.outcome(0);
  assert.is(fault, 'stash-invalid');
  assert.match(String(error), 'init cannot stash its message');
});

test('a machine keeps what it puts off in its context', async () => {
  const module = machine(createMachine({ on: { '*': { actions: ({ system }) => turnOf(system).stash() } } }), {
    name: 'stashes',
  });
  const system = createSystem();
  const process = await system.spawn(module);
  const outcome = await (await process.send({ tags: { Action: 'Any' } })).outcome();
  assert.is(outcome.fault, 'stash-invalid');
});

test('whoever keeps a turn beyond receive can neither stash nor unstash with it', async () => {
  let kept: Turn | undefined;
  const module = behavior<null>(
    {
      init: () => null,
      receive(_, __, turn) {
        kept = turn;
      },
    },
    { name: 'keeper' },
  );
  const system = createSystem();
  const process = await system.spawn(module);
  await (await process.send()).outcome();
  for (const act of [() => kept?.stash(), () => kept?.unstash()]) assert.is((await refusal(act)).code, 'turn-over');
});

test('a dry run stashes and unstashes on a copy', async () => {
  const { process } = await doorWith('a', 'b');
  await process.dryRun({ data: 'c' });
  const opened = await process.dryRun({ data: 'open' });
  assert.equal(
    opened.messages.map(({ data }) => data),
    ['a', 'b'],
  );
  assert.equal(await passed(process), []);
  await process.send({ data: 'open' });
  assert.equal(await passed(process), ['a', 'b']);
});

test('a stashed message keeps from the process what its assignment excludes', async () => {
  const system = createSystem({ limits: { checkpointSlots: 2 } });
  const process = await system.spawn(door);
  const first = await (await system.spawn(door)).send({ data: 'assigned' });
  const assignments = [{ message: first.id, processes: [process.id], extra: { Exclude: ['Data'] } }];
  await system.spawn(scripted('A'.repeat(43), () => outcomeWith({ assignments })));
  await system.settle();
  await process.send({ data: 'open' });
  assert.equal(await passed(process), ['']);
});

test('the stash is there in a second life of the system, and read from the log', async () => {
  const store = memoryStore();
  const run = async (lives: number) => {
    const kept = lives > 1 ? store : memoryStore();
    let system = createSystem({ store: kept, limits: { checkpointSlots: 2 } });
    const { id } = await system.spawn(door);
    for (const data of ['a', 'b', 'shut', 'c', 'shut', 'open', 'd']) {
      await system.process(id).send({ data });
      await system.settle();
      if (lives === 1) continue;
      await system.close();
      system = createSystem({ store: kept, modules: [door], limits: { checkpointSlots: 2 } });
      await system.open();
    }
    assert.equal(await passed(system.process(id)), ['a', 'b', 'c', 'd']);
    assert.is((await replay(await system.record(), { modules: [door] })).digest, system.trace.digest);
    return system.trace.digest;
  };
  assert.is(await run(7), await run(1));
});

test('a message that cannot be read back is a crash of the executor and no outcome', async () => {
  const { process } = await doorWith('a', 'open');
  const [item, first, second] = await process.schedule();
  assert.ok(item && first && second);
  const identity = { id: process.id, owner: 'wallet', tags: [] };
  const unread = new Error('no such page');
  const pasts = {
    'checkpoint-invalid': () => [],
    'no such page': () => {
      throw unread;
    },
  };
  for (const [why, past] of Object.entries(pasts)) {
    const environment = { process: identity, module: identity, limits: defaultLimits, supervisor: 'supervisor', past };
    const executor = await door.start(environment);
    for (const assignment of [item, first]) await executor.evaluate(assignment);
    const again = await door.start(environment, await executor.checkpoint());
    for (const act of [() => again.dryRun(second), () => again.evaluate(second)]) {
      assert.throws(act, (error: Error) => error.message.includes(why));
    }
  }
});

test.run();
