// Where executors run: in this thread, or spread over worker threads.

export { createPool } from '#pool';
export { inlinePool, type Pool, type PoolOptions } from './pool.ts';
