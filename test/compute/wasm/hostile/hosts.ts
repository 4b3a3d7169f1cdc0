// Both ways in which the host runs a module: as published, and prepared.

import type { Module } from '../../../../lib/compute/executor.ts';
import { programOf } from '../../../../lib/compute/wasm/compiled.ts';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { prepareModule } from '../../../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes, readProgram } from '../../../../lib/compute/wasm/program.ts';
import { WasmExecutor } from '../../../../lib/compute/wasm/wasm-executor.ts';
import type { Limits } from '../../../../lib/core/limits.ts';
import { TestProcess } from '../process.ts';

export const hosts = {
  'as published': (bytes) => Promise.resolve(wasm(bytes, { prepare: 'off' })),
  prepared: preparedHere,
} as const satisfies Record<string, (bytes: Uint8Array<ArrayBuffer>) => Promise<Module>>;

export type HostName = keyof typeof hosts;

/** Prepares a module in this thread and keeps nothing, which for a small one takes milliseconds. */
export async function preparedHere(bytes: Uint8Array<ArrayBuffer>): Promise<Module> {
  const module = wasm(bytes, { prepare: 'off' });
  await module.load(); // refuses what is to be refused, and switches on what the module needs
  const { abi } = readProgram(bytes);
  const prepared = await prepareModule(bytes, { maximumBytes });
  if (!prepared.report.metered) throw new Error(JSON.stringify(prepared.report.leftOut));
  const program = { ...readProgram(prepared.bytes, abi.format), metered: true };
  const { id, owner, tags } = module;
  const compiled = programOf({ id, code: await WebAssembly.compile(prepared.bytes), program });
  return {
    id,
    owner,
    tags,
    load() {},
    start: (environment, from) => new WasmExecutor(compiled, environment, from),
  };
}

/** Small limits, so that what has no end ends soon. */
export const tight = { turnMs: 1000, turnGas: 100_000_000, fileBytes: 1_048_576, files: 200, openFiles: 100 } as const;

export const startOn = async (host: HostName, bytes: Uint8Array<ArrayBuffer>, limits: Partial<Limits> = tight) =>
  TestProcess.blank(await hosts[host](bytes), limits);
