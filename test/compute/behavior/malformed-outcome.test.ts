import { behavior, createSystem, type ErrorCode, type Turn } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const circular: { self?: unknown } = {};
circular.self = circular;

const target = 'a wallet';
const wrong: readonly (readonly [string, ErrorCode, (turn: Turn) => void])[] = [
  ['sends tags as text', 'tags-invalid', (turn) => turn.send({ target, tags: 'Action=x' as never })],
  ['sends tags that are null', 'tags-invalid', (turn) => turn.send({ target, tags: null as never })],
  ['sends a number as a tag', 'tags-invalid', (turn) => turn.send({ target, tags: { Count: 5 as never } })],
  ['spawns with a number for tags', 'tags-invalid', (turn) => turn.spawn({ module: target, tags: 5 as never })],
  ['sends a tag without value', 'tags-invalid', (turn) => turn.send({ target, tags: [{ name: 'A' } as never] })],
  ['spawns with a tag that is null', 'tags-invalid', (turn) => turn.spawn({ module: '', tags: [null as never] })],
  ['sends a bigint', 'data-invalid', (turn) => turn.send({ target, data: 5n as never })],
  ['prints a bigint', 'result-malformed', (turn) => turn.output(5n as never)],
  ['prints what holds itself', 'result-malformed', (turn) => turn.output(circular as never)],
];

for (const [what, fault, act] of wrong) {
  test(`a behavior that ${what} gets an error outcome, and its state is as before`, async () => {
    const module = behavior<string[]>(
      {
        init: () => [],
        receive(heard, message, turn) {
          heard.push(message.data);
          turn.output([...heard]);
          if (message.data !== 'wrong') return;
          turn.send({ target, data: 'never sent' });
          act(turn);
        },
      },
      { name: 'wrong' },
    );
    const system = createSystem();
    const faults: unknown[] = [];
    system.trace.subscribe((event) => event.type === 'fault' && faults.push([event.slot, event.fault]));
    const process = await system.spawn(module);
    for (const data of ['1', 'wrong', '2']) await process.send({ data });
    await system.settle();
    const outcome = await process.outcome(2);
    assert.is(outcome.fault, fault);
    assert.ok(outcome.error);
    assert.equal([outcome.messages, outcome.spawns, outcome.output], [[], [], '']);
    assert.equal(faults, [[2, fault]]);
    assert.equal((await process.outcome(3)).output, ['1', '2']);
    assert.is(process.status.state, 'ready');
    assert.equal(await system.outbound(), []);
  });
}

test.run();
