import type { Awaitable } from '../core/awaitable.ts';
import { HeddleError, reasonOf } from '../core/error.ts';

/** Does `work` in a store. Whatever it throws is `store-failed`: a store's failure is nobody else's. */
export async function inStore<T>(what: string, work: () => Awaitable<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new HeddleError('store-failed', `${what}: ${reasonOf(error)}`, { what }, { cause: error });
  }
}

/** Whether `error` says that a store failed. */
export const isStoreFailure = (error: unknown): error is HeddleError =>
  error instanceof HeddleError && error.code === 'store-failed';
