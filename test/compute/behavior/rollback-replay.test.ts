// A state that is changed in place is not copied in each turn: after an error it is made again. Whoever looks at it from
// outside cannot tell.

import fc from 'fast-check';
import { behavior, createSystem, type Json, type Limits, type Module } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapped } from '../../fixtures/system/modules.ts';

/** What one message does to a state, and whether it is an error on the way. */
interface Act {
  readonly kind: 'push' | 'drop' | 'nest' | 'map' | 'set' | 'share' | 'replace' | 'spread' | 'init';
  readonly key: string;
  /** Before how many of its changes it throws; undefined if it does not. */
  readonly throwsAt?: number | undefined;
}

interface Tree {
  name: string;
  readonly children: Tree[];
}

interface State {
  count: number;
  readonly list: string[];
  readonly tree: Tree;
  readonly map: Map<string, { times: number; at: Date }>;
  readonly set: Set<string>;
  /** The newest branch of the tree, as the same object. */
  newest: Tree;
}

const fresh = (): State => {
  const tree: Tree = { name: 'root', children: [] };
  return { count: 0, list: [], tree, map: new Map(), set: new Set(), newest: tree };
};

/** Does an act in steps, changing the state in place; or gives back the next one. */
function perform(state: State, { kind, key, throwsAt }: Act): State | undefined {
  let steps = 0;
  const step = () => {
    if (steps++ === throwsAt) throw new Error(`throws at ${throwsAt}`);
  };
  step();
  state.count++;
  step();
  switch (kind) {
    case 'push':
      state.list.push(key);
      break;
    case 'drop':
      state.list.splice(0, 2);
      state.tree.children.length = Math.min(state.tree.children.length, 3);
      break;
    case 'nest': {
      const branch: Tree = { name: key, children: [] };
      const parent = state.newest.children.length < 3 ? state.newest : state.tree;
      parent.children.push(branch);
      step();
      state.newest = branch;
      break;
    }
    case 'map': {
      const entry = state.map.get(key) ?? { times: 0, at: new Date(0) };
      entry.times++;
      entry.at.setUTCFullYear(1970 + entry.times);
      state.map.set(key, entry);
      break;
    }
    case 'set':
      if (!state.set.delete(key)) state.set.add(key);
      break;
    case 'share':
      // Seen at both places, or it would be a copy.
      state.newest.name = `${key}${state.count}`;
      break;
    case 'replace':
      step();
      return { ...fresh(), count: state.count, list: [key] };
    case 'spread':
      step();
      return { ...state, list: [...state.list, key] };
    case 'init':
      return fresh();
  }
  step();
  state.list.push(String(state.list.length));
  step();
  return undefined;
}

/** Everything a state has, as JSON, with what is the same object. */
const shown = (state: State): Json => ({
  count: state.count,
  list: [...state.list],
  tree: showTree(state.tree),
  map: [...state.map].map(([key, { times, at }]) => [key, times, at.toISOString()]),
  set: [...state.set],
  newest: state.newest.name,
  depth: depthOf(state.tree, state.newest),
});

const showTree = ({ name, children }: Tree): Json => [name, ...children.map(showTree)];

/** How deep in a tree a branch is, as that object; -1 if it is not there. */
function depthOf(tree: Tree, branch: Tree): number {
  if (tree === branch) return 0;
  const depths = tree.children.map((child) => depthOf(child, branch)).filter((depth) => depth >= 0);
  return depths.length === 0 ? -1 : 1 + Math.min(...depths);
}

const subject = behavior<State>(
  {
    init: fresh,
    receive(state, message, turn) {
      if (message.data === 'read') {
        turn.output(shown(state));
        return undefined;
      }
      turn.send({ target: 'a wallet', data: `before ${state.count}` });
      const act: Act = JSON.parse(message.data);
      const next = perform(state, act);
      turn.output([(next ?? state).count, (next ?? state).list.length]);
      return next;
    },
  },
  { name: 'changes in place' },
);

/** The outcomes and the state that a plain model comes to, which copies its state before each turn. */
function modelled(acts: readonly Act[]) {
  let state = fresh();
  const outcomes = acts.map((act) => {
    const copy = structuredClone(state);
    try {
      const data = `before ${copy.count}`;
      state = perform(copy, act) ?? copy;
      return { output: [state.count, state.list.length], sent: [data], error: undefined };
    } catch (error) {
      return { output: '', sent: [], error: String((error as Error).message) }; // perform() throws nothing else
    }
  });
  return { outcomes, state: shown(state) };
}

const kinds: readonly Act['kind'][] = ['push', 'drop', 'nest', 'nest', 'map', 'set', 'share'];
const throwsAt = (often: number) => fc.option(fc.nat(5), { nil: undefined, freq: often });

const actIn = (kind: fc.Arbitrary<Act['kind']>, often: number): fc.Arbitrary<Act> =>
  fc.record({ kind, key: fc.constantFrom('a', 'b', 'c', 'd', 'é', '😀'), throwsAt: throwsAt(often) });

/** Hundreds of acts, of which some throw; states are replaced always, now and then, or never. */
const script = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom<'never' | 'seldom' | 'often'>('never', 'seldom', 'often'))
  .chain(([often, replaced]) => {
    const inPlace = { arbitrary: fc.constantFrom(...kinds), weight: replaced === 'often' ? 2 : 40 };
    const returned = { arbitrary: fc.constantFrom<Act['kind']>('replace', 'spread', 'init'), weight: 1 };
    const kind = replaced === 'never' ? inPlace.arbitrary : fc.oneof(inPlace, returned);
    return fc.array(actIn(kind, often), { minLength: 100, maxLength: 600, size: 'max' });
  });

interface Course {
  readonly limits?: Partial<Limits>;
  /** After which messages the system is idle. */
  readonly pauses?: ReadonlySet<number>;
  /** Whether the state is looked at then. */
  readonly looks?: boolean;
}

/** What a system comes to that does these acts. */
async function run(
  module: Module,
  acts: readonly Act[],
  { limits = {}, pauses = new Set(), looks = false }: Course = {},
) {
  await using system = createSystem({ limits });
  const process = await system.spawn(module);
  for (const [at, act] of acts.entries()) {
    await process.send({ data: JSON.stringify(act) });
    if (!pauses.has(at)) continue;
    await system.settle();
    if (looks) await process.dryRun({ data: 'read' });
  }
  await system.settle();
  const outcomes = [];
  for (let slot = 1; slot <= acts.length; slot++) {
    const { output, messages, error } = await process.outcome(slot);
    outcomes.push({ output, sent: messages.map(({ data }) => data), error });
  }
  const state = (await process.dryRun({ data: 'read' })).output;
  return {
    outcomes,
    state,
    digest: system.trace.digest,
    status: process.status.state === 'hibernated' ? 'ready' : process.status.state,
  };
}

test('a behavior that throws at random is as one whose state is copied in each turn', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (acts) => {
      const { outcomes, state } = await run(subject, acts);
      const model = modelled(acts);
      assert.equal(outcomes, model.outcomes);
      assert.equal(state, model.state);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('looking at the state, checkpoints and hibernation change nothing', async () => {
  const pauses = fc.array(fc.nat(600), { maxLength: 8 }).map((all) => new Set(all));
  await fc.assert(
    fc.asyncProperty(script, pauses, fc.integer({ min: 1, max: 300 }), async (acts, at, checkpointSlots) => {
      const plain = await run(subject, acts, { pauses: at });
      assert.equal(await run(subject, acts, { pauses: at, looks: true }), plain);
      assert.equal(await run(subject, acts, { pauses: at, limits: { checkpointSlots } }), plain);
      assert.equal(await run(subject, acts, { pauses: at, limits: { checkpointSlots, residentBytes: 1 } }), plain);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test('crashes change nothing, whatever was thrown before them', async () => {
  const slots = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(script, slots, fc.integer({ min: 1, max: 300 }), async (acts, crashes, checkpointSlots) => {
      const crashing = wrapped(subject, {
        before({ slot }, attempt) {
          if (attempt === 1 && crashes.includes(slot)) throw new Error('crash');
        },
      });
      const limits = { checkpointSlots, restarts: 10 };
      assert.equal(await run(crashing, acts, { limits }), await run(subject, acts));
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('every message throws after the first, for more than a thousand slots', async () => {
  const acts: Act[] = [{ kind: 'nest', key: 'a' }];
  for (let slot = 2; slot <= 1_100; slot++) acts.push({ kind: 'nest', key: 'b', throwsAt: slot % 5 });
  const { outcomes, state } = await run(subject, acts);
  const model = modelled(acts);
  assert.equal(outcomes, model.outcomes);
  assert.equal(state, model.state);
});

test('an error at the slots where a state is packed, and at those beside them, is like any other', async () => {
  for (const failing of [[254], [255], [256], [254, 255], [255, 256], [255, 511], [511, 512]]) {
    const acts = Array.from(
      { length: 530 },
      (_, at): Act => ({
        kind: kinds[at % kinds.length] ?? 'push',
        key: 'k',
        ...(failing.includes(at + 1) && { throwsAt: 3 }),
      }),
    );
    const { outcomes, state } = await run(subject, acts);
    const model = modelled(acts);
    assert.equal(outcomes, model.outcomes);
    assert.equal(state, model.state);
  }
});

test('a behavior that does not do the same again is found out when its turns are done again', async () => {
  let turns = 0;
  const moody = behavior<string[]>(
    {
      init: () => [],
      receive(heard, message) {
        heard.push(message.data);
        turns++;
        if (turns === 2) throw new Error('asked to fail');
        if (turns === 3) throw new Error('in a bad mood');
      },
    },
    { name: 'moody' },
  );
  const system = createSystem();
  const process = await system.spawn(moody);
  for (const data of ['one', 'two', 'three']) await process.send({ data });
  await system.settle();
  const { state, reason } = process.status;
  assert.is(state, 'failed');
  assert.match(String(reason), /slot 1 failed when it was done again: in a bad mood/);
});

test.run();
