import { fromGuest, toGuest } from './abi.ts';
import type { Guest } from './guest.ts';

/**
 * Takes a guest's stack apart in the middle of a call and puts it together again, by the functions that Asyncify gave the
 * module. Nothing waits for anything here; but AO's loader does it whenever a module opens a file, and a module that
 * counts its own gas counts it, and the memory that it takes.
 */
export class Asyncify {
  readonly #guest: Guest;
  #state: 'running' | 'unwinding' | 'rewinding' = 'running';
  #calls = 0;
  #data = 0;

  /** Of a guest that {@link Asyncify.fits}. */
  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Whether a guest exports what this needs. */
  static fits({ exports }: Guest): boolean {
    return required.every((name) => exports[name] !== undefined);
  }

  /** Makes a call, which may pause any number of times. */
  run<T>(call: () => T): T {
    this.#calls++;
    try {
      let result = call();
      while (this.#state === 'unwinding') {
        this.#call('asyncify_stop_unwind');
        this.#state = 'rewinding';
        this.#call('asyncify_start_rewind', this.#data);
        result = call();
      }
      // The next turn must not find what this one left, whatever a module's functions of these names do.
      this.#state = 'running';
      return result;
    } finally {
      this.#calls--;
    }
  }

  /** Pauses the call in an imported function, which is called a second time then. That time there is a `result`. */
  pause(result: () => number): number {
    if (this.#state === 'rewinding') {
      this.#state = 'running';
      this.#call('asyncify_stop_rewind');
      this.#call('free', this.#data);
      return result();
    }
    if (this.#calls === 0) return result();
    const { memory, abi } = this.#guest;
    const headerBytes = 3 * abi.pointerBytes;
    const data = this.#call('malloc', headerBytes + stackBytes);
    // No room: what the guest counts is no reason to end it.
    if (data === 0) return result();
    memory.writePointer(data, data + headerBytes);
    memory.writePointer(data + abi.pointerBytes, data + headerBytes + stackBytes);
    this.#data = data;
    this.#state = 'unwinding';
    this.#call('asyncify_start_unwind', data);
    return 0;
  }

  /** After a call that threw, so that the next one starts from its beginning. */
  reset(): void {
    if (this.#state === 'running') return;
    this.#state = 'running';
    this.#call('asyncify_stop_rewind');
  }

  #call(name: string, ...values: number[]): number {
    const { abi, exports } = this.#guest;
    return fromGuest(abi, exports[name]?.(...values.map((value) => toGuest(abi, value))) ?? 0);
  }
}

const required = [
  'asyncify_start_unwind',
  'asyncify_stop_unwind',
  'asyncify_start_rewind',
  'asyncify_stop_rewind',
  'malloc',
  'free',
];

/** How much AO's loader takes for it. */
const stackBytes = 41_943_040;
