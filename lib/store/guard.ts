import { type Awaitable, isPending } from '../core/awaitable.ts';
import { codeOf, HeddleError, reasonOf } from '../core/error.ts';

/** Does `work` in a store. Whatever it throws is `store-failed`: a store's failure is nobody else's. */
export function inStore<T>(what: string, work: () => Awaitable<T>): Awaitable<T> {
  try {
    const done = work();
    return isPending(done) ? Promise.resolve(done).catch((error) => failed(what, error)) : done;
  } catch (error) {
    return failed(what, error);
  }
}

function failed(what: string, error: unknown): never {
  if (isStoreFailure(error)) throw error;
  throw new HeddleError('store-failed', `${what}: ${reasonOf(error)}`, { what }, { cause: error });
}

/** Whether `error` says that a store failed, or that what it holds is damaged. */
export function isStoreFailure(error: unknown): error is HeddleError {
  const code = codeOf(error);
  return code === 'store-failed' || code === 'store-damaged';
}
