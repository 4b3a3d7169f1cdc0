import { HeddleError } from 'heddle';
import * as assert from 'uvu/assert';

/** Expects an error of that code, and returns it. */
export async function refuses(act: Promise<unknown>, code: string): Promise<HeddleError> {
  const thrown: unknown = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof HeddleError)) throw new Error(`expected ${code}, not ${String(thrown)}`);
  assert.is(thrown.code, code, thrown.message);
  return thrown;
}
