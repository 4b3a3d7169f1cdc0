/** A side of the benchmark, a program: does the workload of the peer that it is started with. */
import { serve } from '../side.ts';
import { parseTask, setUp } from './task.ts';

const task = parseTask(process.argv[2]);
const { before, turn } = await setUp(task);

serve(
  turn,
  task.parts,
  before &&
    (async () => {
      await before();
      // What the turn before has left is nobody's to clear up in this one.
      globalThis.gc?.();
    }),
);
