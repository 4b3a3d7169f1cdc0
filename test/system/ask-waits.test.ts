// An ask without a reply says for whom the asked process waits, by the references of what was sent because of it.

import fc from 'fast-check';
import { behavior, createSystem, type HeddleError, type ProcessHandle, type System, tagValue } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, echo, listener } from '../fixtures/system/behaviors.ts';
import { wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import { copyingStore } from '../fixtures/system/stores.ts';

interface Asking {
  targets: readonly string[];
  /** Whom it asked: the references that are open. */
  readonly open: Set<string>;
  /** To whom it owes an answer, and with which reference. */
  readonly owed: { target: string; reference: string }[];
  asked: boolean;
  mute: boolean;
}

/**
 * Is told whom to ask with `Targets`, asks all of them when it is asked for the first time, and answers when they have. One
 * that is mute neither asks nor answers.
 */
const asker = behavior<Asking>(
  {
    init: () => ({ targets: [], open: new Set(), owed: [], asked: false, mute: false }),
    receive(state, message, turn) {
      const action = tagValue(message.tags, 'Action');
      const answered = tagValue(message.tags, 'X-Reference');
      if (action === 'Targets') state.targets = message.data.split(' ').filter(Boolean);
      else if (action === 'Mute') state.mute = true;
      else if (action === 'Fail') throw new Error('asked to fail');
      else if (answered !== undefined) state.open.delete(answered);
      else if (!state.mute) {
        state.owed.push({ target: message.from, reference: tagValue(message.tags, 'Reference') ?? '' });
        if (!state.asked) {
          for (const target of state.targets) state.open.add(turn.send({ target, tags: { Action: 'Ask' } }).reference);
        }
        state.asked = true;
      }
      if (state.open.size > 0) return;
      for (const { target, reference } of state.owed) turn.send({ target, tags: { 'X-Reference': reference } });
      state.owed.length = 0;
    },
  },
  { name: 'asker' },
);

/** Processes with these names of which each asks the ones at these places. */
async function askers(system: System, targets: Readonly<Record<string, readonly number[]>>): Promise<ProcessHandle[]> {
  const processes: ProcessHandle[] = [];
  for (const name of Object.keys(targets)) processes.push(await system.spawn(asker, { name }));
  for (const [at, own] of Object.values(targets).entries())
    await tell(
      processes[at],
      own.map((to) => processes[to]),
    );
  await system.settle();
  return processes;
}

const tell = async (process: ProcessHandle | undefined, targets: readonly (ProcessHandle | undefined)[]) =>
  process?.send({ tags: { Action: 'Targets' }, data: targets.map((target) => target?.id).join(' ') });

/** The error of an ask of the first of them that has no reply. */
const timeout = (process: ProcessHandle | undefined, timeoutMs = 1_000): Promise<HeddleError> =>
  refusal(() => process?.ask({ tags: { Action: 'Ask' } }, { timeoutMs }));

/** What an error says of who waits. */
const why = ({ what }: HeddleError): string => what.slice(what.indexOf(' ms; ') + ' ms; '.length);

test('three that wait for each other are a cycle, by their names', async () => {
  const system = createSystem();
  const [a, b, c] = await askers(system, { shop: [1], bank: [2], 'post office': [0] });
  const error = await timeout(a);
  assert.is(error.code, 'ask-timeout');
  assert.is(
    error.what,
    `no reply from ${a?.id} within 1000 ms; ` +
      'by their references, shop waits for bank, which waits for post office, which waits for shop: a cycle',
  );
  const { waitsFor, chain, cycle, whole } = error.facts;
  assert.equal(waitsFor, [
    [a?.id, b?.id],
    [b?.id, c?.id],
    [c?.id, a?.id],
  ]);
  assert.equal([chain, cycle, whole], [[a?.id, b?.id, c?.id, a?.id], true, true]);
});

test('a cycle that the asked process only waits for is named too', async () => {
  const system = createSystem();
  const [a] = await askers(system, { a: [1], b: [2], c: [1] });
  assert.is(why(await timeout(a)), 'by their references, a waits for b, which waits for c, which waits for b: a cycle');
});

test('processes without a name that reads as one have short ids, and so have those that share one', async () => {
  const system = createSystem();
  const [a, b, c] = await askers(system, { '\n': [1], same: [2], 'same ': [] });
  const d = await system.spawn(listener, { name: 'same' });
  await tell(c, [d]);
  const short = (process: ProcessHandle | undefined) => `${process?.id.slice(0, 8)}…`;
  assert.is(
    why(await timeout(a)),
    `by their references, ${short(a)} waits for same (${short(b)}), which waits for ${short(c)}, ` +
      `which waits for same (${short(d)}), which evaluated slot 1 and never answered`,
  );
});

test('a chain ends at who never answered', async () => {
  const system = createSystem();
  const [a, b] = await askers(system, { a: [1], b: [] });
  await b?.send({ tags: { Action: 'Mute' } });
  const error = await timeout(a);
  assert.is(why(error), 'by their references, a waits for b, which evaluated slot 3 and never answered');
  assert.equal([error.facts.chain, error.facts.cycle], [[a?.id, b?.id], false]);
});

test('an asked process that waits for nobody is the end itself', async () => {
  const system = createSystem();
  assert.is(why(await timeout(await system.spawn(listener))), 'it evaluated slot 1 and never answered');
  const failing = await refusal(async () => (await system.spawn(adder)).ask({ data: 'fail' }));
  assert.is(why(failing), 'it ended slot 1 with the error asked to fail');
  assert.equal([failing.facts.waitsFor, failing.facts.error], [[], 'asked to fail']);
});

test('at a process that may still answer by itself it says so', async () => {
  const later = behavior<null>(
    {
      init: () => null,
      receive(_, message, turn) {
        turn.reply(message, { delayMs: 2_500 });
      },
    },
    { name: 'later' },
  );
  const process = await createSystem().spawn(later);
  assert.is(why(await timeout(process)), 'it evaluated slot 1 and has not answered yet: it has 1 timer set');
  assert.is(why(await timeout(process)), 'it evaluated slot 2 and has not answered yet: it has 2 timers set');
  assert.is((await process.ask({}, { timeoutMs: 2_500 })).target, process.owner);
});

test('at a process that has failed it says why', async () => {
  const system = createSystem({ limits: { restarts: 0 } });
  const crashing = wrapped(listener, {
    before: ({ slot }) => {
      if (slot === 1) throw new Error('out of paper');
    },
  });
  const [a] = await askers(system, { a: [] });
  await tell(a, [await system.spawn(crashing, { name: 'printer' })]);
  assert.match(why(await timeout(a)), /a waits for printer, which failed: .*out of paper/);
  // It was refused its next message.
  const [b] = await askers(system, { b: [] });
  await tell(b, [system.processes[1]]);
  assert.match(why(await timeout(b)), /b waits for printer, which failed: .*out of paper/);
});

test('at a process that was stopped it says why', async () => {
  const system = createSystem();
  const [a, b] = await askers(system, { a: [1], b: [] });
  await b?.stop('closed for the day');
  assert.is(why(await timeout(a)), 'by their references, a waits for b, which was stopped: closed for the day');
});

test('at a process whose turn had an error it says which', async () => {
  const system = createSystem();
  const failing = behavior<null>(
    {
      init: () => null,
      receive() {
        throw new Error('cannot do that');
      },
    },
    { name: 'failing' },
  );
  const [a] = await askers(system, { a: [] });
  await tell(a, [await system.spawn(failing, { name: 'b' })]);
  assert.is(
    why(await timeout(a)),
    'by their references, a waits for b, which ended slot 1 with the error cannot do that',
  );
});

test('at a process that would not take the message it says so', async () => {
  const system = createSystem({ mailbox: { messages: 1, overflow: 'reject' } });
  const b = await system.spawn(listener, { name: 'b' });
  const twice = behavior<null>(
    {
      init: () => null,
      receive(_, { data }, turn) {
        // The first has a reference of its own, and is not the last to the same process.
        for (const text of ['1', '2']) turn.send({ target: data, data: text });
      },
    },
    { name: 'twice' },
  );
  await system.settle();
  const a = await system.spawn(twice, { name: 'a' });
  await system.settle();
  const error = await refusal(() => a.ask({ data: b.id }, { timeoutMs: 10 }));
  assert.is(why(error), 'by their references, a waits for b, which did not take the message: mailbox-full');
});

test('at a process to which the message goes later it says that it has not evaluated it', async () => {
  const system = createSystem();
  const b = await system.spawn(listener, { name: 'b' });
  const later = behavior<null>(
    {
      init: () => null,
      receive(_, { data }, turn) {
        turn.send({ target: data, delayMs: 60_000 });
      },
    },
    { name: 'later' },
  );
  const a = await system.spawn(later, { name: 'a' });
  const error = await refusal(() => a.ask({ data: b.id }, { timeoutMs: 1_000 }));
  assert.is(why(error), 'by their references, a waits for b, which has not evaluated the message');
});

test('of several ends the one that explains most is told', async () => {
  const system = createSystem();
  const [a, , c] = await askers(system, { a: [1, 2], b: [], c: [] });
  const quiet = await system.spawn(listener, { name: 'quiet' });
  await tell(a, [quiet, c]);
  await c?.stop('gone');
  const error = await timeout(a);
  assert.is(why(error), 'by their references, a waits for c, which was stopped: gone');
  assert.equal(error.facts.waitsFor, [
    [a?.id, quiet.id],
    [a?.id, c?.id],
  ]);
});

test('who was answered waits no more, whichever message led to the answer', async () => {
  const system = createSystem();
  /** Answers when it is told to. */
  const stashing = behavior<null>(
    {
      init: () => null,
      receive(_, message, turn) {
        if (message.data === 'go') turn.unstash();
        else if (turn.slot < 2) turn.stash();
        else turn.reply(message, {});
      },
    },
    { name: 'stashing' },
  );
  const [a, b] = await askers(system, { a: [], b: [] });
  const c = await system.spawn(stashing, { name: 'c' });
  await tell(a, [c, b]);
  await b?.send({ tags: { Action: 'Mute' } });
  await system.settle();
  const asked = timeout(a);
  await c.send({ data: 'go' });
  const error = await asked;
  assert.equal(error.facts.waitsFor, [[a?.id, b?.id]]);
});

test('an answer to what was asked before is no question', async () => {
  const system = createSystem();
  /** Answers its first message when it gets the second. */
  const slow = behavior<{ target: string; reference: string }>(
    {
      init: () => ({ target: '', reference: '' }),
      receive(state, message, turn) {
        if (state.target) turn.send({ target: state.target, tags: { 'X-Reference': state.reference } });
        else Object.assign(state, { target: message.from, reference: tagValue(message.tags, 'Reference') });
      },
    },
    { name: 'slow' },
  );
  const a = await system.spawn(slow, { name: 'a' });
  const [b] = await askers(system, { b: [] });
  await tell(b, [a]);
  await b?.send({ tags: { Action: 'Ask' } });
  await system.settle();
  assert.is(why(await timeout(a)), 'it evaluated slot 2 and never answered');
});

test('what a process sends to itself is no question', async () => {
  const system = createSystem();
  const ticking = behavior<number>(
    {
      init: () => 0,
      receive(ticks, _, turn) {
        if (ticks < 3) turn.send({ target: turn.self });
        return ticks + 1;
      },
    },
    { name: 'ticking' },
  );
  assert.is(why(await timeout(await system.spawn(ticking))), 'it evaluated slot 1 and never answered');
});

/** Passes on what it gets to the process that it was told first, as aos does: a reply goes to who asked. */
const passing = behavior<{ to: string }>(
  {
    init: () => ({ to: '' }),
    receive(state, message, turn) {
      if (!state.to) {
        state.to = message.data;
        return;
      }
      const reference = tagValue(message.tags, 'X-Reference') ?? tagValue(message.tags, 'Reference') ?? '';
      const asked = tagValue(message.tags, 'Reply-To') ?? message.from;
      turn.send({ target: state.to, tags: { 'X-Reference': reference, 'Reply-To': asked } });
    },
  },
  { name: 'passing' },
);

test('who passes a question on waits as long as it has no reply', async () => {
  const system = createSystem();
  const end = await system.spawn(listener, { name: 'end' });
  const [last, first] = [await system.spawn(passing, { name: 'last' }), await system.spawn(passing, { name: 'first' })];
  await last.send({ data: end.id });
  await first.send({ data: last.id });
  assert.is(
    why(await timeout(first)),
    'by their references, first waits for last, which waits for end, which evaluated slot 1 and never answered',
  );
  const answering = await system.spawn(echo, { name: 'answering' });
  const direct = await system.spawn(passing, { name: 'direct' });
  await direct.send({ data: answering.id });
  assert.is((await direct.ask({ tags: { Action: 'Ask' } })).from, answering.id);
  // Somebody who asks one that passes on to one that answers, and somebody who does not.
  const [a] = await askers(system, { a: [] });
  await tell(a, [direct, end]);
  assert.equal((await timeout(a)).facts.waitsFor, [[a?.id, end.id]]);
});

test('no more pairs are named than the limit says, the nearest first', async () => {
  const system = createSystem({ limits: { waitEdges: 3 } });
  const [a, b] = await askers(system, { a: [1], b: [2, 3, 4], c: [0], d: [], e: [] });
  const { waitsFor } = (await timeout(a)).facts;
  assert.equal((waitsFor as unknown[])[0], [a?.id, b?.id]);
  assert.is((waitsFor as unknown[]).length, 3);
});

test('a long chain is told with its middle left out', async () => {
  const system = createSystem();
  const targets = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`n${at}`, at < 29 ? [at + 1] : []]));
  const processes = await askers(system, targets);
  await processes[29]?.send({ tags: { Action: 'Mute' } });
  const error = await timeout(processes[0]);
  assert.match(
    why(error),
    /^by their references, n0 waits for n1, which waits for n2, .*n8, which waits, over 19 others, for n28, which waits for n29, which evaluated slot 3/,
  );
  assert.is((error.facts.chain as unknown[]).length, 30);
});

test('where not all was read it says so', async () => {
  const system = createSystem({ limits: { waitRecords: 3 } });
  const [a] = await askers(system, { a: [1], b: [2], c: [0] });
  const error = await timeout(a);
  assert.match(why(error), /; of what came after it, about 3 records were read$/);
  assert.is(error.facts.whole, false);
});

test('a question that is asked again reads no more than the first time', async () => {
  const { process, readsOf } = await counting();
  const reads: number[] = [];
  for (let again = 0; again < 30; again++) reads.push(await readsOf(() => long(process)));
  assert.ok(
    reads.every((count) => count > 0 && count === reads[0]),
    reads.join(' '),
  );
});

for (const waitRecords of [10_000, 60]) {
  test(`many questions that end together read what came after them once, ${waitRecords} records at a time`, async () => {
    const { process, readsOf } = await counting({ waitRecords });
    const reads = await readsOf(() => Promise.all(Array.from({ length: 200 }, () => long(process))));
    assert.ok(reads > 200 && reads < 200 * 16, `${reads} reads`);
  });
}

/** A question without reply whose record is so long that the log is read from the store. */
const long = (process: ProcessHandle): Promise<HeddleError> => refusal(() => process.ask({ data: 'x'.repeat(70_000) }));

/** A process that never answers, and how often the store's log is read. */
async function counting(limits = {}) {
  const store = copyingStore();
  let reads = 0;
  const { read } = store;
  store.read = (at) => {
    reads++;
    return read(at);
  };
  const system = createSystem({ store, limits });
  const process = await system.spawn(listener);
  await system.settle();
  const readsOf = async (work: () => Promise<unknown>): Promise<number> => {
    reads = 0;
    await work();
    return reads;
  };
  return { process, readsOf };
}

const network = fc.integer({ min: 2, max: 7 }).chain((size) =>
  fc.record({
    targets: fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    mute: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }),
  }),
);

/** Who can answer: whoever is not mute, and asks none but such. */
function answering(targets: readonly (readonly number[])[], mute: readonly number[]): ReadonlySet<number> {
  const able = new Set<number>();
  for (let before = -1; before < able.size; ) {
    before = able.size;
    for (const [at, own] of targets.entries()) {
      if (!mute.includes(at) && own.every((to) => able.has(to))) able.add(at);
    }
  }
  return able;
}

test('in any network, who waits for whom follows from who can answer', async () => {
  await fc.assert(
    fc.asyncProperty(network, async ({ targets: drawn, mute }) => {
      const targets = drawn.map((own, at) => own.filter((to) => to !== at));
      await using system = createSystem();
      const processes = await askers(system, Object.fromEntries(targets.map((own, at) => [`p${at}`, own])));
      for (const at of mute) await processes[at]?.send({ tags: { Action: 'Mute' } });
      await system.settle();
      const able = answering(targets, mute);
      if (able.has(0)) {
        assert.is((await processes[0]?.ask({ tags: { Action: 'Ask' } }))?.from, processes[0]?.id);
        return;
      }
      const error = await timeout(processes[0]);
      const waits = new Map<number, readonly number[]>([[0, []]]);
      for (const at of waits.keys()) {
        const open = mute.includes(at) ? [] : (targets[at] ?? []).filter((to) => !able.has(to));
        waits.set(at, open);
        for (const to of open) if (!waits.has(to)) waits.set(to, []);
      }
      const expected = [...waits].flatMap(([from, to]) => to.map((one) => [processes[from]?.id, processes[one]?.id]));
      assert.equal((error.facts.waitsFor as string[][]).map(String).sort(), expected.map(String).sort());
      const isEnd = [...waits].some(([, to]) => to.length === 0);
      if (!isEnd) assert.is(error.facts.cycle, true);
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

test.run();
