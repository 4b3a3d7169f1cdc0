// Makes a module faster and countable, once, before it is compiled: Asyncify folded away, 64-bit addresses narrowed, gas.

export { prepare } from '#prepare';
export { limitTables } from './limit-tables.ts';
export { gasExport } from './meter.ts';
export type { PrepareCall, PreparedHere } from './prepare.ts';
export {
  type Prepared,
  type PrepareOptions,
  type PrepareReport,
  type PrepareStep,
  prepareModule,
  prepareVersion,
} from './prepare-module.ts';
