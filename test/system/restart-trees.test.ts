// Who is restarted and who is given up in any tree of supervisors is what a model of the rules says.

import fc from 'fast-check';
import {
  behavior,
  type ChildOptions,
  createSystem,
  replay,
  type SupervisorHandle,
  type SupervisorOptions,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Effect, type Plan, type Standing, SupervisionModel } from '../fixtures/system/supervision-model.ts';

/** Fails or ends when it is told to. */
const subject = behavior<number>(
  {
    init: () => 0,
    receive(heard, { data }, turn) {
      if (data === 'fail') throw new Error(`fails after ${heard}`);
      if (data === 'exit') turn.exit();
      return heard + 1;
    },
  },
  { name: 'subject' },
);

const windowMs = 100;

const restart = fc.constantFrom<Plan['restart']>('permanent', 'permanent', 'transient', 'temporary');
const leaf = fc.record({ restart, restarts: fc.nat(2) });
const strategy = fc.constantFrom('one-for-one' as const, 'one-for-all' as const, 'rest-for-one' as const);
const inner = (child: fc.Arbitrary<Plan>) =>
  fc.record({
    restart,
    restarts: fc.nat(2),
    below: fc.record({ strategy, children: fc.array(child, { minLength: 1, maxLength: 3 }) }),
  });
const plan = inner(
  fc.oneof({ arbitrary: leaf, weight: 2 }, inner(fc.oneof({ arbitrary: leaf, weight: 2 }, inner(leaf)))),
);
const act = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('fail' as const), who: fc.nat(11) }), weight: 12 },
  { arbitrary: fc.record({ kind: fc.constant('exit' as const), who: fc.nat(11) }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 150 }) }), weight: 3 },
  { arbitrary: fc.constant({ kind: 'mend' as const }), weight: 2 },
);

function optionsOf({ below }: Plan): SupervisorOptions {
  const { strategy = 'one-for-one', children = [] } = below ?? {};
  const childOf = (child: Plan): ChildOptions => {
    const rules = { restart: child.restart, restarts: child.restarts };
    return child.below ? { ...rules, supervisor: optionsOf(child) } : { ...rules, module: subject };
  };
  return { strategy, failsOn: 'error', restartWindowMs: windowMs, children: children.map(childOf) };
}

/** A system with a tree in it, and what it does about failures. */
async function treeOf(given: Plan) {
  const system = createSystem({ seed: 'trees' });
  const supervisor = await system.supervise(optionsOf(given));
  await system.settle();
  const [restarted, givenUp]: [string[], string[]] = [[], []];
  system.trace.subscribe((event) => {
    if (event.type === 'lifecycle' && event.to === 'restarting') restarted.push(event.process);
    if (event.type === 'status' && event.status === 'failed') givenUp.push(event.process);
  });
  const { processes } = supervisor;
  const tell = async (who: number, data: string): Promise<Effect> => {
    for (const list of [restarted, givenUp]) list.length = 0;
    await processes[who]?.send({ data });
    await system.settle();
    const numbers = (ids: readonly string[]) => ids.map((id) => processes.findIndex((process) => process.id === id));
    return { restarted: numbers(restarted).filter((one) => one !== who), givenUp: numbers(givenUp) };
  };
  const standings = () =>
    processes.map(({ status: { state } }): Standing => (state === 'failed' || state === 'stopped' ? state : 'running'));
  return { system, supervisor, tell, standings };
}

/** The restarts that all children in a tree have left, from above. */
const restartsLeft = (supervisor: SupervisorHandle): readonly number[] =>
  supervisor.status.children.flatMap(({ child, restartsLeft: left }) =>
    'startChild' in child ? [left, ...restartsLeft(child)] : [left],
  );

test('a tree of supervisors does what the model does', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(act, { minLength: 1, maxLength: 25, size: 'max' }), async (given, acts) => {
      const model = new SupervisionModel(given, windowMs);
      const { system, supervisor, tell, standings } = await treeOf(given);
      for (const one of acts) {
        const nowMs = system.now.timestampMs;
        if (one.kind === 'wait') await system.advance(one.ms);
        else if (one.kind === 'mend') {
          if (supervisor.status.state !== 'failed') continue;
          await supervisor.restart();
          await system.settle();
          model.mend();
        } else {
          const who = one.who % model.leaves.length;
          if (model.standings[who] !== 'running') continue;
          assert.equal(await tell(who, one.kind), model[one.kind](who, nowMs));
        }
        assert.equal(standings(), model.standings);
        const [, ...nodes] = model.root.all;
        const left = restartsLeft(supervisor);
        for (const [at, node] of nodes.entries()) {
          const isTemporary = node.plan.restart === 'temporary';
          const expected = isTemporary ? 0 : node.restartsLeft(system.now.timestampMs, windowMs);
          assert.is(left[at], expected, `restarts left of child ${at}`);
        }
      }
      const { digest } = await replay(await system.record(), { modules: [subject] });
      assert.is(digest, system.trace.digest);
    }),
    { numRuns: 500 },
  );
});

test.run();
