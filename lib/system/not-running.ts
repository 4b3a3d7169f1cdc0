import { HeddleError } from '../core/error.ts';
import type { Process } from '../process/process.ts';

/** What is wrong with asking something of a process that has failed or was stopped. */
export function notRunning({ id, state, reason }: Process): HeddleError {
  const code = state === 'stopped' ? 'process-stopped' : 'process-failed';
  const why = reason === undefined ? '' : `: ${reason}`;
  return new HeddleError(code, `${id} is ${state}${why}`, { process: id, reason: reason ?? null });
}
