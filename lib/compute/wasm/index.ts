// The executor of AO's WebAssembly modules.

export { type WasmOptions, wasm } from './module.ts';
export { outcomeFromWire, outcomeToWire } from './outcome-json.ts';
export type { PrepareProgress } from './prepare/index.ts';
