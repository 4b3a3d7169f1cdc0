import { Packr } from 'msgpackr';
import { HeddleError, reasonOf } from '../core/error.ts';
import { type Code, code, decode, type OddPart, oddPart, restore } from './odd-parts.ts';
import { checkPlain, isOdd, uncopied } from './plain-state.ts';

// Keeps what structuredClone keeps: maps, sets, dates, typed arrays, shared and circular references.
const packer = new Packr({ structuredClone: true, moreTypes: true });
const treePacker = new Packr({ moreTypes: true });

/**
 * A state as bytes, in which what was one object stays one, with the slots of the messages that are set aside. Refuses with
 * `state-invalid` what cannot be copied.
 */
export const packState = (value: unknown, stashed: readonly number[] = none): Uint8Array =>
  packWith(packer, value, stashed);

/**
 * A state as bytes that are the same for equal states: an object that occurs in two places comes back as two. Refuses with
 * `state-invalid` what cannot be copied.
 */
export const packTree = (value: unknown): Uint8Array => packWith(treePacker, value, none);

/** The bytes of a process that has no state. */
export const packNoState = (): Uint8Array => packer.pack(null);

/** What was packed. */
export interface Unpacked<State> {
  readonly value: State;
  readonly stashed: readonly number[];
}

/** The state that was packed; undefined if there was none. */
export function unpackState<State>(bytes: Uint8Array): Unpacked<State> | undefined {
  try {
    // The bytes were packed from a state of the same module; another module's are the caller's mistake.
    const packed = packer.unpack(bytes) as Packed | null;
    if (packed === null) return undefined;
    for (const part of packed.odd ?? []) restore(part);
    const value = (packed.root ? decode(packed.root) : packed.value) as State;
    return { value, stashed: packed.stashed ?? none };
  } catch (error) {
    throw new HeddleError('checkpoint-invalid', `the checkpoint cannot be unpacked: ${reasonOf(error)}`);
  }
}

interface Packed {
  readonly value: unknown;
  /** What the packer cannot hold; absent if there is nothing of that kind. */
  readonly odd?: readonly OddPart[];
  /** The state itself, if it is of that kind. */
  readonly root?: Code;
  /** Absent if nothing is set aside. */
  readonly stashed?: readonly number[];
}

const none: readonly number[] = [];

function packWith(one: Packr, value: unknown, stashed: readonly number[]): Uint8Array {
  try {
    // The packer would leave out silently what it cannot hold.
    const odd = checkPlain(value);
    const packed: Packed = {
      value,
      // Only this packer keeps what holds them one.
      ...(one === packer && odd.size > 0 && { odd: [...odd].map(oddPart) }),
      ...(one === packer && isOdd(value) && { root: code(value) }),
      ...(stashed.length > 0 && { stashed }),
    };
    return one.pack(packed);
  } catch (error) {
    throw error instanceof HeddleError ? error : uncopied(error);
  }
}
