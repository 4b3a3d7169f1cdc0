/** A program of its own: prints the bytes that an actor takes which has had one message. Needs `--expose-gc`. */
import { erlangFootprint } from './erlang.ts';
import { parseTask, setUp } from './task.ts';

const task = parseTask(process.argv[2]);
const { size } = task;

/** What is reachable, in the heap and outside of it. */
async function usedBytes(): Promise<number> {
  // What ends in a callback is let go after it.
  for (let pass = 0; pass < 3; pass++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function footprint(): Promise<number> {
  // The first ones bring what all share, and stay, so that letting them go is not counted.
  const first = await fill(100);
  const before = await usedBytes();
  const actors = await fill(size.processes);
  const bytes = (await usedBytes()) - before;
  if (!first || !actors) throw new Error('The actors are gone');
  return bytes / size.processes;
}

async function fill(processes: number): Promise<unknown> {
  const { before, turn } = await setUp({ ...task, size: { ...size, processes } });
  await before?.();
  return turn();
}

process.send?.(task.peer === 'erlang' ? await erlangFootprint(size) : await footprint());
