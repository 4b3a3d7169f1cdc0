// Prepared or not, a module gives the same run; whether gas is counted is the only difference.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystem, type Limits, type PrepareProgress, type WasmOptions, wasm } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../aos/aos.ts';
import { publishedModule } from '../../modules/index.ts';
import { guestModule } from './guest-module.ts';
import { lazily } from './lazily.ts';

const failing = { tags: { Action: 'Eval' }, data: 'Count = 2 error("no")' };

/** The same conversation with a new process; `between` passes before its last two turns. */
async function run(options: WasmOptions, limits: Partial<Limits> = {}, between: Promise<unknown> = Promise.resolve()) {
  const system = createSystem({ seed: 'prepared', limits: { turnGas: 3_000_000_000, ...limits } });
  const process = await system.spawn(wasm(publishedModule('aos2_0_6').bytes(), options));
  await evaluate(process, 'Count = 1');
  const failed = await (await process.send(failing)).outcome();
  await between;
  assert.is(await evaluate(process, 'return Count'), '1');
  const again = await (await process.send(failing)).outcome();
  assert.is(again.error, failed.error);
  const { gasUsed, digest } = await process.state();
  return { system, process, trace: system.trace.digest, gasUsed, digest };
}

const published = await run({ prepare: 'off' });

test('as published: no gas is counted', () => {
  assert.equal(published.gasUsed, [0n, 0n, 0n, 0n, 0n]);
});

test('nothing said: the same run and the same state, and gas is counted', async () => {
  const byDefault = await run({});
  assert.is(byDefault.trace, published.trace);
  assert.is(byDefault.digest, published.digest);
  for (const [slot, gas] of byDefault.gasUsed.entries()) assert.ok(gas > 1_000_000n, `${slot}: ${gas}`);
  const [eval_] = (await byDefault.system.gasReport()).filter(({ action }) => action === 'Eval');
  assert.is(eval_?.turns, 4);
  assert.ok((eval_?.total ?? 0n) > 0n);
  const before = await run({ prepare: 'before' });
  assert.equal(before.gasUsed, byDefault.gasUsed);
});

test('lazily: the same run and the same state, and no gas, neither before nor after', async () => {
  const { options, done } = lazily();
  const lazy = await run(options, {}, done);
  assert.equal(await done, { step: 'done', leftOut: [] });
  assert.is(lazy.trace, published.trace);
  assert.is(lazy.digest, published.digest);
  assert.equal(lazy.gasUsed, [0n, 0n, 0n, 0n, 0n]);
});

const loop = { tags: { Action: 'Eval' }, data: 'while true do end' };

test('a loop ends by gas, and the process goes on with the next message', async () => {
  const { process } = await run({}, { turnGas: 300_000_000 });
  const outcome = await (await process.send(loop)).outcome();
  assert.is(outcome.fault, 'guest-over-gas');
  assert.match(String(outcome.error), 'out of gas!');
  assert.is(await evaluate(process, 'return Count'), '1');
});

test('a loop in a module that is prepared lazily ends by time', async () => {
  const { options, done } = lazily();
  const { process } = await run(options, { turnMs: 2000, turnGas: 1 }, done);
  const outcome = await (await process.send(loop)).outcome();
  assert.is(outcome.fault, 'guest-over-time');
  assert.is(await evaluate(process, 'return Count'), '1');
});

for (const nops of [10, 70_000]) {
  test(`${nops} instructions: what a listener throws is what loading fails with, and only there`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-cache-'));
    const { XDG_CACHE_HOME } = process.env;
    process.env.XDG_CACHE_HOME = folder;
    try {
      const bytes = guestModule({ bad: Array<number>(nops).fill(0x01) });
      const failing = wasm(bytes, {
        onPrepare({ step }) {
          throw new Error(`my own at ${step}`);
        },
      });
      const [, failure] = await Promise.all([wasm(bytes).load(), Promise.resolve(failing.load()).catch(String)]);
      assert.is(failure, 'Error: my own at read');
    } finally {
      rmSync(folder, { recursive: true });
      if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    }
  });
}

test('told are the steps and the end, or the end alone if it was prepared before', async () => {
  const told: PrepareProgress[] = [];
  const small = publishedModule('process').bytes();
  for (let round = 0; round < 2; round++) {
    told.length = 0;
    await wasm(small, { onPrepare: (progress) => told.push(progress) }).load();
    assert.equal(told.at(-1), { step: 'done', leftOut: [] });
  }
  assert.is(told.length, 1);
});

test.run();
