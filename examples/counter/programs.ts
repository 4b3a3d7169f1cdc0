/** The example's two programs, as `npm run compile` leaves them. */
import { readFileSync } from 'node:fs';

/** Which there are, and the function that each starts with. */
export const programs = { counter: '_start', vote: '_initialize' } as const;

export type ProgramName = keyof typeof programs;

/** Where the compiled programs are; git ignores it. */
export const builtFolder: URL = new URL('built/', import.meta.url);

/** The bytes of a compiled program. */
export function program(name: ProgramName): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(new URL(`${name}.wasm`, builtFolder)));
  } catch (cause) {
    throw new Error(`${name} is not compiled. Run: npm run compile`, { cause });
  }
}
