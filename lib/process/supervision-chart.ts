import { createMachine } from 'xstate';
import type { SupervisorState } from '../core/trace-event.ts';
import { Statechart } from './statechart.ts';

/** What moves a supervisor from one state to another. */
export type SupervisorEvent = 'started' | 'childFailed' | 'childrenRestarted' | 'gaveUp' | 'stopped' | 'restarted';

/**
 * A supervisor as a statechart: it is `starting` until its children are there, `watching` while they run, `restarting` from
 * the failure of one until those it restarts may run again, and `failed` when what it may restart is spent.
 *
 * @example
 * ```ts
 * import { supervision } from 'heddle';
 * import { getNextSnapshot, getInitialSnapshot } from 'xstate';
 *
 * getNextSnapshot(supervision, getInitialSnapshot(supervision), { type: 'started' }).value; // 'watching'
 * ```
 */
export const supervision = createMachine({
  id: 'supervisor',
  initial: 'starting',
  states: {
    starting: { on: { started: 'watching', gaveUp: 'failed', stopped: 'stopped' } },
    watching: { on: { childFailed: 'restarting', gaveUp: 'failed', stopped: 'stopped' } },
    restarting: {
      on: { childFailed: 'restarting', childrenRestarted: 'watching', gaveUp: 'failed', stopped: 'stopped' },
    },
    failed: { on: { restarted: 'watching', stopped: 'stopped' } },
    stopped: { type: 'final' },
  },
});

/** The same as a table. */
export const supervisionTable = new Statechart<SupervisorState, SupervisorEvent>(supervision);
