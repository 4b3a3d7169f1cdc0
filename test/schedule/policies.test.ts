import fc from 'fast-check';
import { fifo, type Runnable, random, randomStream, roundRobin, type SchedulerPolicy } from 'heddle';
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

/** A scheduler as a system uses it: who gets a slot is owed one turn more, who had a turn one less. */
class Played {
  readonly #scheduler;
  readonly #processes = new Map<string, { -readonly [Key in keyof Runnable]: Runnable[Key] }>();

  constructor(policy: SchedulerPolicy, seed = 'seed') {
    this.#scheduler = policy(randomStream(seed, 'scheduler'));
  }

  arrived(id: string): void {
    const process = this.#processes.get(id) ?? { index: this.#processes.size, id, owed: 0 };
    this.#processes.set(id, process);
    process.owed++;
    this.#scheduler.arrived(process);
  }

  next(): Step {
    const next = this.#scheduler.next();
    if (!next) return undefined;
    const process = this.#processes.get(next.id);
    assert.is(next, process, 'a scheduler gives back the object that it was given');
    assert.ok(next.owed > 0, `${next.id} has a turn though it is owed none`);
    if (process) process.owed--;
    return next.id;
  }

  owedTo(id: string): number {
    return this.#processes.get(id)?.owed ?? 0;
  }

  get owed(): number {
    return [...this.#processes.values()].reduce((sum, { owed }) => sum + owed, 0);
  }
}

function play(policy: SchedulerPolicy, script: readonly Step[], seed?: string): readonly Step[] {
  const played = new Played(policy, seed);
  const turns: Step[] = [];
  for (const step of script) {
    if (step === undefined) turns.push(played.next());
    else played.arrived(step);
  }
  for (let turn = played.next(); turn !== undefined; turn = played.next()) turns.push(turn);
  return turns;
}

const sorted = (names: readonly Step[]): readonly Step[] => names.filter((name) => name !== undefined).sort();

for (const [name, policy] of Object.entries(policies)) {
  test(`${name} gives each process as many turns as it had arrivals, and none before its arrival`, () => {
    fc.assert(
      fc.property(steps, fc.string(), (script, seed) => {
        assert.equal(sorted(play(policy, script, seed)), sorted(script));
        const played = new Played(policy, seed);
        for (const step of script) {
          if (step !== undefined) {
            played.arrived(step);
            continue;
          }
          const { owed } = played;
          assert.is(played.next() === undefined, owed === 0);
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
  fc.assert(
    fc.property(steps, (script) => {
      const arrivals = script.filter((step) => step !== undefined);
      assert.equal(
        play(fifo(), script).filter((step) => step !== undefined),
        arrivals,
      );
    }),
  );
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

test('round robin lets three others go first at most, whatever arrives', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const played = new Played(roundRobin());
      const passedOver = new Map<string, number>();
      for (const step of script) {
        if (step !== undefined) {
          played.arrived(step);
          continue;
        }
        const turn = played.next();
        for (const id of ['a', 'b', 'c', 'd']) {
          const turns = id === turn || played.owedTo(id) === 0 ? 0 : (passedOver.get(id) ?? 0) + 1;
          passedOver.set(id, turns);
          assert.ok(turns <= 3, `${id} was passed over ${turns} times`);
        }
      }
    }),
  );
});

test('random reaches every order of three', () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 200; seed++) orders.add(play(random(), ['a', 'b', 'c'], String(seed)).join(''));
  assert.equal([...orders].sort(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
});

test.run();
