import { callWithin } from '#watchdog';
import { invalidCheckpoint } from './checkpoint.ts';
import {
  clearAll,
  clearStack,
  copyImage,
  fitsImage,
  heapEndOf,
  type Image,
  liveBytes,
  putImage,
  takeImage,
} from './image.ts';
import { Instance } from './instance.ts';
import type { Program } from './program.ts';

/** Instances that nobody uses, kept for the next process: making one costs milliseconds, filling one does not. */
const mostIdle = 8;
/** What one of them may have held: its memory stays with it, counted by nobody. One of aos has held two megabytes. */
const mostIdleBytes = 16_777_216;

/** The instances of one module: made when needed, and used again by another process when one lets go of them. */
export class Instances {
  readonly #code: WebAssembly.Module;
  readonly program: Program;
  readonly #idle: Instance[] = [];
  /** The image of a process that has evaluated nothing, which is the same for all. */
  #blank: Image | undefined;

  constructor(code: WebAssembly.Module, program: Program) {
    this.#code = code;
    this.program = program;
  }

  /** The image that a new process starts from. */
  blank(turnMs: number): Image {
    if (this.#blank) return this.#blank;
    const instance = this.#make(this.program.abi.clockStartMs, turnMs);
    const said = callWithin(turnMs, () => instance.boot());
    const heapEnd = heapEndOf(instance, said);
    clearStack(instance, instance.stackPointer);
    this.#blank = copyImage(takeImage(instance, heapEnd));
    this.give(instance, heapEnd);
    return this.#blank;
  }

  /** An instance that holds `image`, of a process that may have so much memory. */
  take(image: Image, turnMs: number, memoryBytes: number): Instance {
    const fitting = this.#idle.findIndex(({ memory }) => memory.length <= image.memoryBytes);
    const [idle] = fitting < 0 ? [] : this.#idle.splice(fitting, 1);
    const instance = idle ?? this.#make(image.clockMs, turnMs);
    instance.memory.limitBytes = memoryBytes;
    if (fitsImage(instance, image) && putImage(instance, image)) return instance;
    throw invalidCheckpoint('does not fit the memory of this module');
  }

  /** Takes back an instance between turns, whose heap ends at `heapEnd`, with nothing of its process left in it. */
  give(instance: Instance, heapEnd: number): void {
    // A memory does not shrink, so one that has grown would fit few others.
    const hasGrown = instance.memory.length > (this.#blank?.memoryBytes ?? 0);
    if (this.#idle.length >= mostIdle || hasGrown || liveBytes(instance, heapEnd) > mostIdleBytes) return;
    clearAll(instance, heapEnd);
    this.#idle.push(instance);
  }

  #make(clockMs: number, turnMs: number): Instance {
    return callWithin(turnMs, () => new Instance(this.#code, this.program, clockMs));
  }
}
