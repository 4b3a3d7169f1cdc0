import { HeddleError } from '../../core/error.ts';
import { type Image, Instance } from './instance.ts';
import type { Program } from './program.ts';

/** Instances that nobody uses, kept for the next turn or process. */
const mostIdle = 8;

/** The instances of one compiled module: made when needed, and used again where that makes no difference. */
export class Instances {
  readonly program: Program;
  readonly metered: boolean;
  readonly #code: WebAssembly.Module;
  readonly #idle: Instance[] = [];
  #blank: Image | undefined;

  constructor(code: WebAssembly.Module, program: Program, metered: boolean) {
    this.#code = code;
    this.program = program;
    this.metered = metered;
  }

  /** An instance that holds `image`, or what one holds that was just made. */
  take(image?: Image): Instance {
    const most = image?.memory.length ?? this.program.initialBytes;
    const fitting = this.#idle.findIndex(({ memoryBytes }) => memoryBytes <= most);
    const [idle] = fitting < 0 ? [] : this.#idle.splice(fitting, 1);
    if (!idle && !image && !this.#blank) return this.#first();
    const instance = idle ?? this.#make();
    const wanted = image ?? (idle ? this.#blank : undefined);
    if (!wanted || instance.put(wanted)) return instance;
    const facts = { bytes: most };
    throw new HeddleError('memory-unavailable', `There is no memory of ${most} bytes for the module`, facts);
  }

  /** Takes back an instance, in whatever state it is. */
  give(instance: Instance): void {
    const usable = this.program.restorable && this.#idle.length < mostIdle;
    // One that has grown would fit few images, and keeps its memory.
    if (usable && instance.memoryBytes === this.program.initialBytes) this.#idle.push(instance);
  }

  #first(): Instance {
    const instance = this.#make();
    this.#blank = instance.image();
    return instance;
  }

  #make(): Instance {
    return new Instance(this.#code, this.program, this.metered);
  }
}
