import {
  behavior,
  type ChildOptions,
  createSystem,
  fifo,
  type Module,
  type ProcessHandle,
  random,
  replay,
  roundRobin,
  type System,
  type TraceEvent,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, heardBy, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A listener that reports an error for each message that says so. */
const grumbler = behavior<string[]>(
  {
    init: () => [],
    receive(heard, message) {
      heard.push(message.data);
      if (message.data.startsWith('bad')) throw new Error(message.data);
    },
  },
  { name: 'grumbler' },
);

/** An adder whose executor crashes at every message `crash`, so many times in all. */
function crasher(times: number): Module {
  let left = times;
  return wrapped(adder, {
    before({ message }) {
      if (message.data === 'crash' && left-- > 0) throw new Error('it crashed');
    },
  });
}

/** The code with which a call is refused. */
const codeOf = async (call: () => unknown) => (await refusal(call)).code;

/** How processes and supervisors move, in words; processes by their `Name`. */
function moves(system: System): string[] {
  const told: string[] = [];
  const names = new Map<string, string>();
  const tell = (event: TraceEvent) => {
    if (event.type === 'spawned') {
      const name = event.item.tags.find((tag) => tag.name === 'Name')?.value;
      if (name) names.set(event.process, name);
    }
    const usual = ['loading ready', 'hibernated ready', 'restarting ready'];
    if (event.type === 'lifecycle' && !usual.includes(`${event.from} ${event.to}`)) {
      told.push(`${names.get(event.process)} ${event.to}`);
    }
    if (event.type === 'supervisor') told.push(`${event.supervisor} ${event.to}`);
  };
  system.trace.subscribe(tell);
  return told;
}

const child = (name: string, module: Module = grumbler) => ({ module, spawn: { name } });

/** Three processes under one supervisor, of which the second fails once. */
async function threeWith(strategy: 'one-for-one' | 'one-for-all' | 'rest-for-one'): Promise<string[]> {
  const system = createSystem();
  const told = moves(system);
  const children = ['a', 'b', 'c'].map((name) => child(name));
  const supervisor = await system.supervise({ name: 'top', strategy, failsOn: 'error', children });
  await system.settle();
  told.length = 0;
  await supervisor.processes[1]?.send({ data: 'bad' });
  await system.settle();
  return told;
}

test('one for one restarts only what has failed', async () => {
  assert.equal(await threeWith('one-for-one'), ['b restarting', 'top restarting', 'top watching']);
});

test('one for all restarts all', async () => {
  assert.equal(await threeWith('one-for-all'), [
    'b restarting',
    'top restarting',
    'a restarting',
    'c restarting',
    'top watching',
  ]);
});

test('rest for one restarts what was started after it as well', async () => {
  assert.equal(await threeWith('rest-for-one'), ['b restarting', 'top restarting', 'c restarting', 'top watching']);
});

test('a restart keeps id, mail, state and outcomes', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    strategy: 'one-for-all',
    failsOn: 'error',
    children: [child('a'), child('b')],
  });
  const [a, b] = supervisor.processes as [ProcessHandle, ProcessHandle];
  const receipts = [];
  for (const data of ['one', 'bad', 'two']) receipts.push(await a.send({ data }));
  await b.send({ data: 'three' });
  await system.settle();
  assert.equal(await grumblerHeard(a), ['one', 'two']);
  assert.equal(await grumblerHeard(b), ['three']);
  assert.equal(await Promise.all(receipts.map(async (receipt) => (await receipt.outcome()).error ?? null)), [
    null,
    'bad',
    null,
  ]);
});

/** What a grumbler has taken in without an error. */
async function grumblerHeard(process: ProcessHandle): Promise<unknown> {
  const schedule = await process.schedule();
  const heard: string[] = [];
  for (const { slot, message } of schedule.slice(1)) {
    if (!(await process.outcome(slot)).error) heard.push(message.data);
  }
  return heard;
}

test('what fails too often is given up with all under its supervisor, the last started first', async () => {
  const system = createSystem();
  const told = moves(system);
  const supervisor = await system.supervise({
    name: 'top',
    failsOn: 'error',
    restarts: 1,
    children: [child('a'), child('b'), child('c')],
  });
  const [a, b, c] = supervisor.processes as [ProcessHandle, ProcessHandle, ProcessHandle];
  await system.settle();
  told.length = 0;
  await b.send({ data: 'bad' });
  await b.send({ data: 'bad again' });
  await b.send({ data: 'never evaluated' });
  await system.settle();
  assert.equal(told, [
    'b restarting',
    'top restarting',
    'top watching',
    'b restarting',
    'top failed',
    'c failed',
    'b failed',
    'a failed',
  ]);
  assert.is(b.status.reason, '1 restarts are spent: bad again');
  assert.is(a.status.reason, 'given up with top: 1 restarts are spent: bad again');
  assert.is(supervisor.status.reason, '1 restarts are spent: bad again');
  assert.is(b.status.mail, 1);
  assert.is(await codeOf(() => c.send()), 'process-failed');
});

test('after that it can be started again, and goes on with its mail', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({ failsOn: 'error', restarts: 0, children: [child('a'), child('b')] });
  const [a, b] = supervisor.processes as [ProcessHandle, ProcessHandle];
  await a.send({ data: 'bad' });
  await a.send({ data: 'good' });
  await system.settle();
  assert.is(supervisor.status.state, 'failed');
  await supervisor.restart();
  await b.send({ data: 'good too' });
  await system.settle();
  assert.is(supervisor.status.state, 'watching');
  assert.equal([a.status.state, b.status.state], ['ready', 'ready']);
  assert.equal(await grumblerHeard(a), ['good']);
  assert.equal(await grumblerHeard(b), ['good too']);
});

test('a supervisor that gives up is a failure of the one above it', async () => {
  const system = createSystem();
  const told = moves(system);
  const top = await system.supervise({
    name: 'top',
    strategy: 'rest-for-one',
    restarts: 1,
    children: [
      child('before'),
      { supervisor: { name: 'middle', failsOn: 'error', restarts: 1, children: [child('a'), child('b')] } },
      child('after'),
    ],
  });
  const a = top.processes[1] as ProcessHandle;
  await system.settle();
  told.length = 0;
  for (const data of ['bad 1', 'bad 2']) await a.send({ data });
  await system.settle();
  assert.equal(told, [
    'a restarting',
    'middle restarting',
    'middle watching',
    // Its one restart is spent, so that the next failure is that of the middle one, which takes what comes after with it.
    'a restarting',
    'middle failed',
    'top restarting',
    'middle watching',
    'b restarting',
    'after restarting',
    'top watching',
  ]);
  told.length = 0;
  for (const data of ['bad 3', 'bad 4']) await a.send({ data });
  await system.settle();
  assert.equal(told.slice(-7), [
    'a restarting',
    'top failed',
    'middle failed',
    'after failed',
    'b failed',
    'a failed',
    'before failed',
  ]);
  assert.equal(
    top.processes.map(({ status }) => status.state),
    ['failed', 'failed', 'failed', 'failed'],
  );
  assert.is(top.status.state, 'failed');
  assert.match(a.status.reason ?? '', /^1 restarts are spent: 1 restarts are spent: bad 4$/);
});

test('five siblings fail once each and none is given up', async () => {
  const system = createSystem();
  const children = ['a', 'b', 'c', 'd', 'e'].map((name) => child(name));
  const supervisor = await system.supervise({ failsOn: 'error', restarts: 1, children });
  for (const process of supervisor.processes) await process.send({ data: 'bad' });
  await system.settle();
  assert.equal(
    supervisor.status.children.map(({ restartsLeft }) => restartsLeft),
    [0, 0, 0, 0, 0],
  );
  assert.ok(supervisor.processes.every(({ status }) => status.state !== 'failed'));
});

test('failures are forgotten when their window has passed', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    failsOn: 'error',
    restarts: 1,
    restartWindowMs: 1_000,
    children: [child('a')],
  });
  const [a] = supervisor.processes as [ProcessHandle];
  for (let failed = 0; failed < 5; failed++) {
    await a.send({ data: 'bad' });
    await system.settle();
    await system.advance(1_000);
  }
  assert.is(a.status.state, 'restarting');
  await a.send({ data: 'bad' });
  await a.send({ data: 'bad' });
  await system.settle();
  assert.is(a.status.state, 'failed');
});

test('a temporary child is given up at its first failure, and nobody else', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    failsOn: 'error',
    children: [child('a'), { ...child('b'), restart: 'temporary' }],
  });
  const [a, b] = supervisor.processes as [ProcessHandle, ProcessHandle];
  await b.send({ data: 'bad' });
  await system.settle();
  assert.is(b.status.state, 'failed');
  assert.is(b.status.reason, 'bad');
  assert.is(a.status.state, 'ready');
  assert.is(supervisor.status.state, 'watching');
});

test('a temporary child that is taken down with others does not come back', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    name: 'top',
    strategy: 'one-for-all',
    failsOn: 'error',
    children: [child('a'), { ...child('b'), restart: 'temporary' }],
  });
  const [a, b] = supervisor.processes as [ProcessHandle, ProcessHandle];
  await a.send({ data: 'bad' });
  await system.settle();
  assert.is(b.status.state, 'failed');
  assert.is(b.status.reason, 'given up with top: bad');
  assert.is(await codeOf(() => b.send()), 'process-failed');
  assert.is(a.status.state, 'restarting');
});

test('what counts as a failure is for each child to say', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    restarts: 0,
    children: [child('errors do not count'), { ...child('errors count'), failsOn: 'error', restart: 'temporary' }],
  });
  for (const process of supervisor.processes) await process.send({ data: 'bad' });
  await system.settle();
  assert.equal(
    supervisor.processes.map(({ status }) => status.state),
    ['ready', 'failed'],
  );
});

test('a crash is a failure in any case', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    name: 'top',
    restarts: 2,
    children: [child('a', crasher(2)), child('b')],
  });
  const [a] = supervisor.processes as [ProcessHandle];
  await a.send({ data: '5' });
  await a.send({ data: 'crash' });
  await system.settle();
  assert.equal(
    supervisor.status.children.map(({ restartsLeft }) => restartsLeft),
    [0, 2],
  );
  assert.is(a.status.state, 'ready');
});

test('what backs off has no turns until then, each time for longer, and its mail waits', async () => {
  const system = createSystem();
  const [startMs] = [system.now.timestampMs];
  const waits: number[] = [];
  system.trace.subscribe((event) => {
    if (event.type === 'lifecycle' && event.untilMs !== undefined) waits.push(event.untilMs - startMs);
  });
  const supervisor = await system.supervise({
    failsOn: 'error',
    restarts: 10,
    backOff: { firstMs: 100, mostMs: 350 },
    children: [child('a'), child('b')],
  });
  const [a, b] = supervisor.processes as [ProcessHandle, ProcessHandle];
  for (const data of ['bad', 'bad', 'bad', 'bad', 'good']) await a.send({ data });
  await b.send({ data: 'not concerned' });
  const { turns } = await system.run({ untilMs: startMs + 50 });
  // Both items, the first of a, and what b has.
  assert.is(turns, 4);
  assert.equal([a.status.state, a.status.mail], ['backingOff', 4]);
  await system.settle();
  assert.equal(waits, [100, 300, 650, 1_000]);
  assert.equal(await grumblerHeard(a), ['good']);
});

for (const [name, scheduler] of Object.entries({ fifo: fifo(), roundRobin: roundRobin(), random: random() })) {
  test(`who comes back before its turns were skipped has one for each message, under ${name}`, async () => {
    const system = createSystem({ scheduler });
    const supervisor = await system.supervise({ failsOn: 'error', restarts: 0, children: [child('a'), child('b')] });
    const other = await system.spawn(listener);
    await system.settle();
    const heard = Array.from({ length: 9 }, (_, number) => String(number));
    const [a] = supervisor.processes as [ProcessHandle];
    const done = () => a.status.state === 'failed';
    for (const data of ['bad', ...heard]) for (const process of [a, other]) await process.send({ data });
    await system.run({ done });
    await supervisor.restart();
    await system.settle();
    assert.equal([await grumblerHeard(a), await heardBy(other)], [heard, ['bad', ...heard]]);
  });
}

test('who looks at a process that backs off waits with it', async () => {
  const system = createSystem();
  const supervisor = await system.supervise({
    failsOn: 'error',
    backOff: { firstMs: 100 },
    children: [child('a')],
  });
  const [a] = supervisor.processes as [ProcessHandle];
  const { timestampMs: startMs } = system.now;
  await (await a.send({ data: 'bad' })).outcome();
  assert.is(a.status.state, 'backingOff');
  await a.state();
  assert.is(system.now.timestampMs, startMs + 100);
  assert.is(supervisor.status.children[0]?.restartsLeft, 4);
});

test('a wait is shorter by chance, the same chance in each run of a seed', async () => {
  const waitsOf = async (seed: string) => {
    const system = createSystem({ seed });
    const waits: number[] = [];
    system.trace.subscribe((event) => {
      if (event.type === 'lifecycle' && event.untilMs !== undefined) waits.push(event.untilMs - system.now.timestampMs);
    });
    const { processes } = await system.supervise({
      failsOn: 'error',
      backOff: { firstMs: 10_000, factor: 1, jitter: 0.5 },
      restarts: 5,
      children: [child('a'), child('b')],
    });
    for (const process of processes) for (let sent = 0; sent < 3; sent++) await process.send({ data: 'bad' });
    await system.settle();
    return { waits, digest: system.trace.digest };
  };
  const first = await waitsOf('one');
  assert.equal(await waitsOf('one'), first);
  assert.not.equal((await waitsOf('two')).waits, first.waits);
  assert.is(new Set(first.waits).size, 6);
  assert.ok(first.waits.every((ms) => ms >= 5_000 && ms <= 10_000));
});

test('stopping a supervisor stops what is under it, the last started first', async () => {
  const system = createSystem();
  const told = moves(system);
  const top = await system.supervise({
    name: 'top',
    children: [child('a'), { supervisor: { name: 'below', children: [child('b'), child('c')] } }],
  });
  await system.settle();
  told.length = 0;
  await top.stop('enough');
  assert.equal(told, ['c stopped', 'b stopped', 'a stopped', 'below stopped', 'top stopped']);
  assert.is(top.processes[0]?.status.reason, 'enough');
  assert.is(await codeOf(() => top.stop()), 'lifecycle-invalid');
  assert.is(await codeOf(() => top.restart()), 'lifecycle-invalid');
  assert.is(await codeOf(() => top.startChild(child('d'))), 'lifecycle-invalid');
});

test('children can be added, new ones and processes that are there', async () => {
  const system = createSystem();
  const there = await system.spawn(listener);
  const top = await system.supervise({ name: 'top', restarts: 3, children: [] });
  await top.startChild({ process: there });
  await top.startChild(child('new'));
  assert.is(top.processes.length, 2);
  assert.is(top.processes[0]?.id, there.id);
  assert.is(await codeOf(() => top.startChild({ process: there })), 'option-invalid');
  await there.send({ data: 'still itself' });
  await system.settle();
  assert.equal(await heardBy(there), ['still itself']);
});

test('a tree that cannot be started is not started at all', async () => {
  const system = createSystem({ limits: { processes: 4 } });
  const there = await system.spawn(listener);
  const kept = await system.spawn(listener);
  await system.supervise({ children: [{ process: kept }] });
  const stranger = await createSystem({ seed: 'another' }).spawn(listener);
  const same = { ...listener, tags: [] };
  const first = [{ process: there }, child('a')];
  const refused: Readonly<Record<string, readonly (readonly ChildOptions[])[]>> = {
    'option-invalid': [
      [{ process: there }, { process: there }],
      [...first, { process: kept }],
      [...first, { module: grumbler, spawn: 5 as never }],
      [...first, { module: grumbler, spawn: { nom: 'b' } as never }],
    ],
    'process-unknown': [
      [...first, { process: stranger }],
      [{ supervisor: { children: first } }, { process: stranger }],
    ],
    'tags-invalid': [[...first, { module: grumbler, spawn: { tags: { Colour: 5 as never } } }]],
    'sender-forged': [[...first, { module: grumbler, spawn: { owner: system.addresses.messenger } }]],
    'module-duplicate': [[...first, child('b', same)]],
    'processes-over-limit': [[...first, child('b'), child('c')]],
  };
  for (const [code, trees] of Object.entries(refused)) {
    for (const children of trees) assert.is(await codeOf(() => system.supervise({ children })), code);
  }
  const top = await system.supervise({ children: [] });
  assert.is(
    await codeOf(() => top.startChild({ supervisor: { children: [...first, { process: stranger }] } })),
    'process-unknown',
  );
  assert.is(system.processes.length, 2);
  await system.supervise({ children: [...first, child('b')] });
  assert.is(system.processes.length, 4);
});

test('options that make no sense are refused before anything is spawned, with where they are', async () => {
  const system = createSystem();
  const within = { supervisor: { children: [child('a'), { supervisor: { children: [{}] } }] } };
  const nobody: unknown = Object.create(null);
  const wrong: readonly (readonly [options: unknown, option: string])[] = [
    [null, 'options'],
    [5, 'options'],
    [{ children: 'none' }, 'children'],
    [{ children: [{}] }, 'children[0]'],
    [{ children: [child('a'), null] }, 'children[1]'],
    [{ children: [{ supervisor: null }] }, 'children[0].supervisor'],
    [{ children: [{ module: listener, process: 1 }] }, 'children[0]'],
    [{ children: [{ process: 'its id' }] }, 'children[0].process'],
    [{ children: [{ process: undefined }] }, 'children[0].process'],
    [{ children: [{ ...child('a'), restrat: 'permanent' }] }, 'children[0].restrat'],
    [{ children: [], strategie: 'one-for-all' }, 'strategie'],
    [{ strategy: 'all', children: [] }, 'strategy'],
    [{ strategy: nobody, children: [] }, 'strategy'],
    [{ name: '', children: [] }, 'name'],
    [{ children: [{ ...child('a'), restart: 'sometimes' }] }, 'children[0].restart'],
    [{ children: [child('a')], restarts: -1 }, 'restarts'],
    [{ children: [], restarts: 5n }, 'restarts'],
    [{ children: [child('a')], restartWindowMs: 0 }, 'restartWindowMs'],
    [{ children: [child('a')], failsOn: 'anything' }, 'failsOn'],
    [{ children: [child('a')], backOff: 5 }, 'backOff.firstMs'],
    [{ children: [child('a')], backOff: { firstMs: 0 } }, 'backOff.firstMs'],
    [{ children: [child('a')], backOff: { firstMs: 10, mostMs: 5 } }, 'backOff.mostMs'],
    [{ children: [child('a')], backOff: { firstMs: 10, mostMS: 50 } }, 'backOff.mostMS'],
    [{ children: [{ ...child('a'), backOff: { firstMs: 10, jitter: 2 } }] }, 'children[0].backOff.jitter'],
    [{ children: [child('a')], backOff: { firstMs: 10, jitter: Symbol('half') } }, 'backOff.jitter'],
    [{ children: [child('a')], backOff: { firstMs: 10, factor: 0.5 } }, 'backOff.factor'],
    [{ children: [child('a')], backOff: { firstMs: 10, factor: 5n } }, 'backOff.factor'],
    [{ children: [within] }, 'children[0].supervisor.children[1].supervisor.children[0]'],
  ];
  for (const [options, option] of wrong) {
    // Whoever writes JavaScript can hand in anything.
    const error = await refusal(() => system.supervise(options as never));
    assert.equal([error.code, error.facts.option], ['option-invalid', option]);
  }
  assert.is(system.processes.length, 0);
});

test('a tree that holds itself is refused, one that has a part twice is not', async () => {
  const system = createSystem();
  const children: ChildOptions[] = [child('a')];
  const part = { children };
  await system.supervise({ children: [{ supervisor: part }, { supervisor: part }] });
  children.push({ supervisor: { children: [{ supervisor: part }] } });
  const error = await refusal(() => system.supervise(part));
  assert.equal([error.code, error.facts.option], ['option-invalid', 'children[1].supervisor.children[0].supervisor']);
});

test('a supervised run can be done again', async () => {
  const system = createSystem();
  const { processes } = await system.supervise({
    failsOn: 'error',
    restarts: 1,
    backOff: { firstMs: 100 },
    children: [child('a'), child('b')],
  });
  for (const data of ['one', 'bad', 'two', 'bad', 'three'])
    for (const process of processes) await process.send({ data });
  await system.settle();
  const { digest } = await replay(await system.record(), { modules: [grumbler] });
  assert.is(digest, system.trace.digest);
});

test.run();
