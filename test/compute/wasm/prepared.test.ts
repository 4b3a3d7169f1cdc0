import { createSystem, wasm } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate } from '../../aos/aos.ts';
import { publishedModule } from '../../modules/index.ts';

/** The same conversation on the module as published and prepared. */
async function run(prepare: 'before' | 'off') {
  const system = createSystem({ seed: 'prepared', limits: { turnGas: 3_000_000_000 } });
  const process = await system.spawn(wasm(publishedModule('aos2_0_6').bytes(), { prepare }));
  await evaluate(process, 'Count = 1');
  const failed = await (await process.send({ tags: { Action: 'Eval' }, data: 'Count = 2 error("no")' })).outcome();
  const count = await evaluate(process, 'return Count');
  const { gasUsed, digest } = await process.state();
  return { system, process, trace: system.trace.digest, failed: failed.error, count, gasUsed, digest };
}

test('a prepared module gives the same run and the same state, and counts its gas', async () => {
  const [before, off] = [await run('before'), await run('off')];
  assert.is(before.count, '1');
  assert.is(before.trace, off.trace);
  assert.is(before.digest, off.digest);
  assert.equal(off.gasUsed, [0n, 0n, 0n, 0n]);
  for (const [slot, gas] of before.gasUsed.entries()) assert.ok(slot === 2 || gas > 1_000_000n, `${slot}: ${gas}`);
  const [eval_] = (await before.system.gasReport()).filter(({ action }) => action === 'Eval');
  assert.is(eval_?.turns, 3);
  assert.ok((eval_?.total ?? 0n) > 0n);
});

test('a prepared module that loops runs out of gas, and goes on with the next message', async () => {
  const { process } = await run('before');
  const outcome = await (await process.send({ tags: { Action: 'Eval' }, data: 'while true do end' })).outcome();
  assert.is(outcome.fault, 'guest-over-gas');
  assert.match(String(outcome.error), 'out of gas!');
  assert.is(await evaluate(process, 'return Count'), '1');
});

test.run();
