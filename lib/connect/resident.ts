import { fromGuest, toGuest } from '../compute/wasm/abi.ts';
import type { FilesState } from '../compute/wasm/files/index.ts';
import { clearStack, heapEndOf } from '../compute/wasm/image.ts';
import { cookieBytes, type HandleResult, type Instance } from '../compute/wasm/instance.ts';
import { HeddleError } from '../core/error.ts';
import { type Extent, extentsWithout, noBlocks, occupiedExtents } from './extents.ts';

/** What is known of a full copy of a memory, so that it need not be looked through: where it holds something. */
export interface Contents {
  readonly memoryBytes: number;
  readonly heapEnd: number;
  readonly clockMs: number;
  readonly files: FilesState;
  readonly extents: readonly Extent[];
  readonly blocks: Uint8Array;
}

/**
 * The state that an instance holds between calls, and the ways of it to and from full copies. The stack is zero then and
 * so is what lies above the heap: a copy is a fresh array, which is zero, and the few stretches that are not.
 */
export class Resident {
  readonly instance: Instance;
  readonly #firstFiles: FilesState;
  #heapEnd: number;
  #blocks: Uint8Array;
  #extents: readonly Extent[] | undefined;

  /** Of a new instance, blank or booted. */
  constructor(instance: Instance) {
    this.instance = instance;
    this.#firstFiles = instance.files.snapshot();
    this.#heapEnd = heapEndNow(instance);
    this.#blocks = noBlocks(instance.memory.length);
    clearStack(instance, instance.stackPointer);
  }

  /** Calls `handle`. Whatever it throws, the state is what the call left. */
  call(message: Uint8Array, environment: Uint8Array): HandleResult {
    this.#extents = undefined;
    try {
      const result = this.instance.handle(message, environment);
      clearStack(this.instance, result.argumentsStart);
      this.#heapEnd = Math.max(this.#heapEnd, heapEndOf(this.instance, result.heapEnd));
      return result;
    } catch (thrown) {
      this.#afterThrow();
      throw thrown;
    }
  }

  /** Puts a full copy of the state into `into`, which is zero and as long as the memory. */
  take(into: Uint8Array): Contents {
    const { memory, clockMs, files } = this.instance;
    const extents = this.#occupied();
    for (const { start, end } of extents) into.set(memory.part(start, end), start);
    return {
      memoryBytes: memory.length,
      heapEnd: this.#heapEnd,
      clockMs,
      files: files.snapshot(),
      extents,
      blocks: this.#blocks.slice(),
    };
  }

  /**
   * What `image`, a full copy that is not known, holds. What it has where the stack is dead is left out. Clock and files
   * are no part of it: they are those of a new instance, as in the loader.
   */
  survey(image: Uint8Array): Contents {
    const blocks = noBlocks(image.length);
    const extents = occupiedExtents(image, this.#regions(image.length), blocks);
    const { clockStartMs } = this.instance.abi;
    const heapEnd = extents.at(-1)?.end ?? 0;
    return { memoryBytes: image.length, heapEnd, clockMs: clockStartMs, files: this.#firstFiles, extents, blocks };
  }

  /** Replaces the state by that in `image`. Refuses one that is larger than the memory can be. */
  put(image: Uint8Array, contents: Contents): void {
    const { memory } = this.instance;
    const before = this.#occupied();
    if (memory.length < contents.memoryBytes && !memory.growTo(contents.memoryBytes)) {
      throw unfitting(contents.memoryBytes, 'is larger than the memory of this module can be');
    }
    for (const { start, end } of extentsWithout(before, contents.extents)) memory.part(start, end).fill(0);
    for (const { start, end } of contents.extents) memory.bytes.set(image.subarray(start, end), start);
    this.instance.clockMs = contents.clockMs;
    this.instance.files.restore(contents.files);
    this.#blocks = contents.blocks.slice();
    this.#extents = undefined;
    this.#heapEnd = Math.max(contents.heapEnd, heapEndNow(this.instance));
  }

  #occupied(): readonly Extent[] {
    const { bytes } = this.instance.memory;
    if (this.#blocks.length * pageBytes < bytes.length) {
      const grown = noBlocks(bytes.length);
      grown.set(this.#blocks);
      this.#blocks = grown;
    }
    this.#extents ??= occupiedExtents(bytes, this.#regions(this.#heapEnd), this.#blocks);
    return this.#extents;
  }

  /** All of a memory up to `end` but the stack. */
  #regions(end: number): readonly Extent[] {
    const { stack, stackPointer } = this.instance;
    return [
      { start: 0, end: stack.end + cookieBytes },
      { start: stackPointer, end },
    ];
  }

  /** The stack pointer is no part of the memory and nobody knows how deep the stack was: all of it is looked through. */
  #afterThrow(): void {
    const { instance } = this;
    const { memory, stack, stackPointer } = instance;
    instance.recover();
    this.#heapEnd = Math.max(this.#heapEnd, heapEndNow(instance));
    const dead = [{ start: stack.end + cookieBytes, end: stackPointer }];
    for (const { start, end } of occupiedExtents(memory.bytes, dead, noBlocks(memory.length))) {
      memory.part(start, end).fill(0);
    }
  }
}

const pageBytes = 65_536;

/** A refusal of a memory, which `what` completes as a sentence. */
export const unfitting = (memoryBytes: number, what: string): HeddleError =>
  new HeddleError('checkpoint-invalid', `The memory of ${memoryBytes} bytes ${what}`, { memoryBytes });

function heapEndNow(instance: Instance): number {
  const { abi, exports, memory } = instance;
  // A module that does not say may have something anywhere.
  return heapEndOf(instance, exports.sbrk ? fromGuest(abi, exports.sbrk(toGuest(abi, 0))) : memory.length);
}
