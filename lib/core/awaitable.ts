/**
 * A value now or a promise of it. Parts that may live in another thread or on another machine return this, so that the
 * ones in this thread cost no promise.
 */
export type Awaitable<T> = T | Promise<T>;

/** Whether an {@link Awaitable} has still to be waited for. */
export const isPending = <T>(value: Awaitable<T>): value is Promise<T> =>
  // Another realm's or another library's promise is one too. Reading what may not be there is faster than asking first.
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** What `next` makes of a value, at once if it is there. */
export const chained = <T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> =>
  isPending(value) ? value.then(next) : next(value);
