import { createMachine } from 'xstate';
import type { LifecycleState } from '../core/trace-event.ts';
import { Statechart } from './statechart.ts';

/** What moves a process from one state of its life to another. */
export type LifecycleEvent =
  | 'loaded'
  | 'turn'
  | 'committed'
  | 'hibernated'
  | 'crashed'
  | 'held'
  | 'released'
  | 'gaveUp'
  | 'stopped'
  | 'restarted';

/**
 * The life of a process as a statechart: `loading` until its first turn has an executor, then between `ready` and
 * `evaluating`, `hibernated` while it has only a checkpoint; a crash leads through `restarting`, and `backingOff` if it has
 * to wait, back to `ready`, or to `failed` when the restart budget is spent.
 *
 * @example
 * ```ts
 * import { lifecycle } from 'heddle';
 * import { getNextSnapshot, getInitialSnapshot } from 'xstate';
 *
 * getNextSnapshot(lifecycle, getInitialSnapshot(lifecycle), { type: 'loaded' }).value; // 'ready'
 * ```
 */
export const lifecycle = createMachine({
  id: 'process',
  initial: 'loading',
  states: {
    loading: { on: { loaded: 'ready', crashed: 'restarting', stopped: 'stopped' } },
    ready: { on: { turn: 'evaluating', hibernated: 'hibernated', crashed: 'restarting', stopped: 'stopped' } },
    evaluating: { on: { committed: 'ready', crashed: 'restarting', stopped: 'stopped' } },
    hibernated: { on: { loaded: 'ready', crashed: 'restarting', stopped: 'stopped' } },
    restarting: {
      on: { loaded: 'ready', crashed: 'restarting', held: 'backingOff', gaveUp: 'failed', stopped: 'stopped' },
    },
    backingOff: { on: { released: 'restarting', crashed: 'restarting', stopped: 'stopped' } },
    failed: { on: { restarted: 'restarting', stopped: 'stopped' } },
    stopped: { type: 'final' },
  },
});

/** The same as a table. */
export const lifecycleTable = new Statechart<LifecycleState, LifecycleEvent>(lifecycle);
