import type { HandleResult } from '../compute/wasm/instance.ts';
import { HeddleError } from '../core/error.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { LoaderResult } from './loader-result.ts';

/** The response in what `handle` returns, as AO's loader gives it on. Throws what AO's loader throws. */
export function readResponse({ text, gasUsed }: HandleResult): Omit<LoaderResult<never>, 'Memory'> {
  // JSON.parse returns nothing but what Json describes; AO's loader throws its error too.
  const result = JSON.parse(text) as Json;
  if (result === null) throw malformed('is null');
  // Members of what is no object are undefined.
  const { ok, response } = result as JsonObject;
  if (!ok) throw response;
  if (response === null || response === undefined) throw malformed('has no response');
  return { ...fields(response as JsonObject), GasUsed: gasUsed };
}

// The loader's types are what AO defines; the values are the module's, as they are.
const fields = ({ Error: error, Output, Messages, Spawns, Assignments, Patches }: JsonObject) => ({
  Error: error,
  Output,
  Messages: Messages as LoaderResult<never>['Messages'],
  Spawns: Spawns as LoaderResult<never>['Spawns'],
  Assignments: Assignments as LoaderResult<never>['Assignments'],
  Patches: (Patches || []) as LoaderResult<never>['Patches'],
});

/** Calls a guest. Throws what AO's loader throws, which programs look for: it has no codes. */
export function callGuest<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown;
    if (thrown.code === 'guest-over-gas') throw new Error('out of gas!', { cause: thrown });
    if (thrown.code !== 'guest-exit') throw thrown;
    const status = thrown.facts.status ?? 0;
    // Not an error, but this is what Emscripten's programs throw.
    throw { name: 'ExitStatus', message: `Program terminated with exit(${status})`, status };
  }
}

const malformed = (what: string): HeddleError => new HeddleError('result-malformed', `The module's result ${what}`);
