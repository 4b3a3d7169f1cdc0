import fc from 'fast-check';
import { outbox } from 'heddle';
import {
  type AnyActorRef,
  type AnyStateMachine,
  assign,
  cancel,
  createMachine,
  enqueueActions,
  fromTransition,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';

/** What a test does to a machine. */
export type Step =
  | { readonly type: 'send'; readonly event: string }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'restart' };

export const externalEvents = ['a', 'b', 'c'] as const;

/** The steps of a test, `boom` among the events if the machine may fail. */
export const anySteps = (events: readonly string[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ type: fc.constant('send' as const), event: fc.constantFrom(...events) }) },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.nat({ max: 60 }) }) },
      { weight: 2, arbitrary: fc.constant({ type: 'restart' as const }) },
    ),
    { maxLength: 25 },
  );

interface Context {
  /** What keeps transitions without events from going on for ever. */
  readonly fuel: number;
  readonly trail: readonly string[];
  readonly extra?: unknown;
  readonly kid?: AnyActorRef | undefined;
}

/** Ticks a few times, tells its machine of every tick, and ends. */
const ticker = createMachine({
  context: { ticks: 0 },
  initial: 'ticking',
  states: {
    ticking: {
      after: { 15: { target: 'ticking', reenter: true, actions: 'tick' } },
      always: { guard: ({ context }) => context.ticks >= 3, target: 'ended' },
      on: { poke: { actions: 'tick' } },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => context.ticks,
}).provide({
  actions: {
    tick: enqueueActions(({ enqueue }) => {
      enqueue.assign({ ticks: ({ context }) => context.ticks + 1 });
      enqueue.sendParent({ type: 'ticked' });
      enqueue(outbox.send({ target: 'a wallet', data: 'tick' }));
    }),
  },
});

const counter = fromTransition(
  (count: number, event: { type: string }) => (event.type === 'poke' ? count + 1 : count),
  0,
);

/** What a checkpoint copies, besides what it keeps. */
export const copiedExtras = [{ plain: 1 }, new Map([['k', { v: 1 }]]), -0, 'half \ud800', [new Set(['x'])]];

/**
 * Some machine: nested, parallel and history states, guards, delays, raised events, transitions without events, children
 * that are invoked and spawned, and a context that a checkpoint has to copy or not.
 */
export function anyMachine(g: fc.GeneratorValue, extras: readonly unknown[] = [{ plain: [1, null] }]): AnyStateMachine {
  const ids: string[] = [];
  const names = (count: number) => Array.from({ length: count }, () => `n${ids.push(`n${ids.length}`) - 1}`);
  const chance = (percent: number): boolean => g(fc.nat, { max: 99 }) < percent;
  const pick = <T>(values: readonly T[]): T => g((list: readonly T[]) => fc.constantFrom(...list), values);
  const pending: (() => void)[] = [];

  const note = (what: string) =>
    enqueueActions(({ enqueue }) => {
      enqueue.assign({ trail: ({ context }: { context: Context }) => [...context.trail.slice(-7), what] });
      enqueue(outbox.send({ target: 'a wallet', data: what }));
    });
  const burn = assign({ fuel: ({ context }: { context: Context }) => context.fuel - 1 });
  const fuelled = ({ context }: { context: Context }) => context.fuel > 0;

  const actions = (id: string): readonly unknown[] => {
    const list: unknown[] = [note(`act ${id}`)];
    if (chance(20)) list.push(raise({ type: 'raised' }));
    if (chance(20)) list.push(raise({ type: 'delayed' }, { delay: g(fc.integer, { min: 3, max: 50 }) }));
    if (chance(15))
      list.push(raise({ type: 'delayed' }, { id: 'named', delay: 20 }), ...(chance(50) ? [cancel('named')] : []));
    if (chance(10)) list.push(cancel('named'));
    if (chance(10)) list.push(sendTo(({ self }) => self, { type: 'delayed' }, { delay: 30 }));
    if (chance(10)) list.push(assign({ kid: ({ spawn }: { spawn: (src: string) => AnyActorRef }) => spawn('ticker') }));
    if (chance(10)) list.push(sendTo(({ context, self }) => context.kid ?? self, { type: 'poke' }));
    if (chance(8))
      list.push(
        stopChild(({ context }) => context.kid),
        assign({ kid: undefined }),
      );
    if (chance(8)) list.push(spawnChild('counter', { id: 'sum' }), sendTo('sum', { type: 'poke' }));
    if (chance(8)) list.push(assign({ extra: pick(extras) }));
    return list;
  };
  const transition = (what: string, more: readonly unknown[]) => ({
    ...(chance(75) && { target: `#${pick(ids)}` }),
    ...(chance(15) && { reenter: true }),
    ...(chance(20) && { guard: fuelled }),
    actions: [note(what), ...more],
  });

  const state = (id: string, depth: number): Record<string, unknown> => {
    const config: Record<string, unknown> = { id, entry: note(`+${id}`), exit: note(`-${id}`) };
    const inner = depth > 0 && chance(60) ? names(g(fc.integer, { min: 1, max: 3 })) : [];
    if (inner.length > 0) {
      const states = Object.fromEntries(inner.map((name) => [name, state(name, depth - 1)]));
      if (chance(40)) config.type = 'parallel';
      else config.initial = inner[0];
      if (chance(30)) {
        const [name = ''] = names(1);
        states[name] = { id: name, type: 'history', history: pick(['shallow', 'deep']) };
      }
      config.states = states;
    } else if (depth < 2 && chance(15)) {
      return { ...config, type: 'final' };
    }
    if (chance(15)) config.invoke = { src: 'ticker', ...(chance(50) && { onSnapshot: { actions: note('snapshot') } }) };
    pending.push(() => {
      const events = [...externalEvents, 'raised', 'delayed', 'ticked'].filter(() => chance(35));
      // A raised event that raises another, or an answer to a child that makes it send another, would go on for ever.
      const quiet = (event: string) => ['raised', 'ticked', 'delayed'].includes(event);
      config.on = Object.fromEntries(
        events.map((event) => [event, transition(`${event} ${id}`, quiet(event) ? [] : actions(id))]),
      );
      if (chance(30)) config.after = { [pick([5, 20, 45])]: transition(`after ${id}`, actions(id)) };
      if (chance(20))
        config.always = { guard: fuelled, target: `#${pick(ids)}`, actions: [burn, note(`always ${id}`)] };
      if (inner.length > 0 && chance(30))
        config.onDone = { guard: fuelled, target: `#${pick(ids)}`, actions: [burn, note(`done ${id}`)] };
    });
    return config;
  };

  const tops = names(3);
  const states = Object.fromEntries(tops.map((name) => [name, state(name, 2)]));
  const root: Record<string, unknown> = chance(30) ? { type: 'parallel' } : { initial: tops[0] };
  for (const finish of pending) finish();
  const config = {
    ...root,
    id: 'any',
    states,
    context: { fuel: 3, trail: [] },
    on: {
      boom: {
        actions: [
          note('boom'),
          raise({ type: 'delayed' }, { delay: 5 }),
          sendTo(({ context, self }) => context.kid ?? self, { type: 'poke' }),
          () => {
            throw new Error('boom');
          },
        ],
      },
    },
    output: ({ context }: { context: Context }) => context.trail.length,
    options: { maxIterations: 300 },
  };
  // It was put together from parts that the types cannot follow.
  return setup({ actors: { ticker, counter } }).createMachine(config as never) as unknown as AnyStateMachine;
}
