import type { ActorSystem, ActorSystemInfo } from 'xstate';
import { HeddleError } from '../../core/error.ts';
import type { Turn } from '../turn.ts';

/** The turns that run now, each under the XState system that takes it. */
export const runningTurns = new WeakMap<object, Turn>();

/**
 * The turn that a machine's action runs in, for what its event does not tell: the time at which a delay ended, or the
 * reference of what was sent. `system` is what XState gives to every action. A machine that only has something to send
 * uses {@link outbox}, and can then be tested with XState alone.
 *
 * @example
 * ```ts
 * import { machine, turnOf } from 'heddle';
 * import { assign, createMachine } from 'xstate';
 *
 * machine(
 *   createMachine({
 *     context: { endedMs: 0 },
 *     after: { 60_000: { actions: assign({ endedMs: ({ system }) => turnOf(system).timestampMs }) } },
 *   }),
 * );
 * ```
 */
export function turnOf(system: ActorSystem<ActorSystemInfo>): Turn {
  const turn = runningTurns.get(system);
  if (!turn) throw new HeddleError('turn-over', 'no turn of this machine runs');
  return turn;
}
