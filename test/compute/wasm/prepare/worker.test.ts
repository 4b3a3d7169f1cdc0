// The thread that asks goes on while another prepares.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PrepareStep, prepare, prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { publishedModule } from '../../../modules/index.ts';

test('timers run on time during a rewrite, and the worker gives what this thread would', async () => {
  const bytes = publishedModule('process').bytes();
  const steps: PrepareStep[] = [];
  const ticks = [performance.now()];
  const timer = setInterval(() => ticks.push(performance.now()), 5);
  const prepared = await prepare(bytes, { cacheFolder: false, onStep: (step) => steps.push(step) });
  clearInterval(timer);
  assert.equal(steps, ['read', 'rewrite', 'meter', 'validate']);
  assert.ok(prepared.report.asyncifyFolded && prepared.report.lowered && prepared.report.metered);
  const gaps = ticks.map((at, tick) => at - (ticks[tick - 1] ?? at));
  const [longest, all] = [Math.max(...gaps), (ticks.at(-1) ?? 0) - (ticks[0] ?? 0)];
  assert.ok(longest < all / 3, `${longest} ms of ${all} ms without a tick`);
  const { bytes: here } = await prepareModule(bytes);
  assert.equal(here, prepared.bytes);
});

test.run();
