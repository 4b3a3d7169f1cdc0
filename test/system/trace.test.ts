import { createSystem, type System, type TraceEvent } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

test('a listener is told of what happens, in order, until it stops listening', async () => {
  const system = createSystem();
  const types: string[] = [];
  const stop = system.trace.subscribe(({ type }) => types.push(type));
  const process = await system.spawn(echo);
  await process.send();
  await system.settle();
  stop();
  await process.send();
  assert.equal(types, ['spawned', 'assigned', 'assigned', 'lifecycle', 'evaluated', 'evaluated', 'outbound']);
});

test('an event is told when it is stored', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const slots: number[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'assigned') slots.push(process.status.slots);
  });
  await process.send();
  await process.send();
  assert.equal(slots, [2, 3]);
});

test('the digest is the same whether anybody listened or not, and changes with every step', async () => {
  const run = async (watch: (system: System) => void) => {
    const system = createSystem();
    watch(system);
    const digests = [system.trace.digest];
    const process = await system.spawn(echo);
    digests.push(system.trace.digest);
    await process.ask();
    digests.push(system.trace.digest);
    await process.stop();
    digests.push(system.trace.digest);
    return digests;
  };
  const quiet = await run(() => {});
  assert.is(new Set(quiet).size, 4);
  assert.equal(
    await run(({ trace }) =>
      trace.subscribe((event) => {
        if (event.type === 'assigned') assert.is(event.assignment.id.length, 43);
      }),
    ),
    quiet,
  );
});

test('an iteration yields the events from its beginning on and ends when the system is closed', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const events: TraceEvent[] = [];
  const reading = (async () => {
    for await (const event of system.trace) events.push(event);
  })();
  await process.send();
  await process.send();
  await system.close();
  await reading;
  assert.equal(
    events.map((event) => event.type === 'assigned' && event.assignment.slot),
    [1, 2],
  );
});

test('two iterations get every event each', async () => {
  const system = createSystem();
  const read = async (): Promise<readonly string[]> => {
    const types: string[] = [];
    for await (const { type } of system.trace) types.push(type);
    return types;
  };
  const readers = [read(), read()];
  const process = await system.spawn(echo);
  await process.ask();
  await system.close();
  const [one, other] = await Promise.all(readers);
  assert.equal(one, other);
  assert.ok((one?.length ?? 0) > 4);
});

test('leaving an iteration ends it', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  await process.send();
  const reading = (async () => {
    for await (const { type } of system.trace) return type;
    return 'nothing';
  })();
  await process.send();
  assert.is(await reading, 'assigned');
});

test('an iteration that was left has no events any more, whatever waited', async () => {
  const system = createSystem();
  const events = system.trace[Symbol.asyncIterator]();
  await system.spawn(listener);
  await system.spawn(listener);
  assert.is((await events.next()).done, false);
  await events.return?.();
  assert.equal(await events.next(), { done: true, value: undefined });
});

test('a reader that is too slow gets the events that had room, then trace-overflow', async () => {
  const system = createSystem({ limits: { traceEvents: 3 } });
  const process = await system.spawn(listener);
  const reader = system.trace[Symbol.asyncIterator]();
  for (let sent = 0; sent < 5; sent++) await process.send();
  const slots: unknown[] = [];
  for (let read = 0; read < 3; read++) {
    const { value } = await reader.next();
    slots.push(value?.type === 'assigned' && value.assignment.slot);
  }
  assert.equal(slots, [1, 2, 3]);
  assert.is((await refusal(() => reader.next())).code, 'trace-overflow');
  assert.is((await reader.next()).done, true);
});

test('a listener that throws does not stop the run, and its error surfaces', async () => {
  const system = createSystem();
  const process = await system.spawn(listener);
  const surfaced: unknown[] = [];
  const catcher = (error: unknown): void => void surfaced.push(error);
  const heard: string[] = [];
  const mistake = new Error('in the listener');
  globalThis.process.on('uncaughtException', catcher);
  system.trace.subscribe(() => {
    throw mistake;
  });
  system.trace.subscribe(({ type }) => heard.push(type));
  await process.send();
  await system.settle();
  await new Promise((resolve) => setTimeout(resolve));
  globalThis.process.off('uncaughtException', catcher);
  assert.equal(heard, ['assigned', 'lifecycle', 'evaluated', 'evaluated']);
  assert.equal([...new Set(surfaced)], [mistake]);
});

test('an iteration that begins when the system is closed ends at once', async () => {
  const system = createSystem();
  await system.spawn(listener);
  await system.close();
  const events: unknown[] = [];
  for await (const event of system.trace) events.push(event);
  assert.equal(events, []);
});

test.run();
