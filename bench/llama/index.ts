/** How many tokens a second a language model makes in an AO process, and how long a message is that asks for some. */
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';
import { model, tokens } from './story.ts';

const rounds = 4;

const sides = [
  { name: 'reference loader, memory copied', file: './sides/loader-copy.ts', turns: 1 },
  { name: 'reference loader, UNSAFE_MEMORY', file: './sides/loader-resident.ts', turns: 4 },
  { name: 'heddle, one process', file: './sides/heddle.ts', turns: 4 },
] as const;

export async function llama(): Promise<string> {
  const contenders = sides.map((side) => ({ ...side, file: new URL(side.file, import.meta.url) }));
  const timed = await compare('llama', contenders, rounds);
  const base = spread(timed[0]?.timesMs ?? []).median;
  const rows = timed.map(({ name, timesMs }) => {
    const { p10, median, p90 } = spread(timesMs);
    const perSecond = (tokens * 1000) / median;
    return [
      name,
      ...[median, p10, p90].map((ms) => ms.toFixed(0)),
      perSecond.toFixed(1),
      `${(base / median).toFixed(1)} x`,
    ];
  });
  const what = `llama.cpp, ${tokens} tokens of a model of ${(model.length / 1e6).toFixed(1)} MB`;
  return table([what, 'median ms', 'p10 ms', 'p90 ms', 'tokens/s', 'faster'], rows);
}
