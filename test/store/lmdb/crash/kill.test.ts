import { randomStream } from 'heddle';
import type { Durability } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type End, endsOf, Lives } from './lives.ts';

/** How often programs are killed for each level: so many as take less than a minute, or as many as are asked for. */
const killsOfEach = Number(process.argv[2] ?? 20);
const seeds = ['one', 'two', 'three', 'four', 'five'];
const levels: readonly Durability[] = ['memory', 'batched', 'each'];
const lives = new Lives();

/** Runs that came to something else once. */
const found: readonly (readonly [string, Durability, readonly End[]])[] = [];

for (const durability of levels) {
  test(`${durability}: whenever the program is killed, nothing is lost that was durable and nothing happens twice`, async () => {
    const draws = randomStream('kills', durability);
    const moments = new Map<string, number>();
    for (const seed of seeds) moments.set(seed, await lives.moments(seed, durability));
    let kills = 0;
    const lane = async () => {
      while (kills < killsOfEach) {
        const seed = seeds[draws.below(seeds.length)] ?? '';
        kills += await lives.run(seed, durability, endsOf(draws, moments.get(seed) ?? 1));
      }
    };
    await Promise.all([lane(), lane()]);
    assert.ok(kills >= killsOfEach);
  });
}

for (const [seed, durability, ends] of found) {
  test(`${seed} on ${durability}, killed at ${JSON.stringify(ends)}`, async () => {
    await lives.run(seed, durability, ends);
  });
}

test.run();
