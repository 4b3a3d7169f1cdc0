import fc from 'fast-check';
import {
  behavior,
  type Cause,
  createSystem,
  type DeadLetter,
  memoryStore,
  type ProcessHandle,
  type System,
  type SystemOptions,
  type TraceEvent,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwarder, listener, reasons } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted, wrapped } from '../fixtures/system/modules.ts';
import { copyingStore } from '../fixtures/system/stores.ts';

/** A turn of a chain without the id of its message. */
const turns = (chain: readonly Cause[]) => chain.map(({ process, slot, action }) => [process, slot, action]);

test('mail that leaves the system is none, and what nobody took is one', async () => {
  const system = createSystem();
  const [sender, target] = [await system.spawn(forwarder), await system.spawn(listener)];
  await target.stop();
  await sender.send({ data: 'for nobody here', tags: { Path: 'a wallet' } });
  await sender.send({ data: 'too late', tags: { Path: target.id } });
  await system.settle();
  const letters = await system.deadLetters();
  assert.equal(
    letters.map(({ reason, message }) => [reason, message?.data.trim()]),
    [
      ['process-stopped', ''],
      ['process-stopped', 'too late'],
    ],
    'its own item is one too, since it never had its first turn',
  );
  const late = letters[1];
  assert.ok(late);
  const { chain, ...mail } = late;
  assert.equal(mail, (await system.outbound())[1], 'what it has is what outbound mail has');
  assert.is(chain.length, 1);
});

test('the chain leads from the turn that sent it back to the message from outside', async () => {
  const system = createSystem();
  const hops = [await system.spawn(forwarder), await system.spawn(forwarder), await system.spawn(forwarder)];
  const target = await system.spawn(listener);
  await system.settle();
  await target.stop();
  const path = [...hops.slice(1), target].map(({ id }) => id).join(' ');
  const begun = await hops[0]?.send({ data: 'x', tags: { Path: path, Action: 'Begin' } });
  await system.settle();
  const [letter] = await system.deadLetters();
  const chain = letter?.chain ?? [];
  assert.equal(turns(chain), [
    [hops[2]?.id, 1, undefined],
    [hops[1]?.id, 1, undefined],
    [hops[0]?.id, 1, 'Begin'],
  ]);
  assert.is(chain.at(-1)?.message, begun?.id);
  assert.equal(letter?.cause, { process: hops[2]?.id, slot: 1 });
  for (const { process, slot, message } of chain) {
    assert.is((await system.process(process).schedule())[slot]?.message.id, message);
  }
});

test('what has a slot of a stopped process is one, with the place where it stands', async () => {
  const system = createSystem();
  const [sender, target] = [await system.spawn(forwarder), await system.spawn(listener)];
  await system.settle();
  await sender.send({ data: 'sent', tags: { Path: target.id } });
  await system.run({ turns: 1 });
  await target.send({ data: 'from outside' });
  assert.equal(await system.deadLetters(), []);
  await target.stop();
  const [sent, outside] = await system.deadLetters();
  assert.equal([sent?.reason, sent?.kind, sent?.message?.data], ['process-stopped', 'message', 'sent']);
  assert.is(sent?.detail, `${target.id} was stopped before it had evaluated slot 1`);
  assert.equal(turns(sent?.chain ?? []), [[sender.id, 1, undefined]]);
  assert.equal([outside?.message?.data, outside?.cause, outside?.chain], ['from outside', undefined, []]);
});

test('the mail of a failed process is none until the process is stopped, since a restart takes it up', async () => {
  const failing = wrapped(listener, {
    before: ({ slot }) => {
      if (slot === 1) throw new Error('crash');
    },
  });
  const system = createSystem({ limits: { restarts: 0 } });
  const [target, sender] = [await system.spawn(failing), await system.spawn(forwarder)];
  for (const data of ['1', '2']) await target.send({ data });
  await system.settle();
  assert.is(target.status.state, 'failed');
  await sender.send({ data: 'refused', tags: { Path: target.id } });
  await system.settle();
  assert.equal(reasons(await system.deadLetters()), ['process-failed'], 'what it refuses is refused for good');
  await target.stop();
  assert.equal(reasons(await system.deadLetters()), ['process-failed', 'process-stopped', 'process-stopped']);
});

test('what waited for room is one, after what had its slot', async () => {
  const system = createSystem({ mailbox: { messages: 1 } });
  const [target, sender] = [await system.spawn(listener), await system.spawn(forwarder)];
  await system.settle();
  for (const data of ['1', '2']) {
    await sender.send({ data, tags: { Path: target.id } });
    await system.run({ done: () => sender.status.mail === 0 });
  }
  await target.stop();
  const letters = await system.deadLetters();
  assert.ok(letters.every(({ chain }) => chain[0]?.process === sender.id));
  assert.is(letters.at(-1)?.message?.data, '2');
});

test('the cause of an assigned message is who had it assigned, whether it waited for room or not', async () => {
  const system = createSystem({ mailbox: { messages: 2 } });
  const target = await system.spawn(listener);
  await system.settle();
  const original = await (await system.spawn(listener)).send({ data: 'somewhere' });
  const others = [await (await system.spawn(listener)).send(), await (await system.spawn(listener)).send()];
  const assignments = [original, ...others].map(({ id }) => ({ message: id, processes: [target.id] }));
  const assigner = await system.spawn(
    scripted('A'.repeat(43), ({ slot }) => outcomeWith(slot === 1 ? { assignments } : {})),
  );
  await assigner.send({ tags: { Action: 'Assign' } });
  await system.run({ done: () => target.status.waiting > 0 });
  assert.equal([target.status.mail, target.status.waiting], [2, 1]);
  const cause = { process: assigner.id, slot: 1 };
  const told: unknown[] = [];
  system.trace.subscribe((event) => event.type === 'outbound' && told.push(event.mail));
  await target.stop();
  const letters = await system.deadLetters();
  assert.equal(
    letters.map((letter) => [letter.cause, turns(letter.chain)]),
    letters.map(() => [cause, [[assigner.id, 1, 'Assign']]]),
  );
  assert.is(letters.length, 3);
  assert.equal(await system.outbound(), told);
});

test('a letter that a timer sends goes back to the turn that set it', async () => {
  const later = behavior<string>(
    {
      init: () => '',
      receive(_, { data }, turn) {
        turn.send({ target: data, delayMs: 1_000 });
      },
    },
    { name: 'later' },
  );
  const system = createSystem();
  const [target, sender] = [await system.spawn(listener), await system.spawn(later)];
  await system.settle();
  await sender.send({ data: target.id, tags: { Action: 'Set' } });
  await system.run({ turns: 1 });
  await target.stop();
  await system.settle();
  const [letter] = await system.deadLetters();
  assert.equal(turns(letter?.chain ?? []), [[sender.id, 1, 'Set']]);
});

test('what a stopped process wanted sent later was never sent', async () => {
  const later = behavior<null>(
    {
      init: () => null,
      receive(_, __, turn) {
        turn.send({ target: turn.self, delayMs: 1_000 });
      },
    },
    { name: 'later to itself' },
  );
  const system = createSystem();
  const process = await system.spawn(later);
  await process.send();
  await system.run({ turns: 2 });
  await process.stop();
  await system.settle();
  assert.equal(await system.deadLetters(), []);
});

test('listing them walks no chain', async () => {
  const store = copyingStore();
  let reads = 0;
  const { read } = store;
  store.read = (at) => {
    reads++;
    return read(at);
  };
  /** Goes on to itself, and sends each time to somebody who is not there any more. */
  const steps = 300;
  const walker = behavior<number>(
    {
      init: () => 0,
      receive(count, { data }, turn) {
        turn.send({ target: data });
        if (count < steps) turn.send({ target: turn.self, data });
        return count + 1;
      },
    },
    { name: 'walker' },
  );
  const system = createSystem({ store });
  const [target, process] = [await system.spawn(listener), await system.spawn(walker)];
  await system.settle();
  await target.stop();
  await process.send({ data: target.id });
  await system.settle();
  await system.close();
  const again = createSystem({ store, modules: [listener, walker] });
  await again.open();
  reads = 0;
  const letters = await again.deadLetters();
  const listed = reads;
  assert.is(letters.length, steps + 1);
  assert.is(letters.at(-1)?.chain.length, steps + 1);
  assert.ok(reads - listed > steps, 'a chain is as many turns as it has');
  reads = 0;
  assert.is(letters.at(-1)?.chain.length, steps + 1);
  assert.is(reads, 0, 'it is read once');
  assert.ok(listed < steps * 20, `${listed} reads for ${letters.length} letters`);
});

/** One hop of a message: where it goes, and how. */
interface Hop {
  readonly to: number;
  readonly how: 'send' | 'later' | 'assign' | 'spawn' | 'twice' | 'fail';
}

/** Goes on with the first hop of its data; its processes are among the tags of its item. */
const courier = behavior<readonly string[]>(
  {
    init: () => [],
    receive(known, message, turn) {
      const { targets, hops } = JSON.parse(message.data) as { targets: string[]; hops: Hop[] }; // what drive() sends
      const [hop, ...rest] = hops;
      const target = hop && targets[hop.to];
      if (!target) return known;
      const sending = { target, data: JSON.stringify({ targets, hops: rest }), tags: { Action: hop.how } };
      if (hop.how === 'fail') throw new Error('asked to fail');
      if (hop.how === 'assign') turn.assign(message.id, [target]);
      else if (hop.how === 'spawn') turn.spawn({ module: 'no such module' });
      else if (hop.how === 'later') turn.send({ ...sending, delayMs: 5 });
      else turn.send(sending);
      if (hop.how === 'twice') turn.send(sending);
      return known;
    },
  },
  { name: 'courier' },
);

const size = 4;
const hop: fc.Arbitrary<Hop> = fc.record({
  // One is not there.
  to: fc.nat(size),
  how: fc.constantFrom<Hop['how']>('send', 'send', 'later', 'assign', 'spawn', 'twice', 'fail'),
});
const command = fc.oneof(
  { arbitrary: fc.record({ send: fc.nat(size - 1), hops: fc.array(hop, { maxLength: 6 }) }), weight: 8 },
  { arbitrary: fc.record({ turns: fc.nat(10) }), weight: 6 },
  { arbitrary: fc.record({ stop: fc.nat(size - 1) }), weight: 1 },
);

/** Does these commands; tells `listener` of everything. */
async function drive(commands: readonly Command[], options: SystemOptions, told: (event: TraceEvent) => void) {
  const system = createSystem({ ...options, modules: [courier] });
  system.trace.subscribe(told);
  const processes: ProcessHandle[] = [];
  for (let at = 0; at < size; at++) processes.push(await system.spawn(courier));
  await system.run({ turns: 2 });
  const targets = [...processes.map(({ id }) => id), 'a wallet'];
  for (const one of commands) {
    if ('turns' in one) await system.run({ turns: one.turns });
    else if ('stop' in one) await processes[one.stop]?.stop().catch(() => {});
    else {
      const data = JSON.stringify({ targets, hops: one.hops });
      await processes[one.send]?.send({ data, tags: { Action: 'Begin' } }).catch(() => {});
    }
  }
  return system;
}

type Command = { send: number; hops: Hop[] } | { turns: number } | { stop: number };

/** The dead letters that follow from what the trace told, with their whole chains. */
function modelled(events: readonly TraceEvent[]) {
  const assigned = new Map<string, Extract<TraceEvent, { type: 'assigned' }>>();
  const evaluated = new Set<string>();
  const letters: unknown[] = [];
  const chainOf = (cause: { process: string; slot: number } | undefined): unknown[] => {
    const turn = cause && assigned.get(`${cause.process} ${cause.slot}`);
    if (!turn) return [];
    const { process, slot, message } = turn.assignment;
    const action = message.tags.find(({ name }) => name === 'Action')?.value;
    return [[process, slot, message.id, action], ...chainOf(turn.cause)];
  };
  for (const event of events) {
    if (event.type === 'assigned') assigned.set(`${event.assignment.process} ${event.assignment.slot}`, event);
    if (event.type === 'evaluated') evaluated.add(`${event.process} ${event.slot}`);
    if (event.type === 'outbound' && event.mail.reason !== 'leaves') {
      letters.push([event.mail.reason, event.mail.cause, event.mail.message?.id, chainOf(event.mail.cause)]);
    }
    if (event.type !== 'status' || event.status !== 'stopped') continue;
    for (const [key, { assignment, cause }] of assigned) {
      if (assignment.process !== event.process || evaluated.has(key)) continue;
      letters.push(['process-stopped', cause, assignment.message.id, chainOf(cause)]);
    }
  }
  return letters;
}

const shown = (letters: readonly DeadLetter[]): unknown[] =>
  letters.map(({ reason, cause, message, chain }) => [
    reason,
    cause,
    message?.id,
    chain.map((turn) => [turn.process, turn.slot, turn.message, turn.action]),
  ]);

const sorted = (letters: readonly unknown[]): readonly string[] => letters.map((one) => JSON.stringify(one)).sort();

test('they are what the trace told of, in every life of the system', async () => {
  const options = fc.record({ messages: fc.integer({ min: 1, max: 6 }), overflow: fc.constantFrom('wait', 'reject') });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), options, async (commands, mailbox) => {
      const events: TraceEvent[] = [];
      const store = memoryStore();
      const given = { store, mailbox: mailbox as Required<SystemOptions>['mailbox'] }; // one of the two
      let system: System = await drive(commands, given, (event) => events.push(event));
      const expected = sorted(modelled(events));
      const letters = shown(await system.deadLetters());
      assert.equal(sorted(letters), expected);
      await system.close();
      system = createSystem({ ...given, modules: [courier] });
      assert.equal(shown(await system.deadLetters()), letters);
      await system.close();
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test.run();
