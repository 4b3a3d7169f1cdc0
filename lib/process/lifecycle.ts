import { createMachine } from 'xstate';
import type { LifecycleState } from '../core/trace-event.ts';

/** What moves a process from one state of its life to another. */
export type LifecycleEvent =
  | 'loaded'
  | 'turn'
  | 'committed'
  | 'hibernated'
  | 'crashed'
  | 'gaveUp'
  | 'stopped'
  | 'restarted';

/**
 * The life of a process as a statechart: `loading` until its first turn has an executor, then between `ready` and
 * `evaluating`, `hibernated` while it has only a checkpoint; a crash leads through `restarting` back to `ready`, or to `failed` when the restart budget is spent.
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
    restarting: { on: { loaded: 'ready', crashed: 'restarting', gaveUp: 'failed', stopped: 'stopped' } },
    failed: { on: { restarted: 'restarting', stopped: 'stopped' } },
    stopped: { type: 'final' },
  },
});

const transitions = new Map(
  Object.entries(lifecycle.states).map(([state, node]) => {
    const targets = [...node.transitions].map(([event, [first]]) => [event, first?.target?.[0]?.key] as const);
    return [state, new Map(targets)];
  }),
);

/**
 * The state that `event` leads to, or undefined if the chart has no such transition. A table made from the chart once:
 * stepping the chart itself takes longer than a turn of a light process.
 */
export function nextState(state: LifecycleState, event: LifecycleEvent): LifecycleState | undefined {
  // The table is keyed by the chart's own states, and a test walks every pair through both.
  return transitions.get(state)?.get(event) as LifecycleState | undefined;
}
