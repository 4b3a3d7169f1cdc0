/** What preparing a module gains, and what counting gas costs: the bare WebAssembly call, three kinds of messages. */
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';
import { workloads } from './raw.ts';

const rounds = 20;
const turns = workloads.length * 10;

const sides = [
  { name: 'as published', key: 'published' },
  { name: 'Asyncify folded, memory narrowed', key: 'unmetered' },
  { name: 'the same, and gas counted', key: 'metered' },
] as const;

export async function prepareBench(): Promise<string> {
  const contenders = sides.map(({ name, key }) => ({
    name,
    turns,
    file: new URL(`./sides/${key}.ts`, import.meta.url),
  }));
  const timed = await compare('prepare', contenders, rounds);
  // The kinds of messages take turns.
  const running = timed.map(({ name, timesMs }) => ({
    name,
    timesMs: workloads.map((_, kind) => timesMs.filter((_, turn) => turn % workloads.length === kind)),
  }));
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
