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

/** The states by their numbers, under which processes keep them. */
export const lifecycleStates = Object.keys(lifecycle.states) as readonly LifecycleState[];

const events = [...lifecycle.events] as readonly LifecycleEvent[];

/** For each state and event the number of the state that it leads to; -1 for none. */
const table = Int8Array.from(
  lifecycleStates.flatMap((state) =>
    events.map((event) => {
      const [transition] = lifecycle.states[state]?.transitions.get(event) ?? [];
      return lifecycleStates.indexOf(transition?.target?.[0]?.key as LifecycleState);
    }),
  ),
);

/** The number of an event. */
export const eventNumber = (event: LifecycleEvent): number => events.indexOf(event);

/**
 * The number of the state that an event leads to, or -1 if the chart has no such transition. A table made from the chart
 * once: stepping the chart itself takes longer than a turn of a light process.
 */
export const nextState = (state: number, event: number): number => table[state * events.length + event] ?? -1;
