import { lifecycle } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { getNextSnapshot } from 'xstate';
import type { LifecycleState } from '../../lib/core/trace-event.ts';
import { type LifecycleEvent, nextState } from '../../lib/process/lifecycle.ts';

const states: readonly LifecycleState[] = [
  'loading',
  'ready',
  'evaluating',
  'hibernated',
  'restarting',
  'failed',
  'stopped',
];
const events: readonly LifecycleEvent[] = [
  'loaded',
  'turn',
  'committed',
  'hibernated',
  'crashed',
  'gaveUp',
  'stopped',
  'restarted',
];

test('these are all states and events of the chart', () => {
  assert.equal(Object.keys(lifecycle.states).sort(), [...states].sort());
  assert.equal([...lifecycle.events].sort(), [...events].sort());
});

for (const state of states) {
  test(`from ${state} the table leads where the chart leads`, () => {
    for (const type of events) {
      const from = lifecycle.resolveState({ value: state, context: {} });
      const taken = from.status === 'active' && from.can({ type });
      const to = taken ? getNextSnapshot(lifecycle, from, { type }).value : undefined;
      assert.is(nextState(state, type), to, `${state} ${type}`);
    }
  });
}

test('a stopped process stays stopped, and only a failed one can be restarted', () => {
  assert.equal(
    events.map((event) => nextState('stopped', event)),
    events.map(() => undefined),
  );
  assert.equal(
    states.filter((state) => nextState(state, 'restarted')),
    ['failed'],
  );
});

test.run();
