import { randomStream } from 'heddle';
import type { Durability } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Chances, type End, endsOf, Lives } from './lives.ts';

/** How often programs are killed for each level: so many as take about a minute, or as many as are asked for. */
const killsOfEach = Number(process.argv[2] ?? 15);
const seeds = ['one', 'two', 'three', 'four', 'five'];
const levels: readonly Durability[] = ['memory', 'batched', 'each'];
const published = ['published 0', 'published 1', 'published aos'];
const none: Chances = { moments: 1, requests: 0 };
const lives = new Lives();

/** Runs that came to something else once. */
const found: readonly (readonly [seed: string, level: Durability, ends: readonly End[], trims?: boolean])[] = [];

/** Of runs that are published, and those with a real module, which take longer, fewer. */
const killsOfPublished = Math.ceil(killsOfEach / 2);
const killsOfModules = Math.ceil(killsOfEach / 3);

for (const [durability, trims] of levels.flatMap((level) => [[level, false] as const, [level, true] as const])) {
  const what = `${durability}${trims ? ', while history is trimmed' : ''}`;
  test(`${what}: whenever the program is killed, nothing is lost that was durable and nothing happens twice`, async () => {
    const draws = randomStream('kills', what);
    const chances = new Map<string, Chances>();
    for (const seed of seeds) chances.set(seed, await lives.chances(seed, durability, trims));
    let kills = 0;
    const lane = async () => {
      while (kills < killsOfEach) {
        const seed = seeds[draws.below(seeds.length)] ?? '';
        kills += await lives.run(seed, durability, endsOf(draws, chances.get(seed) ?? none), trims);
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
    kills += await lives.run(seed, 'batched', endsOf(draws, await lives.chances(seed, 'batched')));
  }
});

test('whenever the program is killed while it publishes, all is there once and paid once', async () => {
  const draws = randomStream('kills', 'published');
  for (let kills = 0; kills < killsOfPublished; ) {
    const [seed, durability, trims] = [
      published[draws.below(3)] ?? '',
      levels[draws.below(3)] ?? 'each',
      draws.below(3) === 0,
    ];
    const ends = endsOf(draws, await lives.chances(seed, durability, trims));
    kills += await lives.run(seed, durability, ends, trims);
  }
});

for (const [seed, durability, ends, trims] of found) {
  test(`${seed} on ${durability}, killed at ${JSON.stringify(ends)}`, async () => {
    await lives.run(seed, durability, ends, trims);
  });
}

test.run();
