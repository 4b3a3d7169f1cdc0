/** What preparing a module gains, and what counting gas costs: the bare WebAssembly call, three kinds of messages. */
import { Side } from '../side.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';
import { workloads } from './raw.ts';

const rounds = 20;
const turns = workloads.length * 10;

const sides = [
  { name: 'as published', file: 'published' },
  { name: 'Asyncify folded, memory narrowed', file: 'unmetered' },
  { name: 'the same, and gas counted', file: 'metered' },
] as const;

export async function prepareBench(): Promise<string> {
  const running = sides.map(({ name, file }) => ({
    name,
    side: new Side(name, new URL(`./sides/${file}.ts`, import.meta.url)),
    /** By workload. */
    timesMs: workloads.map((): number[] => []),
  }));
  try {
    for (const { side } of running) await side.block(turns * 4);
    for (let round = 0; round < rounds; round++) {
      for (let at = 0; at < running.length; at++) {
        const one = running[(at + round) % running.length];
        const timesMs = (await one?.side.block(turns)) ?? [];
        timesMs.forEach((timeMs, turn) => {
          one?.timesMs[turn % workloads.length]?.push(timeMs);
        });
      }
    }
  } finally {
    for (const { side } of running) side.close();
  }
  const medians = running.map(({ timesMs }) => timesMs.map((times) => spread(times).median));
  const rows = running.flatMap(({ name, timesMs }, at) =>
    workloads.map((workload, kind) => {
      const { p10, median, p90 } = spread(timesMs[kind] ?? []);
      const times = (one: number) => (median / (medians[one]?.[kind] ?? Number.NaN)).toFixed(2);
      return [
        `${workload}: ${name}`,
        ...[median, p10, p90].map((ms) => ms.toFixed(3)),
        times(0),
        times(Math.min(at, 1)),
      ];
    }),
  );
  return table(['aos 2.0.6, handle alone', 'median ms', 'p10 ms', 'p90 ms', 'x published', 'x unmetered'], rows);
}
