// What is collected grows with the processes and with what is in flight, and with nothing else.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { behavior, createSystem, tagValue } from 'heddle';
import { collectMetrics, defaultMetricsLimits } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

/** Sends its message back and forth so often. */
const player = behavior<null>({
  init: () => null,
  receive(_, message, turn) {
    const left = Number(message.data);
    const target = tagValue(message.tags, 'Peer') ?? message.from;
    if (left > 0) turn.send({ target, data: String(left - 1) });
  },
});

/** A module whose processes do nothing. */
const silent = (letter: string) => scripted(letter.repeat(43), () => outcomeWith({}));

test('modules beyond the limit are counted together', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system, { limits: { modules: 2 } });
  const modules = new Map(['a', 'b', 'c', 'd'].map((letter) => [letter, silent(letter)]));
  for (const letter of 'abcda') await system.spawn(modules.get(letter) ?? '');
  await system.settle();
  const { modules: found, processes } = metrics.snapshot();
  const counts = Object.entries(found).map(([name, { spawned, evaluated }]) => [name.slice(0, 5), spawned, evaluated]);
  assert.equal(counts, [
    ['aaaaa', 2, 2],
    ['bbbbb', 1, 1],
    ['other', 2, 2],
  ]);
  assert.is(processes.spawned, 5);
});

test('a snapshot is no larger for many processes', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const module = silent('m');
  for (let spawned = 0; spawned < 500; spawned++) await system.spawn(module);
  const { mail } = metrics.snapshot();
  assert.equal([mail.unevaluated, mail.top.length], [500, defaultMetricsLimits.topProcesses]);
  assert.ok(JSON.stringify(metrics.snapshot()).length < 4_000);
  assert.ok(metrics.prometheus().length < 12_000);
});

test('messages that are evaluated leave nothing behind', async () => {
  const system = createSystem({ seed: 'bounds' });
  const metrics = collectMetrics(system);
  const [one, other] = [await system.spawn(player), await system.spawn(player)];
  const play = async (turns: number) => {
    await one.send({ data: String(turns), tags: { Peer: other.id } });
    await system.settle();
  };
  await play(5_000);
  const before = heapBytes();
  await play(50_000);
  const grown = heapBytes() - before;
  assert.ok(metrics.snapshot().messages.evaluated > 55_000);
  // The log is outside of the heap. One number of each message would be more.
  assert.ok(grown < 50_000 * 8, `${grown} bytes stayed`);
});

test('mail that was evaluated leaves nothing behind, however much stood in a mailbox', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const process = await system.spawn(player);
  const fill = async () => {
    for (let sent = 0; sent < 20_000; sent++) await process.send({ data: '0' });
    assert.is(metrics.snapshot().mail.largest, 20_000);
    await system.settle();
  };
  await process.send({ data: '0' });
  await system.settle();
  await fill();
  const before = heapBytes();
  await fill();
  assert.ok(heapBytes() - before < 20_000 * 8);
});

test('a process that was stopped leaves nothing behind', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const module = silent('s');
  for (let spawned = 0; spawned < 50; spawned++) await (await system.spawn(module)).stop();
  const { processes, mail } = metrics.snapshot();
  assert.equal(processes, { spawned: 50, running: 0, failed: 0, stopped: 50 });
  assert.equal([mail.unevaluated, mail.top.length], [0, 0]);
});

test.run();
