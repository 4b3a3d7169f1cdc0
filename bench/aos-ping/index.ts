/** How long one aos message takes: the reference loader, the bare WebAssembly call, and heddle, published and prepared. */
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';

const rounds = 12;

const sides = [
  { name: 'reference loader, memory copied out and in', key: 'loader-copy', turns: 4 },
  { name: 'reference loader, memory left in place', key: 'loader-resident', turns: 50 },
  { name: 'published: raw handle, the floor', key: 'raw-published', turns: 50 },
  { name: 'published: heddle executor (JSON, rollback, time limit)', key: 'executor-published', turns: 50 },
  { name: 'published: heddle system (slots, commit, digest)', key: 'system-published', turns: 50 },
  { name: 'prepared: raw handle, the floor', key: 'raw-prepared', turns: 50 },
  { name: 'prepared: heddle executor (JSON, rollback, gas)', key: 'executor-prepared', turns: 50 },
  { name: 'prepared: heddle system (slots, commit, digest)', key: 'system-prepared', turns: 50 },
] as const;

export async function aosPing(): Promise<string> {
  const contenders = sides.map((side) => ({ ...side, file: new URL(`./sides/${side.key}.ts`, import.meta.url) }));
  const timed = await compare('aos-ping', contenders, rounds);
  const medianOf = (wanted: string) => spread(timed.find(({ key }) => key === wanted)?.timesMs ?? []).median;
  const rows = timed.map(({ name, key, timesMs }) => {
    const { p10, median, p90 } = spread(timesMs);
    const floor = medianOf(key.endsWith('prepared') ? 'raw-prepared' : 'raw-published');
    const times = [median / floor, medianOf('loader-copy') / median].map((ratio) => ratio.toFixed(2));
    return [name, ...[median, p10, p90].map((ms) => ms.toFixed(3)), ...times, Math.round(1000 / median).toString()];
  });
  const head = [
    'aos 2.0.6 ping, one warm process',
    'median ms',
    'p10 ms',
    'p90 ms',
    'x floor',
    'x loader',
    'messages/s',
  ];
  return table(head, rows);
}
