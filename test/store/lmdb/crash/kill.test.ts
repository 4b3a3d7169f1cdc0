import { randomStream } from 'heddle';
import type { Durability } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type End, endsOf, Lives } from './lives.ts';

/** How often programs are killed for each level: so many as take about a minute, or as many as are asked for. */
const killsOfEach = Number(process.argv[2] ?? 15);
const seeds = ['one', 'two', 'three', 'four', 'five'];
const levels: readonly Durability[] = ['memory', 'batched', 'each'];
const lives = new Lives();

/** Runs that came to something else once. */
const found: readonly (readonly [string, Durability, readonly End[]])[] = [];

/** Of runs with a real module, which take longer, fewer. */
const killsOfModules = Math.ceil(killsOfEach / 3);

for (const [durability, trims] of levels.flatMap((level) => [[level, false] as const, [level, true] as const])) {
  const what = `${durability}${trims ? ', while history is trimmed' : ''}`;
  test(`${what}: whenever the program is killed, nothing is lost that was durable and nothing happens twice`, async () => {
    const draws = randomStream('kills', what);
    const moments = new Map<string, number>();
    for (const seed of seeds) moments.set(seed, await lives.moments(seed, durability, trims));
    let kills = 0;
    const lane = async () => {
      while (kills < killsOfEach) {
        const seed = seeds[draws.below(seeds.length)] ?? '';
        kills += await lives.run(seed, durability, endsOf(draws, moments.get(seed) ?? 1), trims);
      }
    };
    await Promise.all([lane(), lane()]);
    assert.ok(kills >= killsOfEach);
  });
}

test('whenever the program is killed, processes of AO lose nothing either', async () => {
  const draws = randomStream('kills', 'aos');
  for (let kills = 0; kills < killsOfModules; ) {
    const seed = `aos ${draws.below(2)}`;
    const moments = await lives.moments(seed, 'batched');
    kills += await lives.run(seed, 'batched', endsOf(draws, moments));
  }
});

for (const [seed, durability, ends] of found) {
  test(`${seed} on ${durability}, killed at ${JSON.stringify(ends)}`, async () => {
    await lives.run(seed, durability, ends);
  });
}

test.run();
