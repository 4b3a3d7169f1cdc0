import fc from 'fast-check';
import { fifo, random, randomStream, roundRobin, type SchedulerPolicy } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const policies: Readonly<Record<string, SchedulerPolicy>> = {
  fifo: fifo(),
  roundRobin: roundRobin(),
  random: random(),
};

type Step = string | undefined;

/** Arrivals by name, and turns as undefined. */
const steps = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }), { maxLength: 100 });

function play(policy: SchedulerPolicy, script: readonly Step[], seed = 'seed'): readonly Step[] {
  const scheduler = policy(randomStream(seed, 'scheduler'));
  const turns: Step[] = [];
  for (const step of script) {
    if (step === undefined) turns.push(scheduler.next());
    else scheduler.arrived(step);
  }
  for (let turn = scheduler.next(); turn !== undefined; turn = scheduler.next()) turns.push(turn);
  return turns;
}

const sorted = (names: readonly Step[]): readonly Step[] => names.filter((name) => name !== undefined).sort();

for (const [name, policy] of Object.entries(policies)) {
  test(`${name} gives each process as many turns as it had arrivals, and none before its arrival`, () => {
    fc.assert(
      fc.property(steps, fc.string(), (script, seed) => {
        assert.equal(sorted(play(policy, script, seed)), sorted(script));
        const scheduler = policy(randomStream(seed, 'scheduler'));
        const owed = new Map<string, number>();
        for (const step of script) {
          if (step !== undefined) {
            scheduler.arrived(step);
            owed.set(step, (owed.get(step) ?? 0) + 1);
            continue;
          }
          const process = scheduler.next();
          const total = [...owed.values()].reduce((sum, turns) => sum + turns, 0);
          assert.is(process === undefined, total === 0);
          if (process === undefined) continue;
          assert.ok((owed.get(process) ?? 0) > 0, `${process} has a turn though it is owed none`);
          owed.set(process, (owed.get(process) ?? 0) - 1);
        }
      }),
    );
  });

  test(`${name} does the same again for the same seed`, () => {
    fc.assert(
      fc.property(steps, fc.string(), (script, seed) => {
        assert.equal(play(policy, script, seed), play(policy, script, seed));
      }),
    );
  });
}

test('fifo gives turns in the order of arrival', () => {
  assert.equal(play(fifo(), ['a', 'a', 'b', undefined, 'a', 'c']), ['a', 'a', 'b', 'a', 'c']);
});

test('round robin gives everyone who has mail one turn before anyone has a second', () => {
  assert.equal(play(roundRobin(), ['a', 'a', 'a', 'b', 'c', 'c']), ['a', 'b', 'c', 'a', 'c', 'a']);
  fc.assert(
    fc.property(steps, (script) => {
      const arrivals = script.filter((step) => step !== undefined);
      const turns = play(roundRobin(), arrivals);
      const rounds = new Map<Step, number>();
      const numbers = turns.map((process) => {
        const round = rounds.get(process) ?? 0;
        rounds.set(process, round + 1);
        return round;
      });
      assert.equal(
        numbers,
        [...numbers].sort((one, other) => one - other),
      );
    }),
  );
});

test('random reaches every order of three', () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 200; seed++) orders.add(play(random(), ['a', 'b', 'c'], String(seed)).join(''));
  assert.equal([...orders].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
});

test.run();
