// Tested by itself, since no run brings about such values.

import { array, assert as check, double, integer, maxSafeInteger, oneof, property } from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Measure, type MeasureDefinition } from '../../lib/metrics/measure.ts';
import { Measures } from '../../lib/metrics/measures.ts';

const definition: MeasureDefinition = {
  name: 'turn.weight',
  help: 'How heavy a turn is.',
  unit: 'ms',
  baseUnit: 'seconds',
  stepsPerUnit: 1,
  stepsPerBaseUnit: 1_000,
  bounds: [0, 1, 10, 100, 5_000, 1e12],
};

const values = array(oneof(integer({ min: 0, max: 3_000 }), maxSafeInteger().map(Math.abs)), { minLength: 1 });

test('percentiles are the values at their ranks, exact to 2047 and at most 0.1 % above beyond', () => {
  check(
    property(values, (recorded) => {
      const measure = new Measure(definition);
      for (const value of recorded) measure.record(value);
      const sorted = recorded.toSorted((a, b) => a - b);
      const { count, min, max, p50, p90, p99, p999 } = measure.snapshot();
      assert.equal([count, min, max], [sorted.length, sorted[0], sorted.at(-1)]);
      for (const [percent, found] of [
        [50, p50],
        [90, p90],
        [99, p99],
        [99.9, p999],
      ] as const) {
        const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
        if (value <= 2_047) assert.is(found, value);
        else assert.ok(found >= value && found <= value * 1.001, `${found} for ${value}`);
      }
    }),
  );
});

test('buckets are exact and cumulative, and the sum is in the base unit', () => {
  check(
    property(values, (recorded) => {
      const measure = new Measure(definition);
      for (const value of recorded) measure.record(value);
      for (const [at, { bound, count }] of measure.buckets.entries()) {
        const steps = definition.bounds[at] ?? 0;
        assert.equal([bound, count], [steps / 1_000, recorded.filter((value) => value <= steps).length]);
      }
      assert.is(measure.sum, recorded.reduce((sum, value) => sum + value, 0) / 1_000);
    }),
  );
});

test('what is no whole number from 0 is made one, however large', () => {
  check(
    property(double({ noNaN: true }), (value) => {
      const measure = new Measure(definition);
      measure.record(value);
      const { min, max } = measure.snapshot();
      assert.is(min, max);
      assert.ok(Number.isSafeInteger(max) && max >= 0);
    }),
  );
});

test('without a value everything is 0, and after a reset too', () => {
  const measure = new Measure(definition);
  const nothing = measure.snapshot();
  assert.equal(nothing, { count: 0, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, unit: 'ms' });
  measure.record(5);
  measure.reset();
  assert.equal(measure.snapshot(), nothing);
  assert.equal(
    measure.buckets.map(({ count }) => count),
    [0, 0, 0, 0, 0, 0],
  );
  measure.record(7);
  assert.equal([measure.snapshot().min, measure.snapshot().max, measure.snapshot().p99], [7, 7, 7]);
});

test('the bounds of every measure rise', () => {
  for (const { definition } of new Measures(true).all) {
    assert.equal(
      definition.bounds,
      definition.bounds.toSorted((a, b) => a - b),
    );
    assert.is(new Set(definition.bounds).size, definition.bounds.length);
  }
});

test.run();
