import { HeddleError, reasonOf } from '../../core/error.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Outcome } from '../../core/outcome.ts';

/**
 * What a fault in a guest is called that may have read beyond the end of the file `overread`. Rethrows what is none: then the
 * executor has crashed.
 */
export function asFault(thrown: unknown, overread?: string): HeddleError {
  if (isGuestFault(thrown)) return thrown;
  if (thrown instanceof HeddleError) throw thrown;
  const what = isOverflow(thrown) ? 'its stack overflowed' : reasonOf(thrown);
  // Programs read on until there is no memory left.
  const why = overread
    ? `; it had read beyond the end of ${overread}, which WeaveDrive does not tell: seek('end') does`
    : '';
  return new HeddleError('guest-trap', `The module trapped: ${what}${why}`, {}, { cause: thrown });
}

const isOverflow = (thrown: unknown): boolean => thrown instanceof RangeError && /call stack/i.test(thrown.message);

/** Whether a turn ends in this way after the same instructions wherever it runs: neither clock nor engine ended it. */
export const endsAlike = (thrown: unknown): boolean => !isOverflow(thrown) && !isOverTime(thrown);

/** Whether the clock ended a turn. */
export const isOverTime = (thrown: unknown): boolean =>
  thrown instanceof HeddleError && thrown.code === 'guest-over-time';

/** Whether `thrown` is a fault of the guest's by its code. */
export const isGuestFault = (thrown: unknown): thrown is HeddleError =>
  thrown instanceof HeddleError && guestFaults.has(thrown.code);

const guestFaults: ReadonlySet<string> = new Set([
  'drive-file-missing',
  'drive-mode-unsupported',
  'drive-over-limit',
  'guest-trap',
  'guest-exit',
  'guest-over-gas',
  'guest-over-memory',
  'guest-over-time',
  'result-malformed',
]);

/** Whether AO takes back what the turn did: it reports an error, or prints that it ran out of memory. */
export function takesBack({ error, output }: Outcome): boolean {
  if (error !== undefined) return true;
  const data = isJsonObject(output) ? output.data : undefined;
  return [output, isJsonObject(data) ? data.output : undefined].some(saysOutOfMemory);
}

const saysOutOfMemory = (text: Json | undefined): boolean =>
  typeof text === 'string' && text.endsWith('not enough memory for buffer allocation');
