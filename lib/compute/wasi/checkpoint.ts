import { compress, decompress } from '#compress';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashBytes, type Id, idFromBytes, idToBytes } from '../../core/id.ts';
import type { Checkpoint } from '../executor.ts';
import { invalidCheckpoint } from '../wasm/checkpoint.ts';
import type { Program } from './program.ts';
import { decodeState, encodeState, type State } from './state.ts';

// Little-endian: magic and version, the SHA-256 of all that follows, the module's id, three numbers as f64: the slot, how
// the state is compressed, and how long it is when it is not.
const magic = 0x69_73_61_77;
const version = 1;
const digestAt = 8;
const moduleAt = digestAt + 32;
const numbersAt = moduleAt + 32;
const stateAt = numbersAt + 24;

/** A checkpoint of a process after `slot`. */
export function writeCheckpoint(module: Id, program: Program, slot: number, state: State): Checkpoint {
  const plain = encodeState(state, program);
  const packed = compress(plain);
  const bytes = new Uint8Array(stateAt + packed.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  bytes.set(idToBytes(module), moduleAt);
  for (const [i, value] of [slot, packed.codec, plain.length].entries())
    view.setFloat64(numbersAt + 8 * i, value, true);
  bytes.set(packed.bytes, stateAt);
  bytes.set(idToBytes(hashBytes(bytes.subarray(moduleAt))), digestAt);
  return { slot, bytes };
}

/** The state in a checkpoint of a process of `module`. Throws `checkpoint-invalid`. */
export function readCheckpoint(module: Id, program: Program, { slot, bytes }: Checkpoint): State {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < stateAt || view.getUint32(0, true) !== magic) throw invalidCheckpoint('is of another kind');
  const written = view.getUint32(4, true);
  if (written !== version) throw invalidCheckpoint(`has version ${written}, not ${version}`);
  const digest = idFromBytes(bytes.subarray(digestAt, moduleAt));
  if (hashBytes(bytes.subarray(moduleAt)) !== digest) throw invalidCheckpoint('is damaged');
  const writer = idFromBytes(bytes.subarray(moduleAt, numbersAt));
  if (writer !== module) throw invalidCheckpoint(`is of module ${writer}`);
  const [writtenSlot, codec = 0, length = 0] = [0, 1, 2].map((i) => view.getFloat64(numbersAt + 8 * i, true));
  if (writtenSlot !== slot) throw invalidCheckpoint(`is of slot ${writtenSlot}, not ${slot}`);
  const state = decodeState(unpack(codec, bytes.subarray(stateAt), length), program);
  if (!state) throw invalidCheckpoint('holds no state of this module');
  return state;
}

function unpack(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  try {
    return decompress(codec, bytes, length);
  } catch (error) {
    throw error instanceof HeddleError ? error : invalidCheckpoint(`cannot be decompressed: ${reasonOf(error)}`);
  }
}
