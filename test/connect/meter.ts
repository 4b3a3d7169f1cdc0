// What AO's loader applies to a module of the metered formats.

import { createRequire } from 'node:module';

/** Takes a Buffer ten times as fast as other arrays. */
export const { meterWASM }: { meterWASM(bytes: Buffer, options: { readonly meterType: 'i32' | 'i64' }): Uint8Array } =
  createRequire(import.meta.url)('@permaweb/wasm-metering');
