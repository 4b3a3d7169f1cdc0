import type { Abi } from '../compute/wasm/abi.ts';
import { HeddleError, reasonOf } from '../core/error.ts';

/**
 * The bytes of a module that counts its gas, made of those of one that does not: `@permaweb/wasm-metering` has each stretch of its
 * instructions call `metering.usegas`, as it does for AO's loader. Takes about a second.
 */
export async function meter(bytes: Uint8Array<ArrayBuffer>, { wide }: Abi): Promise<Uint8Array<ArrayBuffer>> {
  const { meterWASM } = await library();
  try {
    const views = new Views(bytes.buffer, bytes.byteOffset, bytes.length);
    return Uint8Array.from(meterWASM(views, { meterType: wide ? 'i64' : 'i32' }));
  } catch (cause) {
    const what = `The module cannot be made to count its gas: ${reasonOf(cause)}`;
    throw new HeddleError('module-format-unsupported', what, {}, { cause });
  }
}

interface Library {
  meterWASM(bytes: Uint8Array, options: { readonly meterType: 'i32' | 'i64' }): Uint8Array;
}

async function library(): Promise<Library> {
  try {
    // @ts-expect-error: it has no types of its own
    return await import('@permaweb/wasm-metering');
  } catch (cause) {
    throw new HeddleError('metering-unavailable', 'There is no @permaweb/wasm-metering here', {}, { cause });
  }
}

/** Bytes whose slices are views, as Buffer's are: the library takes one of all that is left for each byte it reads. */
class Views extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Views {
    return this.subarray(start, end) as Views; // of its own kind
  }
}
