/** How long one aos message takes: the reference loader, the bare WebAssembly call, and heddle, published and prepared. */
import { Side } from '../side.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';

const rounds = 12;
const warmUpTurns = 200;

const sides = [
  { name: 'reference loader, memory copied out and in', file: 'loader-copy', turns: 4 },
  { name: 'reference loader, memory left in place', file: 'loader-resident', turns: 50 },
  { name: 'published: raw handle, the floor', file: 'raw-published', turns: 50 },
  { name: 'published: heddle executor (JSON, rollback, time limit)', file: 'executor-published', turns: 50 },
  { name: 'published: heddle system (slots, commit, digest)', file: 'system-published', turns: 50 },
  { name: 'prepared: raw handle, the floor', file: 'raw-prepared', turns: 50 },
  { name: 'prepared: heddle executor (JSON, rollback, gas)', file: 'executor-prepared', turns: 50 },
  { name: 'prepared: heddle system (slots, commit, digest)', file: 'system-prepared', turns: 50 },
] as const;

export async function aosPing(): Promise<string> {
  const running = sides.map(({ name, file, turns }) => {
    return {
      name,
      file,
      turns,
      side: new Side(name, new URL(`./sides/${file}.ts`, import.meta.url)),
      timesMs: [] as number[],
    };
  });
  try {
    for (const { side, turns } of running) await side.block(Math.min(warmUpTurns, turns * 4));
    for (let round = 0; round < rounds; round++) {
      if (process.stderr.isTTY) process.stderr.write(`\raos-ping: round ${round + 1} of ${rounds}`);
      // Each round starts with another side, so that none always follows the same one.
      for (let at = 0; at < running.length; at++) {
        const one = running[(at + round) % running.length];
        one?.timesMs.push(...(await one.side.block(one.turns)));
      }
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    for (const { side } of running) side.close();
  }
  const medianOf = (wanted: string) => spread(running.find(({ file }) => file === wanted)?.timesMs ?? []).median;
  const rows = running.map(({ name, file, timesMs }) => {
    const { p10, median, p90 } = spread(timesMs);
    const floor = medianOf(file.endsWith('prepared') ? 'raw-prepared' : 'raw-published');
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
