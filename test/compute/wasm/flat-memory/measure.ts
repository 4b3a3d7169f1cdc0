// How much memory a program holds once everything is collected that can be.

import { setTimeout } from 'node:timers/promises';

export interface Held {
  /** What objects hold, buffers among them. */
  readonly heldBytes: number;
  /** What the system has given the program, which may keep some of it for later. */
  readonly residentBytes: number;
}

/** Needs `--expose-gc`. */
export async function measure(): Promise<Held> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await setTimeout(20); // what was collected is given back a little later
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + external, residentBytes: rss };
}

/** Does `count` things, and tells what is held after the first quarter and in the end. */
export async function report(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let early: Held | undefined;
  for (let index = 0; index < count; index++) {
    if (index === Math.floor(count / 4)) early = await measure();
    await act(index);
  }
  process.send?.({ early, late: await measure() });
  process.disconnect();
}
