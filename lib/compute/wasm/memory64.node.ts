import { setFlagsFromString } from 'node:v8';

/** Switches 64-bit memory on in a Node that has it behind a flag. Others do not know the flag and pass over it. */
export function enableMemory64(): void {
  setFlagsFromString('--experimental-wasm-memory64');
}
