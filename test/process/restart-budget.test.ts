import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RestartBudget } from '../../lib/process/restart-budget.ts';

test('each crash takes one restart, and the one after the last is over the budget', () => {
  const budget = new RestartBudget({ restarts: 2, restartWindowMs: 1_000 });
  assert.equal(
    [0, 0, 0].map((nowMs) => budget.spend(nowMs)),
    [1, 0, -1],
  );
});

test('a crash is forgotten when the window has passed since it', () => {
  const budget = new RestartBudget({ restarts: 1, restartWindowMs: 1_000 });
  assert.equal(
    [0, 1_000, 1_999].map((nowMs) => budget.spend(nowMs)),
    [0, 0, -1],
  );
});

test('what is left is the budget without the crashes of the window that ends now', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 50 }));
  fc.assert(
    fc.property(gaps, fc.nat(5), fc.integer({ min: 1, max: 100 }), (gapsMs, restarts, restartWindowMs) => {
      const budget = new RestartBudget({ restarts, restartWindowMs });
      const crashesMs: number[] = [];
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        crashesMs.push(nowMs);
        const inWindow = crashesMs.filter((atMs) => atMs > nowMs - restartWindowMs).length;
        assert.is(budget.spend(nowMs), restarts - inWindow);
      }
    }),
  );
});

test('after a reset the budget is whole', () => {
  const budget = new RestartBudget({ restarts: 1, restartWindowMs: 1_000 });
  budget.spend(0);
  budget.spend(0);
  budget.reset();
  assert.is(budget.spend(0), 0);
});

test.run();
