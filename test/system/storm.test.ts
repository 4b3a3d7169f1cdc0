// In a storm executors crash wherever they can, memory is short, users look on, and the system is closed and opened again.
// None of that is a part of the run: it comes to the digest of the quiet run of the same program.

import { createSystem, memoryStore, type ProcessHandle, random, randomStream, replay, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, aos32 } from '../aos/aos.ts';
import { type Program, programOf, run, unlessRefused } from '../fixtures/system/storm/program.ts';
import { carefulWanderer, wanderer } from '../fixtures/system/storm/wanderer.ts';
import { exposed, Weather } from '../fixtures/system/storm/weather.ts';

const seeds = 1_000;

/** What happened in storms, by name, so that one that does nothing is found out. */
const happened = new Map<string, number>();
const count = (what: string, times = 1) => happened.set(what, (happened.get(what) ?? 0) + times);

/** Runs a program through the storm of its seed, with all its history or with little. */
async function stormed(program: Program, trims = false) {
  const draws = randomStream(program.seed, 'storm');
  const weather = new Weather(draws, 25);
  const meanwhile = async (system: System, reopen: () => Promise<System>): Promise<System> => {
    if (draws.below(2)) await system.run({ turns: draws.below(20) });
    for (let looks = draws.below(4); looks > 0; looks--) {
      const { processes } = system;
      const process = processes[draws.below(processes.length)];
      if (process)
        await unlessRefused(() => (draws.below(2) ? process.state() : process.dryRun({ data: `5 ${looks}` })));
    }
    if (trims && draws.below(2)) {
      await system.trim();
      count('trimmed');
    }
    if (!outlives(program) || draws.below(2)) return system;
    count('life');
    return reopen();
  };
  const ending = await run(program, {
    module: exposed(wanderer, weather),
    limits: { residentBytes: 1 + draws.below(12_000), checkpointSlots: 1 + draws.below(12) },
    store: memoryStore(),
    retention: trims ? { bytes: 200 + draws.below(2_000) } : undefined,
    listen: draws.below(2) ? (event) => event.type === 'lifecycle' && count(`to ${event.to}`) : undefined,
    meanwhile,
  });
  for (const [place, times] of weather.struck) count(place, times);
  return { ending, weather };
}

/** Whether another system goes on with it as it was: what a scheduler draws, and time that nothing has used, is not logged. */
const outlives = ({ scheduler, parts }: Program): boolean =>
  scheduler === 'fifo' && !parts.flat().some(({ kind }) => kind === 'advance');

async function check(seed: string): Promise<void> {
  const program = programOf(seed);
  const quiet = await run(program, { module: carefulWanderer });
  const { ending, weather } = await stormed(program);
  assert.equal(ending.statuses, quiet.statuses);
  assert.is(ending.digest, quiet.digest);
  assert.equal(weather.misuse, []);
  assert.is(weather.open, 0, 'every executor is closed in the end');
  assert.ok(ending.recording);
  const { digest, turns } = await replay(ending.recording, { modules: [wanderer] });
  assert.is(digest, quiet.digest);
  count('turns', turns);
}

async function checkAll(all: readonly string[], one: (seed: string) => Promise<void>): Promise<void> {
  for (const seed of all) {
    try {
      await one(seed);
    } catch (error) {
      console.error(`The seed is '${seed}'.`);
      throw error;
    }
  }
}

const storms = (upTo: number): string[] => Array.from({ length: upTo }, (_, number) => `storm ${number}`);

test(`a run in a storm is the quiet run, for ${seeds} seeds`, async () => {
  await checkAll(storms(seeds), check);
  const places = ['start', 'before', 'after', 'replay', 'checkpoint', 'dry run', 'life'];
  for (const what of [...places, 'to hibernated', 'to restarting', 'to failed', 'to stopped']) {
    assert.ok((happened.get(what) ?? 0) > 50, `${what} happened ${happened.get(what)} times`);
  }
  assert.ok((happened.get('turns') ?? 0) > 20 * seeds, `${happened.get('turns')} turns`);
});

test('a run in a storm whose history is trimmed now and then is the quiet run', async () => {
  await checkAll(storms(400), async (seed) => {
    const program = programOf(seed);
    const quiet = await run(program, { module: carefulWanderer });
    const { ending, weather } = await stormed(program, true);
    assert.equal(ending.statuses, quiet.statuses);
    assert.is(ending.digest, quiet.digest);
    assert.equal(weather.misuse, []);
    assert.is(weather.open, 0, 'every executor is closed in the end');
  });
  assert.ok((happened.get('trimmed') ?? 0) > 300);
});

test('a run that somebody listens to is the same run', () =>
  checkAll(storms(200), async (seed) => {
    const program = programOf(seed);
    const [quiet, observed] = [
      await run(program, { module: wanderer }),
      await run(program, { module: wanderer, listen: () => {} }),
    ];
    assert.is(observed.digest, quiet.digest);
  }));

/** Counts, writes on to whom it is told to, and stumbles now and then. */
const lua = `Handlers.add('pass', 'Pass', function(msg)
  Seen = (Seen or '') .. msg.Path
  local next, rest = msg.Path:match('^(%S+) ?(.*)$')
  if #Seen % 7 == 3 then error('stumbles') end
  if next then Send({ Target = next, Action = 'Pass', Path = rest }) end
end)`;

/** A random program of Wasm processes. With `workers`, it is run in a storm, in which threads look ahead besides. */
async function wasmRun(seed: string, workers?: number): Promise<string> {
  const draws = randomStream(seed, 'program');
  const storm = randomStream(seed, `storm ${workers}`);
  const below = (bound: number) => (workers === undefined ? 0 : storm.below(bound));
  const limits = { residentBytes: 1_000_000 + storm.below(8_000_000), checkpointSlots: 1 + storm.below(9) };
  await using system = createSystem({
    seed,
    scheduler: random(),
    workers: workers ?? 0,
    ...(workers !== undefined && { limits }),
  });
  const processes: ProcessHandle[] = [];
  for (const module of [aos, aos32, aos]) processes.push(await system.spawn(module));
  for (const process of processes) await process.send({ tags: { Action: 'Eval' }, data: lua });
  const any = () => processes[draws.below(processes.length)] as ProcessHandle;
  for (let part = 0; part < 3; part++) {
    for (let sent = 0; sent < 4; sent++) {
      const path = Array.from({ length: draws.below(6) }, () => any().id);
      await any().send({ tags: { Action: 'Pass', Path: path.join(' ') } });
    }
    await system.run({ turns: below(12) });
    await processes[below(4)]?.state();
    if (below(2)) await system.trim();
    if (below(2)) await processes[0]?.dryRun({ tags: { Action: 'Pass', Path: '' } });
    await system.settle();
  }
  for (const process of processes) await process.send({ tags: { Action: 'Eval' }, data: 'return Seen' });
  await system.settle();
  return system.trace.digest;
}

test('with Wasm processes, the storm is the quiet run for any number of workers', () =>
  checkAll(['wasm 1', 'wasm 2'], async (seed) => {
    const quiet = await wasmRun(seed);
    for (const workers of [0, 1, 2]) assert.is(await wasmRun(seed, workers), quiet, `${workers} workers`);
  }));

test.run();
