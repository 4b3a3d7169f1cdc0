// A stash is part of the state: no checkpoint, crash, hibernation or error shows in what a run comes to.

import fc from 'fast-check';
import { behavior, createSystem, type Json, type Limits, type Module, memoryStore, replay } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapped } from '../../fixtures/system/modules.ts';

/** What one message does. */
interface Act {
  /** Changes the level by this. */
  readonly raise: number;
  /** The level it needs: as long as it is lower, the message is stashed. */
  readonly needs: number;
  /** The level at which it throws. */
  readonly throwsAt: number;
  readonly unstash: boolean;
  readonly returned: 'nothing' | 'flat' | 'nested' | 'number';
}

interface State {
  level: number;
  readonly handled: number[];
}

/** What a behavior may do in a turn. */
interface Doing {
  stash(): void;
  unstash(): void;
  send(data: string): void;
}

type AnyState = State | { readonly level: number } | number;

const levelOf = (state: AnyState): number => (typeof state === 'number' ? state : state.level);

/** Does an act: changes the state in place as far as it can be changed, and gives back the next one. */
function perform(state: AnyState, number: number, act: Act, doing: Doing): AnyState | undefined {
  const level = levelOf(state);
  doing.send(`${number} at ${level}`);
  if (level < act.needs) {
    doing.stash();
    return undefined;
  }
  const raised = level + act.raise;
  if (typeof state === 'object' && 'handled' in state) {
    state.level = raised;
    state.handled.push(number);
  }
  if (raised === act.throwsAt) throw new Error(`level ${raised}`);
  if (act.unstash) doing.unstash();
  if (act.returned === 'number') return raised;
  if (act.returned === 'flat') return { level: raised };
  if (act.returned === 'nested' || typeof state === 'number' || !('handled' in state)) {
    return { level: raised, handled: [number] };
  }
  return undefined;
}

const actOf = (data: string): Act => JSON.parse(data);

const subject = behavior<AnyState>(
  {
    init: () => ({ level: 0, handled: [] }),
    receive(state, { data, tags }, turn) {
      if (data === 'read') {
        turn.output(structuredClone(state) as Json); // it is plain data
        return undefined;
      }
      const number = Number(tags.find(({ name }) => name === 'Number')?.value);
      const doing = {
        stash: () => turn.stash(),
        unstash: () => turn.unstash(),
        send: (text: string) => {
          turn.send({ target: 'a wallet', data: text });
        },
      };
      return perform(state, number, actOf(data), doing);
    },
  },
  { name: 'needs a level' },
);

/** What a plain model comes to that copies all it has before each turn. */
function modelled(acts: readonly Act[], limit: number) {
  let state: AnyState = { level: 0, handled: [] };
  let stash: readonly number[] = [];
  const outcomes = acts.map((_, at) => {
    const before = stash.length;
    const sent: string[] = [];
    let next: AnyState = structuredClone(state);
    const kept: number[] = [];
    const handle = (number: number): boolean => {
      let isUnstashing = false;
      const doing = {
        stash: () => kept.push(number),
        unstash: () => {
          isUnstashing = true;
        },
        send: (text: string) => sent.push(text),
      };
      next = perform(next, number, acts[number] as Act, doing) ?? next; // it is one of them
      return isUnstashing;
    };
    try {
      if (handle(at)) for (const number of stash) handle(number);
      else kept.unshift(...stash);
      if (kept.length > limit && kept.length > before) throw new Error('over the limit');
      state = next;
      stash = kept;
      return { sent, failed: false };
    } catch {
      return { sent: [], failed: true };
    }
  });
  return { outcomes, state };
}

const act: fc.Arbitrary<Act> = fc.record({
  raise: fc.integer({ min: -2, max: 2 }),
  needs: fc.integer({ min: -1, max: 4 }),
  throwsAt: fc.integer({ min: -3, max: 12 }),
  unstash: fc.boolean(),
  returned: fc.oneof(
    { arbitrary: fc.constant<Act['returned']>('nothing'), weight: 12 },
    { arbitrary: fc.constantFrom<Act['returned']>('flat', 'nested', 'number'), weight: 1 },
  ),
});
const script = fc.array(act, { minLength: 20, maxLength: 400, size: 'max' });

interface Course {
  readonly limits?: Partial<Limits>;
  /** After how many messages at a time the system is idle, and looked at; never if left out. */
  readonly pause?: number;
  /** Whether it is closed then and goes on in another life. */
  readonly lives?: boolean;
}

/** What a system comes to that does these acts. */
async function run(module: Module, acts: readonly Act[], { limits = {}, pause, lives }: Course = {}) {
  const store = memoryStore();
  const open = () => createSystem({ store, modules: [module], limits: { stashMessages: 20, ...limits } });
  let system = open();
  const { id } = await system.spawn(module);
  await system.settle();
  for (const [at, one] of acts.entries()) {
    await system.process(id).send({ data: JSON.stringify(one), tags: { Number: String(at) } });
    if (pause === undefined || at % pause !== 0) continue;
    await system.settle();
    await system.process(id).dryRun({ data: JSON.stringify({ ...one, unstash: true }), tags: { Number: '0' } });
    if (!lives) continue;
    await system.close();
    system = open();
    await system.open();
  }
  await system.settle();
  const process = system.process(id);
  const outcomes = [];
  for (let slot = 1; slot <= acts.length; slot++) {
    const { messages, error } = await process.outcome(slot);
    outcomes.push({ sent: messages.map(({ data }) => data), failed: error !== undefined });
  }
  const state = (await process.dryRun({ data: 'read' })).output;
  const { digest } = system.trace;
  const recording = await system.record();
  await system.close();
  return { seen: { outcomes, state, digest }, recording };
}

test('a behavior that stashes is as one whose state and stash are copied in each turn', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (acts) => {
      const { seen, recording } = await run(subject, acts);
      const model = modelled(acts, 20);
      assert.equal(seen.outcomes, model.outcomes);
      assert.equal(seen.state, model.state);
      assert.is((await replay(recording, { modules: [subject] })).digest, seen.digest);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('looking at the state, checkpoints and hibernation change nothing', async () => {
  const anySlots = fc.integer({ min: 1, max: 60 });
  await fc.assert(
    fc.asyncProperty(script, anySlots, anySlots, async (acts, pause, checkpointSlots) => {
      const plain = await run(subject, acts, {});
      for (const limits of [{}, { checkpointSlots }, { checkpointSlots, residentBytes: 1 }]) {
        assert.equal((await run(subject, acts, { pause, limits })).seen.outcomes, plain.seen.outcomes);
        assert.equal((await run(subject, acts, { limits })).seen, plain.seen);
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('a system that goes on in another life comes to the same as one without a break', async () => {
  const anySlots = fc.integer({ min: 1, max: 60 });
  await fc.assert(
    fc.asyncProperty(script, anySlots, anySlots, async (acts, pause, checkpointSlots) => {
      const once = await run(subject, acts, { pause });
      const often = await run(subject, acts, { pause, lives: true, limits: { checkpointSlots } });
      assert.equal(often.seen, once.seen);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('crashes change nothing, whatever was stashed or thrown before them', async () => {
  const slots = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(script, slots, fc.integer({ min: 1, max: 100 }), async (acts, crashes, checkpointSlots) => {
      const crashing = wrapped(subject, {
        before({ slot }, attempt) {
          if (attempt === 1 && crashes.includes(slot)) throw new Error('crash');
        },
      });
      const limits = { checkpointSlots, restarts: 10 };
      assert.equal((await run(crashing, acts, { limits })).seen, (await run(subject, acts)).seen);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('a process that has nothing stashed has the checkpoint of one that never stashed', async () => {
  const counter = behavior<{ count: number }>(
    {
      init: () => ({ count: 0 }),
      receive(state, { data }, turn) {
        state.count++;
        if (data === 'stash' && state.count === 1) turn.stash();
        if (data === 'unstash') turn.unstash();
      },
    },
    { name: 'counts' },
  );
  const digestAfter = async (...sent: readonly string[]): Promise<string> => {
    const system = createSystem();
    const process = await system.spawn(counter);
    for (const data of sent) await process.send({ data });
    return (await process.state()).digest;
  };
  const never = await digestAfter('', '', '');
  assert.is(await digestAfter('unstash', '', ''), never);
  assert.is(await digestAfter('stash', 'unstash'), never, 'nothing is left of one that is handled');
  assert.is.not(await digestAfter('stash', '', ''), never);
});

test.run();
