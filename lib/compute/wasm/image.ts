import { isClear } from '#zeros';
import type { FilesState } from './files/index.ts';
import { cookieBytes, type Instance } from './instance.ts';

/**
 * What an instance's memory holds between turns: the bytes below the stack with the marks at its end, and those from
 * the stack pointer through data and heap. The stack between the two and what lies above the heap are zero then, which
 * {@link clearStack} sees to, so the image is the whole state and a copy of it is as small as the process.
 */
export interface Image {
  readonly memoryBytes: number;
  readonly heapEnd: number;
  readonly clockMs: number;
  readonly files: FilesState;
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

/** Where the heap ends, as far as a guest that says `said` can be believed. */
export const heapEndOf = ({ memory, stack }: Instance, said: number): number =>
  Math.min(Math.max(said, stack.base), memory.length);

/** How many bytes an image takes. */
export const imageBytes = ({ low, high }: Image): number => low.length + high.length;

/** How many bytes the image of `instance` takes. */
export const liveBytes = (instance: Instance, heapEnd: number): number =>
  lowEnd(instance) + heapEnd - instance.stackPointer;

/** The image of `instance`, which is between turns. It shows the memory itself and is good until that changes. */
export function takeImage(instance: Instance, heapEnd: number): Image {
  const { memory, stackPointer, clockMs } = instance;
  const low = memory.part(0, lowEnd(instance));
  const high = memory.part(stackPointer, heapEnd);
  return { memoryBytes: memory.length, heapEnd, clockMs, files: instance.files.snapshot(), low, high };
}

/** A copy of `image` that stays as it is, in the bytes of `into` from their start. */
export function copyImage(image: Image, into = new Uint8Array(imageBytes(image))): Image {
  const low = into.subarray(0, image.low.length);
  const high = into.subarray(image.low.length, imageBytes(image));
  low.set(image.low);
  high.set(image.high);
  return { ...image, low, high };
}

/** Whether `image` has the shape that an image of `instance` has. */
export const fitsImage = (instance: Instance, { memoryBytes, heapEnd, low, high }: Image): boolean =>
  memoryBytes >= instance.memory.length &&
  heapEnd >= instance.stackPointer &&
  heapEnd <= memoryBytes &&
  low.length === lowEnd(instance) &&
  high.length === heapEnd - instance.stackPointer;

/** Puts `image` into an instance whose memory is no larger than the image's. False if it cannot be that large. */
export function putImage(instance: Instance, image: Image): boolean {
  const { memory } = instance;
  if (memory.length < image.memoryBytes && !memory.growTo(image.memoryBytes)) return false;
  memory.bytes.set(image.low);
  memory.bytes.set(image.high, instance.stackPointer);
  instance.clockMs = image.clockMs;
  instance.files.restore(image.files);
  return true;
}

/** Zeroes what the last call left on the stack, from `argumentsStart` upwards and as far below as there is anything. */
export function clearStack(instance: Instance, argumentsStart: number): void {
  const { memory, stackPointer } = instance;
  const floor = lowEnd(instance);
  const start = Math.max(floor, Math.min(argumentsStart, stackPointer));
  memory.part(start, stackPointer).fill(0);
  // A frame may reserve bytes and leave them as they were: a stretch of this length without a trace is the end.
  for (let from = start, traceless = 0; from > floor && traceless < longestTraceless; ) {
    const block = Math.max(floor, from - stackBlockBytes);
    const bytes = memory.part(block, from);
    traceless = isClear(bytes) ? traceless + bytes.length : 0;
    if (traceless === 0) bytes.fill(0);
    from = block;
  }
}

/** Zeroes what a turn that is taken back left above `heapEnd`, where it had its heap end at `reached`. */
export function clearAbove(instance: Instance, heapEnd: number, reached: number): void {
  const { memory } = instance;
  for (let from = heapEnd; from < memory.length; from += blockBytes) {
    const block = memory.part(from, Math.min(from + blockBytes, memory.length));
    if (!isClear(block)) block.fill(0);
    else if (from >= reached) break;
  }
}

/** Zeroes all that a process leaves behind whose heap ends at `heapEnd`, wherever else a module may have written. */
export function clearAll(instance: Instance, heapEnd: number): void {
  instance.memory.part(instance.stackPointer, heapEnd).fill(0);
  clearBlocks(instance, lowEnd(instance), instance.stackPointer);
  clearBlocks(instance, heapEnd, instance.memory.length);
}

function clearBlocks({ memory }: Instance, start: number, end: number): void {
  for (let from = start; from < end; from += blockBytes) {
    const block = memory.part(from, Math.min(from + blockBytes, end));
    // Pages that nobody touched take no room on the host; writing zeros to them would.
    if (!isClear(block)) block.fill(0);
  }
}

const blockBytes = 65_536;
/** A message of aos leaves some kilobytes on the stack. */
const stackBlockBytes = 16_384;
const longestTraceless = 65_536;

const lowEnd = ({ stack }: Instance): number => stack.end + cookieBytes;
