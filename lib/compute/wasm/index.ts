// The executor of AO's WebAssembly modules.

export { isWasm, type PrepareProgress, type WasmModule, type WasmOptions, wasm } from './module.ts';
export { outcomeFromWire, outcomeToWire } from './outcome-json.ts';
export { type CompiledModule, type CompiledProgram, programOf, WasmExecutor } from './wasm-executor.ts';
