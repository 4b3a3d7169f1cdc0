import { HeddleError } from '../core/error.ts';

/**
 * Large arrays of zeros, made several at a time. The system maps their pages when they are touched, so one costs next to
 * nothing; but the engine counts its full length, and collects garbage for every 64 MB that it counts. Made in a row,
 * several cost hardly more collections than one.
 */
export class BlankArrays {
  readonly #ready = new Map<number, Uint8Array<ArrayBuffer>[]>();
  #row = 1;
  #last = 0;

  /** An array that nobody else has. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const ready = this.#ready.get(length);
    const blank = ready?.pop();
    if (blank) return blank;
    // Who asks for many gets longer and longer rows; who asks once or for ever another length gets no more than one.
    this.#row = length === this.#last ? Math.min(this.#row * 2, Math.max(1, Math.floor(rowBytes / length))) : 1;
    this.#last = length;
    this.#ready.clear();
    const made = makeRow(length, this.#row);
    const first = made.pop();
    if (!first) throw new HeddleError('memory-unavailable', `The host cannot give an array of ${length} bytes`);
    this.#ready.set(length, made);
    return first;
  }
}

/** How much a row may come to, which is address space and not memory. */
const rowBytes = 2 ** 31;

function makeRow(length: number, count: number): Uint8Array<ArrayBuffer>[] {
  const made: Uint8Array<ArrayBuffer>[] = [];
  try {
    while (made.length < count) made.push(new Uint8Array(length));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return made;
}
