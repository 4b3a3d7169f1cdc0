import { array, asyncProperty, assert as check, constant, constantFrom, nat, oneof, record } from 'fast-check';
import { createSystem, replay, type System, type TraceEvent } from 'heddle';
import { collectMetrics, type MetricsSnapshot } from 'heddle/metrics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, echo } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import { drive, type Step, smallSystem, worker } from './workload.ts';

const words = constantFrom('send', 'leave', 'self', 'later', 'later later', 'spawn', 'fail', 'hear', 'send self leave');
const step = oneof(
  { arbitrary: record({ do: constant('send' as const), to: nat(2), peer: nat(2), data: words }), weight: 8 },
  { arbitrary: record({ do: constant('run' as const), turns: nat(4) }), weight: 3 },
  { arbitrary: record({ do: constant('advance' as const), ms: nat(400) }), weight: 2 },
  { arbitrary: record({ do: constant('stop' as const), at: nat(2) }), weight: 1 },
);

const eventsOf = (system: System): TraceEvent[] => {
  const events: TraceEvent[] = [];
  system.trace.subscribe((event) => events.push(event));
  return events;
};

const tally = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

/** What a snapshot has to say, counted from the events and from what the processes say of themselves. */
async function expected(system: System, events: readonly TraceEvent[]) {
  const of = <Type extends TraceEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<TraceEvent, { type: Type }> => event.type === type);
  const outcomes = of('evaluated').map(({ outcome }) => outcome);
  const statuses = system.processes.map(({ status }) => status);
  const alive = statuses.filter(({ state }) => state !== 'stopped');
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    processes: {
      spawned: of('spawned').length,
      running: alive.length,
      failed: 0,
      stopped: statuses.length - alive.length,
    },
    messages: {
      assigned: of('assigned').length,
      evaluated: outcomes.length,
      waited: of('waiting').length,
      outbound: tally((await system.outbound()).map(({ reason }) => reason)),
      refused: tally(of('refused').map(({ code }) => code)),
    },
    errors: outcomes.filter(({ error }) => error !== undefined).length,
    unevaluated: sum(alive.map(({ mail }) => mail)),
    waiting: sum(alive.map(({ waiting }) => waiting)),
    timersSet: of('timer').length,
  };
}

const shown = ({ processes, messages, turns, mail, timers }: MetricsSnapshot) => ({
  processes,
  messages,
  errors: turns.errors,
  unevaluated: mail.unevaluated,
  waiting: mail.waiting,
  timersSet: timers.set,
});

test('whatever happens, the counts are those of the trace and of the processes', async () => {
  await check(
    asyncProperty(array(step, { maxLength: 30 }), async (steps) => {
      const system = smallSystem();
      const metrics = collectMetrics(system);
      const events = eventsOf(system);
      await drive(system, steps);
      const snapshot = metrics.snapshot();
      assert.equal(shown(snapshot), await expected(system, events));
      assert.is(snapshot.latency.count, snapshot.messages.evaluated);
      assert.is(snapshot.queueDepth.count, snapshot.messages.assigned);
      const { timers } = snapshot;
      assert.ok(timers.fired + timers.pending <= timers.set);
      // All has settled: what has not fired died with its process.
      assert.is(timers.pending, 0);
    }),
    { numRuns: 150 },
  );
});

test('a snapshot half way agrees with the processes', async () => {
  await check(
    asyncProperty(array(step, { maxLength: 12 }), nat(20), async (steps, turns) => {
      const system = smallSystem();
      const metrics = collectMetrics(system);
      const events = eventsOf(system);
      const driving = drive(system, steps);
      await system.run({ turns });
      // Nothing is under way in the moment in which a call comes back.
      const found = shown(metrics.snapshot());
      const counted = expected(system, [...events]);
      const { messages: _, ...counts } = await counted;
      const { messages: __, ...others } = found;
      assert.equal(others, counts);
      await driving;
    }),
    { numRuns: 60 },
  );
});

test('the same seed and steps give the same snapshot, and replaying does not change it', async () => {
  const steps: readonly Step[] = [
    { do: 'send', to: 0, peer: 1, data: 'send later self' },
    { do: 'send', to: 1, peer: 2, data: 'fail' },
    { do: 'run', turns: 2 },
    { do: 'send', to: 2, peer: 0, data: 'later spawn' },
    { do: 'advance', ms: 300 },
    { do: 'send', to: 0, peer: 0, data: 'send leave' },
  ];
  const run = async () => {
    const system = smallSystem();
    const metrics = collectMetrics(system);
    await drive(system, steps);
    const snapshot = metrics.snapshot();
    await replay(await system.record(), { modules: [worker] });
    assert.equal(metrics.snapshot(), snapshot);
    return snapshot;
  };
  const snapshot = await run();
  assert.equal(await run(), snapshot);
  assert.ok(snapshot.messages.evaluated > 10);
});

test('collecting changes nothing of a run', async () => {
  const steps: readonly Step[] = [
    { do: 'send', to: 0, peer: 1, data: 'send later spawn' },
    { do: 'send', to: 1, peer: 1, data: 'fail' },
  ];
  const digest = async (collect: boolean) => {
    const system = smallSystem();
    if (collect) collectMetrics(system).snapshot();
    await drive(system, steps);
    return system.trace.digest;
  };
  assert.is(await digest(true), await digest(false));
});

test('a snapshot is plain JSON', async () => {
  const system = smallSystem();
  const metrics = collectMetrics(system, { now: () => 0 });
  await drive(system, [{ do: 'send', to: 0, peer: 1, data: 'send leave later fail' }]);
  const snapshot = metrics.snapshot();
  assert.equal(JSON.parse(JSON.stringify(snapshot)), snapshot);
});

test('turns, errors and gas are counted by module, under the name that it is given', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system, { moduleName: (id) => (id === adder.id ? 'adder' : id) });
  const costly = scripted('c'.repeat(43), ({ slot }) => outcomeWith({ gasUsed: 2n ** 62n + BigInt(slot) }));
  const [one, other] = [await system.spawn(adder), await system.spawn(costly)];
  await one.send({ data: 'fail' });
  await other.send();
  await system.settle();
  const { modules, turns } = metrics.snapshot();
  assert.equal(modules, {
    adder: { spawned: 1, processes: 1, evaluated: 2, errors: 1, gasUsed: '0' },
    [costly.id]: { spawned: 1, processes: 1, evaluated: 2, errors: 0, gasUsed: String(2n ** 63n + 1n) },
  });
  assert.is(turns.gasUsed, String(2n ** 63n + 1n));
});

test('faults and refusals are counted by code', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const broken = scripted('b'.repeat(43), () =>
    outcomeWith({ error: 'unreachable', fault: 'guest-trap', gasUsed: 7n }),
  );
  const process = await system.spawn(broken);
  await system.settle();
  await process.stop();
  assert.is((await refusal(() => process.send())).code, 'process-stopped');
  const { turns, messages, processes } = metrics.snapshot();
  assert.equal(turns, { errors: 1, faults: { 'guest-trap': 1 }, gasUsed: '7' });
  assert.equal(messages.refused, { 'process-stopped': 1 });
  assert.equal(processes, { spawned: 1, running: 0, failed: 0, stopped: 1 });
});

test('after a reset counting begins again, and what stands stays', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const process = await system.spawn(echo);
  await system.settle();
  await process.send();
  await system.advance(0);
  await process.send();
  metrics.reset();
  const { processes, messages, mail, latency, sinceMs, atMs } = metrics.snapshot();
  assert.equal(processes, { spawned: 0, running: 1, failed: 0, stopped: 0 });
  assert.equal(messages, { assigned: 0, evaluated: 0, waited: 0, outbound: {}, refused: {} });
  assert.equal([mail.unevaluated, latency.count, sinceMs], [1, 0, atMs]);
  await system.settle();
  assert.is(metrics.snapshot().latency.count, 1);
  assert.is(metrics.snapshot().modules[echo.id]?.evaluated, 1);
});

test('a closed collection shows what it had counted', async () => {
  const system = createSystem();
  const metrics = collectMetrics(system);
  const process = await system.spawn(echo);
  await system.settle();
  {
    using _ = metrics;
  }
  await process.send();
  await system.settle();
  assert.is(metrics.snapshot().messages.evaluated, 1);
});

test('options that cannot be are refused', async () => {
  const codes = [{ modules: -1 }, { topProcesses: 1.5 }, { processes: 3 }].map(
    async (limits) => (await refusal(() => collectMetrics(createSystem(), { limits }))).code,
  );
  assert.equal(await Promise.all(codes), ['option-invalid', 'option-invalid', 'option-invalid']);
});

test('what is of another type than it has to be is refused', async () => {
  const system = createSystem();
  const wrong = (value: unknown) => value as never;
  const refused: readonly (readonly [work: () => unknown, option: string])[] = [
    [() => collectMetrics(wrong(null)), 'system'],
    [() => collectMetrics(wrong({})), 'system'],
    [() => collectMetrics(system, wrong(null)), 'options'],
    [() => collectMetrics(system, wrong({ limit: {} })), 'limit'],
    [() => collectMetrics(system, { limits: wrong(null) }), 'limits'],
    [() => collectMetrics(system, { limits: { modules: wrong(5n) } }), 'modules'],
    [() => collectMetrics(system, { moduleName: wrong('counter') }), 'moduleName'],
    [() => collectMetrics(system, { now: wrong(0) }), 'now'],
  ];
  for (const [work, option] of refused) {
    const error = await refusal(work);
    assert.equal([error.code, error.facts.option], ['option-invalid', option]);
  }
});

test.run();
