// The executor of AO's WebAssembly modules.

export { type CompiledModule, type CompiledProgram, programOf } from './compiled.ts';
export { type DriveMoment, TurnDrive, turnOf } from './drive-link.ts';
export { isWasm, type PrepareProgress, type WasmModule, type WasmOptions, wasm } from './module.ts';
export { outcomeFromWire, outcomeToWire } from './outcome-json.ts';
export { WasmExecutor } from './wasm-executor.ts';
