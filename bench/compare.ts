import { Side } from './side.ts';

/** A side of a comparison: what it is called, the file that serves it, and how many turns it does at a stretch. */
export interface Contender {
  readonly name: string;
  readonly file: URL;
  readonly turns: number;
  /** What the file is started with. */
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
}

/** The milliseconds that each turn of a side took, in order, and the most memory that its process has held. */
export interface Timed extends Contender {
  readonly timesMs: readonly number[];
  readonly peakBytes: number;
}

/** JavaScript takes thousands of turns until its engine has compiled what they go through. */
const usualWarmUpMs = 4_000;

/** Runs the sides by turns, so that whatever else the machine does meets all of them. */
export async function compare<C extends Contender>(
  title: string,
  contenders: readonly C[],
  rounds: number,
  warmUpMs = usualWarmUpMs,
): Promise<readonly (C & Timed)[]> {
  const running = contenders.map((contender) => {
    const { name, file, args, nodeOptions } = contender;
    const timesMs: number[] = [];
    return { contender, timesMs, peakBytes: 0, side: new Side(name, file, args, nodeOptions) };
  });
  try {
    for (const { side, contender } of running) {
      const endMs = performance.now() + warmUpMs;
      while (performance.now() < endMs) await side.block(contender.turns);
    }
    for (let round = 0; round < rounds; round++) {
      if (process.stderr.isTTY) process.stderr.write(`\r${title}: round ${round + 1} of ${rounds}`);
      // Each round starts with another side, so that none always follows the same one.
      for (let at = 0; at < running.length; at++) {
        const one = running[(at + round) % running.length];
        if (!one) continue;
        const { timesMs, peakBytes } = await one.side.block(one.contender.turns);
        one.timesMs.push(...timesMs);
        one.peakBytes = peakBytes;
      }
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    for (const { side } of running) side.close();
  }
  return running.map(({ contender, timesMs, peakBytes }) => ({ ...contender, timesMs, peakBytes }));
}
