// The thread that asks goes on while another prepares.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PrepareStep, prepare, prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { publishedModule } from '../../../modules/index.ts';

test('timers run on time during a rewrite, and the worker gives what this thread would', async () => {
  const bytes = publishedModule('process').bytes();
  const steps: PrepareStep[] = [];
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const prepared = await prepare(bytes, { cacheFolder: false, onProgress: ({ step }) => steps.push(step) });
  clearInterval(timer);
  assert.equal(steps, ['read', 'rewrite', 'meter', 'validate']);
  assert.ok(prepared.report.asyncifyFolded && prepared.report.lowered && prepared.report.metered);
  assert.ok(ticks > 20, `${ticks} ticks`);
  const { bytes: here } = await prepareModule(bytes);
  assert.equal(here, prepared.bytes);
});

test.run();
