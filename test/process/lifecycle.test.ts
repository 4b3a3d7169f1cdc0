import { lifecycle } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { getInitialSnapshot, getNextSnapshot } from 'xstate';
import type { LifecycleState } from '../../lib/core/trace-event.ts';
import { type LifecycleEvent, lifecycleTable } from '../../lib/process/lifecycle.ts';

const states: readonly LifecycleState[] = [
  'loading',
  'ready',
  'evaluating',
  'hibernated',
  'restarting',
  'backingOff',
  'failed',
  'stopped',
];
const events: readonly LifecycleEvent[] = [
  'loaded',
  'turn',
  'committed',
  'hibernated',
  'crashed',
  'held',
  'released',
  'gaveUp',
  'stopped',
  'restarted',
];

/** The state that an event leads to, by their names; undefined if it leads nowhere. */
const next = (state: LifecycleState, event: LifecycleEvent): LifecycleState | undefined => {
  const number = lifecycleTable.next(lifecycleTable.states.indexOf(state), lifecycleTable.eventNumber(event));
  if (number === -1) return undefined;
  const to = lifecycleTable.states[number];
  assert.ok(to, `${state} ${event} leads to the number ${number}, which is no state`);
  return to;
};

test('these are all states and events of the chart, each with a number of its own', () => {
  assert.equal(Object.keys(lifecycle.states).sort(), [...states].sort());
  assert.equal([...lifecycle.events].sort(), [...events].sort());
  assert.equal([...lifecycleTable.states].sort(), [...states].sort());
  assert.equal(events.map((event) => lifecycleTable.eventNumber(event)).sort(), [...events.keys()]);
});

for (const state of states) {
  test(`from ${state} the table leads where the chart leads`, () => {
    for (const type of events) {
      const from = lifecycle.resolveState({ value: state, context: {} });
      const taken = from.status === 'active' && from.can({ type });
      const to = taken ? getNextSnapshot(lifecycle, from, { type }).value : undefined;
      assert.is(next(state, type), to, `${state} ${type}`);
    }
  });
}

test('the first state of the chart has the first number', () => {
  assert.is(lifecycleTable.states[0], getInitialSnapshot(lifecycle).value);
});

test('a stopped process stays stopped, and only a failed one can be restarted', () => {
  assert.equal(
    events.map((event) => next('stopped', event)),
    events.map(() => undefined),
  );
  assert.equal(
    states.filter((state) => next(state, 'restarted')),
    ['failed'],
  );
});

test('numbers of no state and no event lead nowhere', () => {
  assert.is(lifecycleTable.next(states.length, 0), -1);
  assert.is(lifecycleTable.next(-1, 0), -1);
});

test.run();
