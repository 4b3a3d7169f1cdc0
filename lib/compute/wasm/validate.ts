import { enableMemory64 } from '#memory64';
import { HeddleError } from '../../core/error.ts';
import type { Program } from './program.ts';

/** Refuses bytes that this runtime cannot run as that program, after switching on what it may need for them. */
export function validate(bytes: Uint8Array<ArrayBuffer>, program: Program): void {
  if (WebAssembly.validate(bytes)) return;
  if (program.interface.memory?.wide && !WebAssembly.validate(wideMemory)) {
    enableMemory64();
    if (!WebAssembly.validate(wideMemory)) {
      throw new HeddleError('memory64-unavailable', 'The module has a 64-bit memory and this runtime has none');
    }
    if (WebAssembly.validate(bytes)) return;
  }
  throw new HeddleError('module-invalid', `The module's ${bytes.length} bytes do not validate as WebAssembly`);
}

/** A module that has nothing but a 64-bit memory of no pages. */
const wideMemory = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 0);
