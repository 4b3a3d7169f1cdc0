// Works off a part of a plan and tells where it is, so that whoever started it knows what ended it.
// usage: child.ts <plan> <from> <to>

import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { reasonOf } from '../../../../lib/core/error.ts';
import { type PlanName, plans } from './plans.ts';

export type Report =
  | { readonly at: number }
  | { readonly failed: number; readonly reason: string }
  | { readonly heldBytes: number; readonly residentBytes: number }
  | { readonly endings: Readonly<Record<string, number>> };

/** At once: what waits in a buffer is lost in a crash. */
const tell = (report: Report) => writeSync(1, `${JSON.stringify(report)}\n`);

const [name, from, to] = process.argv.slice(2);
const plan = plans[name as PlanName]; // the name that it was started with
const endings: Record<string, number> = {};
const measureEvery = 250;

for (let index = Number(from); index < Number(to); index++) {
  tell({ at: index });
  try {
    const ending = await plan.run(index);
    endings[ending] = (endings[ending] ?? 0) + 1;
  } catch (error) {
    tell({ failed: index, reason: error instanceof Error ? (error.stack ?? error.message) : reasonOf(error) });
  }
  if (index % measureEvery === measureEvery - 1) await measure();
}
tell({ endings });

async function measure(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await setTimeout(5); // what was collected is let go of later
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  tell({ heldBytes: heapUsed + external, residentBytes: rss });
}
