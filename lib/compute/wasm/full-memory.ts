import { HeddleError } from '../../core/error.ts';
import { givenBytes } from '../given-bytes.ts';
import { invalidCheckpoint } from './checkpoint.ts';
import { pageBytes } from './guest-memory.ts';
import type { Image } from './image.ts';
import { cookieBytes } from './instance.ts';
import type { Program } from './program.ts';
import { endOfTraces } from './traces.ts';

/**
 * The image in `memory`, a full copy of the memory of a process whose image at first was `blank`. What lies where the
 * stack is dead is left out. Clock and files are in no memory: they are those of a blank process, as in AO's loader.
 * Throws `checkpoint-invalid` for what cannot be one.
 */
export function imageOfMemory(given: Uint8Array | ArrayBuffer, blank: Image, program: Program): Image {
  const memory = givenBytes(given);
  if (!memory) throw invalidCheckpoint('is a memory without bytes');
  const { length } = memory;
  const refusal = (what: string) => invalidCheckpoint(`is a memory of ${length} bytes, ${what}`);
  if (length % pageBytes !== 0) throw refusal('which are no pages');
  if (length < blank.memoryBytes) throw refusal(`and one of this module has at least ${blank.memoryBytes}`);
  if (length > program.maximumBytes) throw refusal(`and one of this module has at most ${program.maximumBytes}`);
  const low = memory.subarray(0, blank.low.length);
  if (program.abi.generation > 1 && !isSame(low.subarray(-cookieBytes), blank.low.subarray(-cookieBytes))) {
    throw refusal("without the marks at the end of this module's stack");
  }
  const stackPointer = stackPointerOf(blank);
  const heapEnd = endOfTraces(memory, blank.heapEnd);
  return { ...blank, memoryBytes: length, heapEnd, low, high: memory.subarray(stackPointer, heapEnd) };
}

/** A full copy of the memory in `image`, which is of a process whose image at first was `blank`. */
export function memoryOfImage(image: Image, blank: Image, program: Program): Uint8Array<ArrayBuffer> {
  const { memoryBytes, heapEnd, low, high } = image;
  const isSized = memoryBytes >= heapEnd && memoryBytes <= program.maximumBytes;
  if (!isSized || low.length !== blank.low.length || stackPointerOf(image) !== stackPointerOf(blank)) {
    throw invalidCheckpoint('does not fit the memory of this module');
  }
  const memory = blankMemory(memoryBytes);
  memory.set(low);
  memory.set(high, stackPointerOf(image));
  return memory;
}

const stackPointerOf = ({ heapEnd, high }: Image): number => heapEnd - high.length;

const isSame = (one: Uint8Array, other: Uint8Array): boolean => one.every((byte, i) => byte === other[i]);

function blankMemory(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const what = `The host cannot give an array of ${bytes} bytes`;
    throw new HeddleError('memory-unavailable', what, { bytes }, { cause });
  }
}
