import { type Awaitable, isPending } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';

/** Does `work` in a store. Whatever it throws is `store-failed`: a store's failure is nobody else's. */
export function inStore<T>(what: string, work: () => Awaitable<T>): Awaitable<T> {
  const failed = (error: unknown): never => {
    throw new HeddleError('store-failed', `${what}: ${reasonOf(error)}`, { what }, { cause: error });
  };
  try {
    const done = work();
    return isPending(done) ? Promise.resolve(done).catch(failed) : done;
  } catch (error) {
    return failed(error);
  }
}

/** Whether `error` says that a store failed. */
export const isStoreFailure = (error: unknown): error is HeddleError =>
  error instanceof HeddleError && error.code === 'store-failed';
