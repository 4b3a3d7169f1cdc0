import { supervision } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { getInitialSnapshot, getNextSnapshot } from 'xstate';
import type { SupervisorState } from '../../lib/core/trace-event.ts';
import { type SupervisorEvent, supervisionTable } from '../../lib/process/supervision-chart.ts';

const states: readonly SupervisorState[] = ['starting', 'watching', 'restarting', 'failed', 'stopped'];
const events: readonly SupervisorEvent[] = [
  'started',
  'childFailed',
  'childrenRestarted',
  'gaveUp',
  'stopped',
  'restarted',
];

test('these are all states and events of the chart', () => {
  assert.equal([...supervisionTable.states].sort(), [...states].sort());
  assert.equal([...supervision.events].sort(), [...events].sort());
  assert.is(supervisionTable.states[0], getInitialSnapshot(supervision).value);
});

for (const state of states) {
  test(`from ${state} the table leads where the chart leads`, () => {
    for (const type of events) {
      const from = supervision.resolveState({ value: state, context: {} });
      const taken = from.status === 'active' && from.can({ type });
      const to = taken ? getNextSnapshot(supervision, from, { type }).value : undefined;
      const next = supervisionTable.next(supervisionTable.states.indexOf(state), supervisionTable.eventNumber(type));
      assert.is(supervisionTable.states[next], to, `${state} ${type}`);
    }
  });
}

test.run();
