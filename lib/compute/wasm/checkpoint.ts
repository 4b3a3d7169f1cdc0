import { HeddleError } from '../../core/error.ts';
import { type Id, idFromBytes, idToBytes } from '../../core/id.ts';
import type { Checkpoint } from '../executor.ts';
import type { Image } from './image.ts';

// Little-endian. Magic and version, two words of checksum over all that follows, the module's id, then slot, clock,
// memory size, heap end and the length of the low part as f64, then the low and the high part.
const magic = 0x6c_64_64_68;
const version = 1;
const checksumAt = 8;
const bodyAt = 16;
const numbersAt = bodyAt + 32;
const numberCount = 5;
const imageAt = numbersAt + 8 * numberCount;

/** A checkpoint of a process after `slot`. */
export function writeCheckpoint(module: Id, slot: number, image: Image): Checkpoint {
  const bytes = new Uint8Array(imageAt + image.low.length + image.high.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  bytes.set(idToBytes(module), bodyAt);
  const numbers = [slot, image.clockMs, image.memoryBytes, image.heapEnd, image.low.length];
  numbers.forEach((value, i) => {
    view.setFloat64(numbersAt + 8 * i, value, true);
  });
  bytes.set(image.low, imageAt);
  bytes.set(image.high, imageAt + image.low.length);
  checksum(view).forEach((word, i) => {
    view.setUint32(checksumAt + 4 * i, word, true);
  });
  return { slot, bytes };
}

/** The image in a checkpoint of a process of `module`. Throws `checkpoint-invalid`. */
export function readCheckpoint(module: Id, { slot, bytes }: Checkpoint): Image {
  if (bytes.length < imageAt) throw invalidCheckpoint(`has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== magic) throw invalidCheckpoint('is of another kind');
  if (view.getUint32(4, true) !== version)
    throw invalidCheckpoint(`has version ${view.getUint32(4, true)}, not ${version}`);
  if (!checksum(view).every((word, i) => word === view.getUint32(checksumAt + 4 * i, true)))
    throw invalidCheckpoint('is damaged');
  const writer = idFromBytes(bytes.subarray(bodyAt, numbersAt));
  if (writer !== module) throw invalidCheckpoint(`is of module ${writer}`);
  const [writtenSlot = 0, clockMs = 0, memoryBytes = 0, heapEnd = 0, lowBytes = 0] = Array.from(
    { length: numberCount },
    (_, i) => view.getFloat64(numbersAt + 8 * i, true),
  );
  if (writtenSlot !== slot) throw invalidCheckpoint(`is of slot ${writtenSlot}, not ${slot}`);
  if (![clockMs, memoryBytes, heapEnd, lowBytes].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw invalidCheckpoint('has sizes that are none');
  }
  const low = bytes.subarray(imageAt, imageAt + lowBytes);
  return { memoryBytes, heapEnd, clockMs, low, high: bytes.subarray(imageAt + lowBytes) };
}

/** A refusal of a checkpoint, which it completes as a sentence. */
export const invalidCheckpoint = (what: string): HeddleError =>
  new HeddleError('checkpoint-invalid', `The checkpoint ${what}`);

/** Two words that change with any damage to what follows them. Not against forgers: a checkpoint is one's own. */
function checksum(view: DataView): readonly number[] {
  let first = 0x9e37_79b9;
  let second = 0x85eb_ca6b;
  const words = bodyAt + 4 * Math.floor((view.byteLength - bodyAt) / 4);
  for (let at = bodyAt; at < words; at += 4) {
    const word = view.getUint32(at, true);
    first = Math.imul(first ^ word, 0x0100_0193);
    second = Math.imul(second ^ (word >>> 16) ^ (word << 16) ^ at, 0x85eb_ca6b);
    first ^= first >>> 15;
    second ^= second >>> 13;
  }
  for (let at = words; at < view.byteLength; at++) {
    first = Math.imul(first ^ view.getUint8(at), 0x0100_0193);
    second = Math.imul(second ^ view.getUint8(at), 0x85eb_ca6b);
  }
  return [(first ^ view.byteLength) >>> 0, second >>> 0];
}
