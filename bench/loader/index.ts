/** How long one aos message takes through the drop-in loader, and through the loader it stands in for. */
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';

const rounds = 12;

const sides = [
  { name: 'reference, memory copied', file: '../aos-ping/sides/loader-copy.ts', turns: 4 },
  { name: 'reference, UNSAFE_MEMORY', file: '../aos-ping/sides/loader-resident.ts', turns: 50 },
  { name: 'heddle/loader, the last 20 memories kept', file: './sides/heddle-copies.ts', turns: 50 },
  { name: 'heddle/loader, UNSAFE_MEMORY', file: './sides/heddle-resident.ts', turns: 50 },
] as const;

export async function loader(): Promise<string> {
  const contenders = sides.map((side) => ({ ...side, file: new URL(side.file, import.meta.url) }));
  const timed = await compare('loader', contenders, rounds);
  const base = spread(timed[0]?.timesMs ?? []).median;
  const rows = timed.map(({ name, timesMs }) => {
    const { p10, median, p90 } = spread(timesMs);
    // Collecting garbage comes in lumps, which a median passes over.
    const mean = timesMs.reduce((sum, ms) => sum + ms, 0) / timesMs.length;
    return [name, ...[median, p10, p90, mean].map((ms) => ms.toFixed(2)), `${(base / median).toFixed(1)} x`];
  });
  return table(['aos 2.0.6 ping through a loader', 'median ms', 'p10 ms', 'p90 ms', 'mean ms', 'faster'], rows);
}
