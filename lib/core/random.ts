import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { HeddleError } from './error.ts';
import { hashId, idToBytes } from './id.ts';

/** An endless row of numbers that a seed fixes. */
export interface RandomStream {
  /** A whole number from 0 up to, and without, `bound`, which is at most 2^32. */
  below(bound: number): number;
  /** A number from 0 up to, and without, 1, with 53 bits. */
  unit(): number;
}

/**
 * The stream called `name` of `seed`. Each name has a stream of its own, so that drawing more from one does not shift
 * another.
 *
 * @example
 * ```ts
 * import { randomStream } from 'heddle';
 *
 * const die = randomStream('any text', 'dice');
 * 1 + die.below(6); // the same face on every machine
 * ```
 */
export function randomStream(seed: string, name: string): RandomStream {
  const words = new DataView(idToBytes(hashId('heddle stream', seed, name)).buffer);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => words.getInt32(at)));
  return {
    below(bound) {
      if (Number.isSafeInteger(bound) && bound >= 1 && bound <= 2 ** 32) return uniformInt(generator, 0, bound - 1);
      throw new HeddleError('option-invalid', `the bound is ${bound}, not a whole number from 1 to 2^32`);
    },
    unit: () => uniformFloat64(generator),
  };
}
