// Prepares a module of some size into the folder it is given, and tells what it got.

import { createHash } from 'node:crypto';
import { prepare } from '../../../../lib/compute/wasm/prepare/index.ts';
import { assemble, i32 } from './wasm-text.ts';

const code = Array.from({ length: 200 }, () => [0x20, 0x00, 0x04, 0x40, 0x20, 0x00, 0x1a, 0x0b]).flat();
const bytes = assemble({ functions: Array.from({ length: 500 }, () => ({ parameters: [i32], code })) });
const prepared = await prepare(bytes, { cacheFolder: process.argv[2] });
process.send?.({ digest: createHash('sha256').update(prepared.bytes).digest('hex'), cached: prepared.cached });
process.disconnect();
