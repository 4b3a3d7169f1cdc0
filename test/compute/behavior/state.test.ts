import { behavior, createSystem } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

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

test('a behavior cannot change the message it gets', async () => {
  const tries = [
    (message: object) => Object.assign(message, { data: 'changed' }),
    (message: { tags: object }) => Object.assign(message.tags, { 0: { name: 'A', value: 'B' } }),
    (message: { tags: readonly object[] }) => Object.assign(message.tags[0] ?? {}, { value: 'changed' }),
  ];
  for (const change of tries) {
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
    const receipt = await process.send({ tags: { Action: 'x' }, data: 'mine' });
    assert.match(String((await receipt.outcome()).error), /read.only|not extensible/);
    const [, { message } = { message: undefined }] = await process.schedule();
    assert.equal([message?.data, message?.tags[0]], ['mine', { name: 'Action', value: 'x' }]);
  }
});

test.run();
