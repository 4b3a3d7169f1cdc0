// Damage to JSON, drawn from a stream of random numbers.

import { isJsonObject, type Json } from '../../../../lib/core/json.ts';
import type { RandomStream } from '../../../../lib/core/random.ts';

const strangers: readonly Json[] = [
  null,
  true,
  '',
  'text',
  '__proto__',
  '/dev/urandom',
  0,
  1,
  2,
  -1,
  0.5,
  4096,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  [],
  [[]],
  [1, 2],
  {},
];

/** `value` with one thing in it replaced, left out or put in twice. */
export function damageJson(value: Json, random: RandomStream): Json {
  const paths = [...pathsIn(value, [])];
  return damageAt(value, paths[random.below(paths.length)] ?? [], random);
}

function* pathsIn(value: Json, path: readonly string[]): Iterable<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) yield* pathsIn(entry ?? null, [...path, key]);
}

function damageAt(value: Json, [key, ...rest]: readonly string[], random: RandomStream): Json {
  if (key === undefined) return stranger(value, random);
  if (Array.isArray(value)) {
    const at = Number(key);
    if (rest.length > 0 || random.below(3) === 0) return value.with(at, damageAt(value[at], rest, random));
    return random.below(2) ? value.toSpliced(at, 1) : value.toSpliced(at, 0, value[random.below(value.length)]);
  }
  if (!isJsonObject(value)) return value;
  const { [key]: entry, ...others } = value;
  if (rest.length === 0 && random.below(4) === 0) return others;
  return { ...others, [key]: damageAt(entry ?? null, rest, random) };
}

function stranger(value: Json, random: RandomStream): Json {
  if (typeof value === 'number' && random.below(2)) return value + ([-1, 1, 4096, -4096][random.below(4)] ?? 0);
  return strangers[random.below(strangers.length)] ?? null;
}
