import { createSystem, replay, type TraceEvent } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, evaluate, printed } from '../aos/aos.ts';
import { adder } from '../fixtures/system/behaviors.ts';

test('processes over the byte budget hibernate, the longest idle first, and wake with the next message', async () => {
  await using system = createSystem({ limits: { residentBytes: 5_000_000 } });
  const moves: TraceEvent[] = [];
  system.trace.subscribe((event) => event.type === 'lifecycle' && moves.push(event));
  const processes = [await system.spawn(aos), await system.spawn(aos), await system.spawn(aos)] as const;
  for (const [at, process] of processes.entries()) await evaluate(process, `Mark = 'process ${at}'`);
  const states = () => processes.map(({ status }) => status.state);
  assert.equal(states(), ['hibernated', 'ready', 'ready']);
  assert.is(await evaluate(processes[0], 'return Mark'), 'process 0');
  assert.equal(states(), ['ready', 'hibernated', 'ready']);
  assert.is(printed(await processes[1].dryRun({ tags: { Action: 'Eval' }, data: 'return Mark' })), 'process 1');
  assert.is(moves.filter((event) => event.type === 'lifecycle' && event.to === 'hibernated').length >= 2, true);
});

test('the digest is that of a run in which all stay resident', async () => {
  const digests = new Set<string>();
  for (const residentBytes of [1, 1_000_000_000]) {
    const system = createSystem({ limits: { residentBytes } });
    const [one, other] = [await system.spawn(adder), await system.spawn(adder)];
    for (let turn = 0; turn < 20; turn++) await (turn % 3 ? one : other).send({ data: turn % 7 ? `${turn}` : 'fail' });
    await system.settle();
    digests.add(system.trace.digest);
    await replay(await system.record(), { modules: [adder] });
  }
  assert.is(digests.size, 1);
});

test.run();
