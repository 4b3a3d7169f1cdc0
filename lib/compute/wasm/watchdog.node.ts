import { createContext, Script } from 'node:vm';
import { HeddleError } from '../../core/error.ts';

/**
 * Calls `call` and interrupts it after `limitMs`, be it in an endless loop of WebAssembly: `guest-over-time`. Node
 * starts a thread for each such call; a limit that is not finite costs nothing and interrupts nothing.
 */
export function callWithin<T>(limitMs: number, call: () => T): T {
  if (!Number.isFinite(limitMs)) return call();
  watched.call = call;
  try {
    // The script returns what the call does.
    return script.runInContext(context, { timeout: Math.min(Math.max(1, Math.ceil(limitMs)), longestMs) }) as T;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new HeddleError('guest-over-time', `The module did not return within ${limitMs} ms`, { limitMs });
  } finally {
    watched.call = nothing;
  }
}

/** The longest that Node takes: 49 days. */
const longestMs = 2 ** 32 - 1;
const nothing = (): unknown => undefined;
/** Calls do not nest: a guest cannot start another. */
const watched = { call: nothing };
/** Holds nothing but the way to the call; the call itself runs in the realm it comes from. */
const context = createContext({ run: () => watched.call() });
const script = new Script('run()', { filename: 'watchdog' });

// It is an error of the context's own realm, so no instance of this one's Error.
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
