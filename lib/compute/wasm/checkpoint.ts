import { compress, decompress } from '#compress';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { hashBytes, type Id, idFromBytes, idToBytes } from '../../core/id.ts';
import type { Checkpoint } from '../executor.ts';
import { givenBytes } from '../given-bytes.ts';
import { decodeFiles, encodeFiles } from './files/index.ts';
import { pageBytes } from './guest-memory.ts';
import type { Image } from './image.ts';

// Little-endian: magic and version, the SHA-256 of all that follows, the module's id, the numbers below as f64, and the
// two parts of the image and its files, compressed as one. The part below the stack is mostly data that every process of
// the module has: it is written as what it differs in from that of a process that has evaluated nothing.
const magic = 0x6c_64_64_68;
const version = 4;
const digestAt = 8;
const moduleAt = digestAt + 32;
const numbersAt = moduleAt + 32;
const numberCount = 8;
const imageAt = numbersAt + 8 * numberCount;

/** A checkpoint of a process after `slot`, whose image at first was `blank`. */
export function writeCheckpoint(module: Id, slot: number, image: Image, blank: Image): Checkpoint {
  const { clockMs, memoryBytes, heapEnd, low, high } = image;
  const files = encodeFiles(image.files);
  const parts = new Uint8Array(low.length + high.length + files.length);
  parts.set(low);
  putDifference(parts.subarray(0, low.length), blank.low);
  parts.set(high, low.length);
  parts.set(files, low.length + high.length);
  const packed = compress(parts);
  const bytes = new Uint8Array(imageAt + packed.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  bytes.set(idToBytes(module), moduleAt);
  const numbers = [slot, clockMs, memoryBytes, heapEnd, low.length, high.length, files.length, packed.codec];
  numbers.forEach((value, i) => {
    view.setFloat64(numbersAt + 8 * i, value, true);
  });
  bytes.set(packed.bytes, imageAt);
  bytes.set(idToBytes(hashBytes(bytes.subarray(moduleAt))), digestAt);
  return { slot, bytes };
}

/** The image in a checkpoint of a process of `module`, whose image at first was `blank`. Throws `checkpoint-invalid`. */
export function readCheckpoint(module: Id, checkpoint: Checkpoint, blank: Image): Image {
  const { slot } = checkpoint;
  const bytes = givenBytes(checkpoint.bytes);
  if (!bytes) throw invalidCheckpoint('holds no bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < imageAt || view.getUint32(0, true) !== magic) throw invalidCheckpoint('is of another kind');
  const written = view.getUint32(4, true);
  if (written !== version) throw invalidCheckpoint(`has version ${written}, not ${version}`);
  const digest = idFromBytes(bytes.subarray(digestAt, moduleAt));
  if (hashBytes(bytes.subarray(moduleAt)) !== digest) throw invalidCheckpoint('is damaged');
  const writer = idFromBytes(bytes.subarray(moduleAt, numbersAt));
  if (writer !== module) throw invalidCheckpoint(`is of module ${writer}`);
  const [writtenSlot, ...sizes] = Array.from({ length: numberCount }, (_, i) =>
    view.getFloat64(numbersAt + 8 * i, true),
  );
  if (!sizes.every((value) => Number.isSafeInteger(value) && value >= 0)) throw invalidCheckpoint('has no sizes');
  const [clockMs = 0, memoryBytes = 0, heapEnd = 0, lowBytes = 0, highBytes = 0, fileBytes = 0, codec = 0] = sizes;
  if (writtenSlot !== slot) throw invalidCheckpoint(`is of slot ${writtenSlot}, not ${slot}`);
  if (memoryBytes % pageBytes !== 0) throw invalidCheckpoint('is of no whole pages');
  if (lowBytes !== blank.low.length) throw invalidCheckpoint("does not fit this module's stack");
  if (lowBytes + highBytes > memoryBytes) throw invalidCheckpoint('holds more than a memory');
  const parts = unpack(codec, bytes.subarray(imageAt), lowBytes + highBytes + fileBytes);
  const files = decodeFiles(parts.subarray(lowBytes + highBytes));
  if (!files) throw invalidCheckpoint('holds no files');
  // A copy: what was not compressed is the checkpoint itself.
  const low = Uint8Array.from(parts.subarray(0, lowBytes));
  putDifference(low, blank.low);
  return { memoryBytes, heapEnd, clockMs, files, low, high: parts.subarray(lowBytes, lowBytes + highBytes) };
}

/** Puts into `bytes` what they differ in from `others`; done twice, they are as before. */
function putDifference(bytes: Uint8Array, others: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (others[at] ?? 0);
}

/** A refusal of a checkpoint, which it completes as a sentence. */
export const invalidCheckpoint = (what: string): HeddleError =>
  new HeddleError('checkpoint-invalid', `The checkpoint ${what}`);

function unpack(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  let parts: Uint8Array;
  try {
    parts = decompress(codec, bytes, length);
  } catch (error) {
    throw error instanceof HeddleError ? error : invalidCheckpoint(`cannot be decompressed: ${reasonOf(error)}`);
  }
  if (parts.length !== length) throw invalidCheckpoint(`holds ${parts.length} bytes, not ${length}`);
  return parts;
}
