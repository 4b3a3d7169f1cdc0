import { Packr } from 'msgpackr';
import { HeddleError, reasonOf } from '../core/error.ts';

// Keeps what structuredClone keeps: maps, sets, dates, typed arrays, shared and circular references.
const packer = new Packr({ structuredClone: true, moreTypes: true });
const treePacker = new Packr({ moreTypes: true });

/** A state as bytes, in which what was one object stays one. Refuses with `state-invalid` what cannot be copied. */
export const packState = (value: unknown): Uint8Array => packWith(packer, value);

/**
 * A state as bytes that are the same for equal states: an object that occurs in two places comes back as two. Refuses with
 * `state-invalid` what cannot be copied.
 */
export const packTree = (value: unknown): Uint8Array => packWith(treePacker, value);

/** The bytes of a process that has no state. */
export const packNoState = (): Uint8Array => packer.pack(null);

/** The state that was packed; undefined if there was none. */
export function unpackState<State>(bytes: Uint8Array): { readonly value: State } | undefined {
  try {
    // The bytes were packed from a state of the same module; another module's are the caller's mistake.
    return (packer.unpack(bytes) as { readonly value: State } | null) ?? undefined;
  } catch (error) {
    throw new HeddleError('checkpoint-invalid', `the checkpoint cannot be unpacked: ${reasonOf(error)}`);
  }
}

function packWith(one: Packr, value: unknown): Uint8Array {
  try {
    // structuredClone refuses what the packer would silently leave out.
    return one.pack({ value: structuredClone(value) });
  } catch (error) {
    throw new HeddleError('state-invalid', `the state cannot be copied: ${reasonOf(error)}`);
  }
}
