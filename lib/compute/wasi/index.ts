/**
 * WASI programs as AO processes, an entry of their own so that others need no @wasmer/wasi.
 *
 * @module
 */
export { type WasiOptions, wasi } from './module.ts';
