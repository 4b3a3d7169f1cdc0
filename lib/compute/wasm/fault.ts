import { HeddleError, reasonOf } from '../../core/error.ts';

/** What a fault in a guest is called. Rethrows what is none: then the executor has crashed. */
export function asFault(thrown: unknown): HeddleError {
  if (thrown instanceof HeddleError) {
    if (guestFaults.has(thrown.code)) return thrown;
    throw thrown;
  }
  const what = isOverflow(thrown) ? 'its stack overflowed' : reasonOf(thrown);
  return new HeddleError('guest-trap', `The module trapped: ${what}`, {}, { cause: thrown });
}

const isOverflow = (thrown: unknown): boolean => thrown instanceof RangeError && /call stack/i.test(thrown.message);

/** Whether a turn ends in this way after the same instructions wherever it runs: neither clock nor engine ended it. */
export const endsAlike = (thrown: unknown): boolean =>
  !isOverflow(thrown) && !(thrown instanceof HeddleError && thrown.code === 'guest-over-time');

const guestFaults: ReadonlySet<string> = new Set([
  'guest-trap',
  'guest-exit',
  'guest-over-gas',
  'guest-over-memory',
  'guest-over-time',
  'result-malformed',
]);
