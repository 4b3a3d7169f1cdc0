/** The random graph that messages wander through, the same for every side. */

const degree = 4;

/** The next number of a sequence that looks random: each process keeps its own in its state. */
export const nextRandom = (random: number): number => (Math.imul(random, 1_664_525) + 1_013_904_223) & 0x7fff_ffff;

/** One of so many, chosen by the upper bits of a number of the sequence: the lower ones repeat soon. */
export const choose = (random: number, count: number): number => (random >>> 15) % count;

/** Whom process `at` of `processes` sends to. */
export function neighbours(at: number, processes: number): readonly number[] {
  let random = at;
  return Array.from({ length: degree }, () => {
    random = nextRandom(nextRandom(random));
    return Math.floor((random / 2 ** 31) * processes);
  });
}

/** Where the messages under way start: `inFlight` processes, spread evenly. */
export const starts = (processes: number, inFlight: number): readonly number[] =>
  Array.from({ length: inFlight }, (_, at) => Math.floor((at / inFlight) * processes));
