import { virtualClock } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';

test('it stands still until it is moved', () => {
  const clock = virtualClock({ startMs: 5_000, startHeight: 7 });
  assert.equal(clock.now(), { timestampMs: 5_000, blockHeight: 7 });
  assert.equal(clock.now(), { timestampMs: 5_000, blockHeight: 7 });
});

test('a block comes each time the block time has passed since the start', () => {
  const clock = virtualClock({ startMs: 50, startHeight: 7, blockMs: 100 });
  const heightAt = (atMs: number): number => {
    clock.advanceTo(atMs);
    return clock.now().blockHeight;
  };
  assert.equal([50, 149, 150, 249, 250, 1_050].map(heightAt), [7, 7, 8, 8, 9, 17]);
});

test('by default it starts at the beginning of 2025 and a block takes two minutes', () => {
  const clock = virtualClock();
  const start = clock.now();
  assert.is(start.timestampMs, Date.UTC(2025, 0, 1));
  clock.advanceTo(start.timestampMs + 120_000);
  assert.is(clock.now().blockHeight, start.blockHeight + 1);
});

test('it refuses to go back, and to a moment that is no whole millisecond', async () => {
  const clock = virtualClock({ startMs: 1_000 });
  for (const atMs of [999, 1_000.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is((await refusal(() => clock.advanceTo(atMs))).code, 'option-invalid');
  }
  clock.advanceTo(1_000); // where it is already
  assert.is(clock.now().timestampMs, 1_000);
});

test('options that are no whole number of their unit are refused by name', async () => {
  const wrong = [{ startMs: -1 }, { startHeight: 1.5 }, { blockMs: 0 }, { blockMs: Number.NaN }];
  for (const options of wrong) {
    const error = await refusal(() => virtualClock(options));
    assert.is(error.code, 'option-invalid');
    assert.is(error.facts.option, Object.keys(options)[0]);
  }
});

test.run();
