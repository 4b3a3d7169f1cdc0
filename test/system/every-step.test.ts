// Wherever a run is broken off, at each slot, after each record, or at each checkpoint, it comes to the same.

import { createSystem, type Module, memoryStore, type ProcessHandle, type StoredCheckpoint, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutEverywhere } from '../fixtures/system/cuts.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { unlessRefused } from '../fixtures/system/storm/program.ts';
import { carefulWanderer, groups, nameOf, places, wanderer } from '../fixtures/system/storm/wanderer.ts';

const seeds = ['seed 0', 'seed 3', 'seed 6', 'seed 7', 'seed 13', 'seed 20'];

/** Has some processes write to each other, and stumble now and then. */
async function start(system: System, module: Module = wanderer): Promise<void> {
  const processes: ProcessHandle[] = [];
  for (let place = 0; place < places; place++) {
    const process = await system.spawn(module);
    processes.push(process);
    await system.register(nameOf(place), process);
    await (await system.group(groups[place % groups.length] ?? '')).join(process);
  }
  for (const [at, process] of processes.entries()) await process.send({ data: `${25 + 12 * at} ${at}` });
}

async function runOf(seed: string, module: Module): Promise<System> {
  const system = createSystem({ seed, limits: { restarts: 1, checkpointSlots: 4 } });
  await start(system, module);
  await system.settle();
  return system;
}

/** What all processes that are there have come to. */
async function states(system: System): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const process of system.processes) {
    await unlessRefused(async () => all.push((await process.dryRun({ tags: { Action: 'Report' } })).output));
  }
  return all;
}

test('one crash at any slot of any process, before or after it is evaluated, changes nothing', async () => {
  for (const seed of seeds) {
    const quiet = await runOf(seed, carefulWanderer);
    const expected = await states(quiet);
    for (const { id, status } of quiet.processes) {
      for (let slot = 0; slot < status.slots - status.mail; slot++) {
        const crash = ({ process, slot: at }: { process: string; slot: number }, attempt: number) => {
          if (process === id && at === slot && attempt === 1) throw new Error('crash');
        };
        const after: Parameters<typeof wrapped>[1]['after'] = (outcome, assignment, attempt) => {
          crash(assignment, attempt);
          return outcome;
        };
        for (const wrapping of [{ before: crash }, { after }]) {
          const system = await runOf(seed, wrapped(wanderer, wrapping));
          assert.is(system.trace.digest, quiet.trace.digest, `${Object.keys(wrapping)} slot ${slot} of ${id}, ${seed}`);
          assert.equal(await states(system), expected);
        }
      }
    }
  }
});

test('a run that ends after any of its records goes on to the same end', async () => {
  for (const seed of seeds) {
    const cuts = await cutEverywhere([wanderer], (system) => start(system), seed);
    assert.ok(cuts > 20, `${cuts} cuts`);
  }
});

test('a process that is restored from any of its checkpoints, or from none, has the same state and goes on alike', async () => {
  for (const seed of seeds) {
    const checkpoints: StoredCheckpoint[] = [];
    const store = memoryStore();
    store.putCheckpoint = ({ process, slot, bytes }) => {
      checkpoints.push({ process, slot, bytes: bytes.slice() });
    };
    const first = createSystem({ seed, store, limits: { checkpointSlots: 2 } });
    await start(first);
    await first.settle();
    const { log, digest } = await first.record();
    const careful = await states(await runOf(seed, carefulWanderer));
    assert.ok(checkpoints.length > 5, `${checkpoints.length} checkpoints`);

    const ends = new Set<string>();
    for (const checkpoint of [undefined, ...checkpoints]) {
      const copy = memoryStore();
      copy.append({ position: 0, bytes: log });
      if (checkpoint) copy.putCheckpoint(checkpoint);
      const system = createSystem({ seed, store: copy, modules: [wanderer] });
      await system.open();
      assert.is(system.trace.digest, digest);
      assert.equal(await states(system), careful, `from slot ${checkpoint?.slot} of ${checkpoint?.process}, ${seed}`);
      for (const process of system.processes) await unlessRefused(() => process.send({ data: '7 more' }));
      await system.settle();
      ends.add(system.trace.digest);
    }
    assert.is(ends.size, 1);
  }
});

test.run();
