import {
  type Assignment,
  behavior,
  createSystem,
  defaultLimits,
  type HeddleError,
  type MemoryStore,
  type Message,
  memoryStore,
  replay,
  type System,
  type SystemOptions,
} from 'heddle';
import { ed25519Signer } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, evaluate } from '../aos/aos.ts';
import { knownEd25519Keys } from '../arweave/known-keys.ts';
import { adder, echo, forwarder, listener } from '../fixtures/system/behaviors.ts';
import { cutEverywhere } from '../fixtures/system/cuts.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const [signer, other] = [ed25519Signer(knownEd25519Keys[0]), ed25519Signer(knownEd25519Keys[1])];
const modules = [aos, adder, echo, forwarder, listener];

/** A process of a module that has heard a few numbers from outside and from another process, its schedule and its item. */
async function origin(module = adder, options: SystemOptions = {}) {
  const system = createSystem({ seed: 'origin', signer, modules, ...options });
  const process = await system.spawn(module, { name: 'origin', tags: { Colour: 'red' } });
  const sender = await system.spawn(forwarder);
  for (let sent = 1; sent <= 4; sent++) {
    await process.send({ data: String(sent) });
    await sender.send({ data: String(10 * sent), tags: { Path: process.id } });
    await system.settle();
    await system.advance(1_000);
  }
  await process.send({ data: 'fail' });
  await system.settle();
  const schedule = await process.schedule();
  const item = schedule[0]?.message as Message;
  return { system, process, schedule, item };
}

const elsewhere = (options: SystemOptions = {}) => createSystem({ seed: 'elsewhere', modules, ...options });

async function adopted(
  { schedule, item }: { schedule: readonly Assignment[]; item: Message },
  options: SystemOptions = {},
) {
  const system = elsewhere(options);
  const process = await system.adopt({ item, module: adder });
  await process.follow(schedule);
  await system.settle();
  return { system, process };
}

test('a process that is followed has the same schedule, outcomes and state, and sends nothing', async () => {
  const given = await origin();
  const { system, process } = await adopted(given);
  assert.is(process.id, given.process.id);
  assert.equal(process.tags, given.process.tags);
  assert.equal(await process.schedule(), given.schedule);
  assert.is(process.status.hashChain, given.process.status.hashChain);
  for (const { slot } of given.schedule) assert.equal(await process.outcome(slot), await given.process.outcome(slot));
  assert.is((await process.state()).digest, (await given.process.state()).digest);
  assert.equal(await system.outbound(), []);
  assert.equal(await system.deadLetters(), []);
  assert.equal((await process.dryRun({ data: '1' })).messages.length, 1);
});

test('what a followed process sends to one that is here was sent where its slots were given', async () => {
  const system = elsewhere();
  const here = await system.spawn(listener);
  const first = createSystem({ seed: 'origin', signer, modules });
  const speaker = await first.spawn(forwarder);
  await speaker.send({ data: 'said there', tags: { Path: here.id } });
  await first.settle();
  assert.is((await first.outbound())[0]?.message?.target, here.id);
  const schedule = await speaker.schedule();
  const again = await system.adopt({ item: schedule[0]?.message as Message, module: forwarder });
  await again.follow(schedule);
  await system.settle();
  assert.is((await again.outcome(1)).messages[0]?.target, here.id);
  assert.is(here.status.slots, 1);
});

test('an aos process sees the same of its messages', async () => {
  const system = createSystem({ seed: 'lua', signer, modules });
  const [process, heard] = [await system.spawn(aos), await system.spawn(listener)];
  await system.register('named', process);
  await evaluate(
    process,
    `Log = {} Handlers.add('log', 'Log', function(msg)
    table.insert(Log, table.concat({ msg.Id, msg.From, msg.Owner, msg.Target, tostring(msg.Anchor), tostring(msg.Timestamp), msg['Hash-Chain'], tostring(msg.Nonce) }, ' ')) end)`,
  );
  await evaluate(process, `Send({ Target = 'named', Action = 'Log' }) Send({ Target = '${heard.id}', Data = 'x' })`);
  await process.send({ tags: { Action: 'Log' } });
  await system.settle();
  const show = `return require('json').encode(Log)`;
  const log = await evaluate(process, show);
  const schedule = await process.schedule();

  const next = elsewhere();
  // What was sent to a name is for the process that has it: its item names nobody.
  const named = schedule.map((one) => ({ ...one, message: { ...one.message, target: process.id } }));
  const again = await next.adopt({ item: schedule[0]?.message as Message, module: aos });
  await again.follow(named);
  await next.settle();
  assert.is((await again.state()).digest, (await process.state()).digest);
  assert.equal((await again.outcome(schedule.length - 1)).output, (await process.outcome(schedule.length - 1)).output);
  assert.ok(log.includes(process.id));
});

test('it goes on from a state at any slot', async () => {
  const given = await origin();
  const executor = await adder.start(environmentOf(given));
  for (const assignment of given.schedule.slice(0, -1)) {
    await executor.evaluate(assignment);
    const checkpoint = await executor.checkpoint();
    const system = elsewhere();
    const from = { checkpoint, end: assignment };
    const process = await system.adopt({ item: given.item, module: adder, from });
    assert.equal([process.status.slots, process.status.hashChain], [assignment.slot + 1, assignment.hashChain]);
    await process.follow(given.schedule.slice(assignment.slot + 1));
    await system.settle();
    assert.is((await process.state()).digest, (await given.process.state()).digest);
    assert.equal(await process.schedule(), given.schedule.slice(assignment.slot + 1));
    const { code, facts } = await refusal(() => process.outcome(assignment.slot));
    assert.equal([code, facts.slot], ['slot-unavailable', assignment.slot]);
  }
});

test('another life has it as it was left, after every record', async () => {
  const given = await origin();
  const store = memoryStore();
  const options = { store, limits: { ledgerCheckpointBytes: 1, checkpointSlots: 3 } };
  const first = elsewhere(options);
  await first.adopt({ item: given.item, module: adder });
  await first.close();
  for (const assignment of given.schedule) {
    const system = elsewhere(options);
    await system.open();
    const process = system.process(given.process.id);
    assert.is(process.status.slots, assignment.slot);
    assert.is((await refusal(() => process.send())).code, 'process-elsewhere');
    await process.follow([assignment]);
    if (assignment.slot % 2 === 0) await system.settle();
    await system.close();
  }
  const last = elsewhere(options);
  await last.settle();
  const process = last.process(given.process.id);
  assert.equal(await process.schedule(), given.schedule);
  assert.is((await process.state()).digest, (await given.process.state()).digest);
});

/** Sends, spawns, assigns, watches and sets a timer, when it is told to. */
const busy = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      if (message.tags.some(({ value }) => value === 'All')) {
        turn.send({ target: 'everybody', data: 'to a group' });
        turn.send({ target: turn.self, data: 'later', delayMs: 10 });
        turn.send({ target: message.data, data: 'to another' });
        turn.spawn({ module: listener.id });
        turn.assign(message.id, [message.data, turn.self]);
        turn.watch(message.data);
      }
      if (message.data === 'fail') throw new Error('as asked');
      return count + 1;
    },
  },
  { name: 'busy' },
);

/** A busy process that knows of another one, and its schedule. */
async function busyOrigin(seed: string, other = '') {
  const system = createSystem({ seed, signer, modules: [busy, listener] });
  const [heard, process] = [await system.spawn(listener), await system.spawn(busy)];
  for (const data of [other || heard.id, heard.id]) await process.send({ tags: { Action: 'All' }, data });
  await process.send({ data: 'fail' });
  await system.settle();
  return process.schedule();
}

test('a run with processes from elsewhere that write to each other may end after any record', async () => {
  const one = await busyOrigin('one');
  const other = await busyOrigin('other', one[0]?.process);
  const run = async (system: System) => {
    const [mine, heard] = [await system.spawn(busy), await system.spawn(listener)];
    await (await system.group('everybody', { routing: 'broadcast' })).join(heard);
    const [first, second] = await Promise.all(
      [one, other].map((schedule) => system.adopt({ item: schedule[0]?.message as Message, module: busy })),
    );
    if (!first || !second) throw new Error('they are there');
    await system.register('first', first);
    await first.follow(one.slice(0, 3));
    await second.follow(other.slice(0, 2));
    await mine.send({ tags: { Action: 'All' }, data: first.id });
    await mine.send({ tags: { Action: 'All' }, data: 'first' });
    await system.run({ turns: 5 });
    await first.follow(one.slice(3));
    await second.follow(other.slice(2));
    await first.takeOver();
    await first.send({ tags: { Action: 'All' }, data: second.id });
    await first.send({ tags: { Action: 'All' }, data: mine.id });
  };
  const cuts = await cutEverywhere([busy, listener], run, 'cuts', {}, signer);
  assert.ok(cuts > 20, `${cuts} cuts`);
});

test('its run is recorded and replayed', async () => {
  const { system } = await adopted(await origin());
  const { digest } = await replay(await system.record(), { modules });
  assert.is(digest, system.trace.digest);
});

test('it takes no mail but what follows, and mail of others to it leaves the system', async () => {
  const given = await origin();
  const { system, process } = await adopted(given);
  assert.is((await refusal(() => process.send({ data: '1' }))).code, 'process-elsewhere');
  const sender = await system.spawn(forwarder);
  await sender.send({ data: '1', tags: { Path: process.id } });
  await system.settle();
  const [left] = await system.outbound();
  assert.equal([left?.reason, left?.message?.target], ['leaves', process.id]);
  assert.is((await refusal(() => system.adopt({ item: given.item, module: adder }))).code, 'process-duplicate');
});

test('only the next assignment of its schedule is taken', async () => {
  const given = await origin();
  const system = elsewhere();
  const process = await system.adopt({ item: given.item, module: adder });
  const [first, second, third] = given.schedule as [Assignment, Assignment, Assignment];
  const refuses = async (assignment: Assignment, why: RegExp) => {
    const error = await refusal(() => process.follow([assignment]));
    assert.is(error.code, 'assignment-invalid');
    assert.match(error.message, why);
  };
  await refuses(second, /next slot is 0/);
  await refuses({ ...first, message: second.message }, /own item at slot 0/);
  await refuses({ ...first, hashChain: second.hashChain }, /hash chain/);
  await process.follow([first]);
  await refuses(first, /next slot is 1/);
  await refuses({ ...third, slot: 1 }, /hash chain/);
  await refuses({ ...second, process: third.id }, /it is of/);
  await refuses({ ...second, message: first.message }, /own item at slot 0/);
  for (const broken of [{ id: 'x' }, { timestampMs: -1 }, { blockHeight: 0.5 }, { epoch: -1 }]) {
    const { code } = await refusal(() => process.follow([{ ...second, ...broken }]));
    assert.ok(code === 'id-invalid' || code === 'option-invalid', code);
  }
  const big = { ...second, message: { ...second.message, tags: [{ name: 'x', value: 'x'.repeat(5_000) }] } };
  assert.is((await refusal(() => process.follow([big]))).code, 'tags-over-limit');
  assert.is(process.status.slots, 1);
  await process.follow(given.schedule.slice(1));
  await system.settle();
  assert.is((await process.state()).digest, (await given.process.state()).digest);
  const own = await system.spawn(echo);
  assert.match((await refusal(() => own.follow([second]))).message, /gets its slots here/);
});

test('its scheduler goes on with it, and nobody else', async () => {
  const given = await origin();
  const { process: foreign } = await adopted(given, { signer: other });
  assert.is((await refusal(() => foreign.takeOver())).code, 'process-elsewhere');
  const { process: unsigned } = await adopted(given);
  assert.is((await refusal(() => unsigned.takeOver())).code, 'process-elsewhere');

  const store: MemoryStore = memoryStore();
  const { system, process } = await adopted(given, { signer, store });
  await process.takeOver();
  const [here, there] = await Promise.all([process, given.process].map((one) => one.send({ data: '5' })));
  assert.is(here?.slot, there?.slot);
  await Promise.all([system.settle(), given.system.settle()]);
  assert.is((await process.state()).digest, (await given.process.state()).digest);
  const [mine, theirs] = [(await process.schedule()).at(-1), (await given.process.schedule()).at(-1)];
  assert.is(mine?.hashChain, theirs?.hashChain);
  assert.ok((mine?.timestampMs ?? 0) >= (given.schedule.at(-1)?.timestampMs ?? 0));
  assert.is((await process.ask({ data: '1' })).data, '116');
  await system.close();
  const next = elsewhere({ signer, store });
  await next.open();
  assert.is((await next.process(process.id).ask({ data: '1' })).data, '117');
});

test('a state that was put for a process that was not adopted then is not taken for its own', async () => {
  const given = await origin();
  const { checkpoint } = await given.process.checkpoint();
  const store = memoryStore();
  await store.putCheckpoint({ process: given.process.id, ...checkpoint });
  const system = elsewhere({ store });
  const process = await system.adopt({ item: given.item, module: adder });
  await process.follow(given.schedule.slice(0, 3));
  await system.settle();
  await system.close();
  const next = elsewhere({ store });
  await next.open();
  const again = next.process(process.id);
  assert.is((await again.dryRun({ data: '0' })).messages[0]?.data, '11');
});

test('hash chains of slots from before a base are those that were given', async () => {
  const given = await origin();
  const executor = await adder.start(environmentOf(given));
  for (const assignment of given.schedule.slice(0, 3)) await executor.evaluate(assignment);
  const from = { checkpoint: await executor.checkpoint(), end: given.schedule[2] as Assignment };
  // Its history is longer than what is kept at least, and a base is taken on the way.
  const system = elsewhere({ retention: { bytes: 1_500 } });
  const process = await system.adopt({ item: given.item, module: adder, from });
  for (const assignment of given.schedule.slice(3)) {
    await process.follow([assignment]);
    await system.settle();
  }
  const last = given.schedule.length - 1;
  for (let slot = last; slot > 2; slot--) {
    let read: Assignment | undefined;
    try {
      for await (const { assignment } of process.history({ from: slot })) read ??= assignment;
    } catch (error) {
      assert.is((error as HeddleError).code, 'history-trimmed');
      assert.ok(slot < last);
      return;
    }
    assert.equal(read, given.schedule[slot]);
  }
});

test('a state that the store has lost is not made up', async () => {
  const given = await origin();
  const executor = await adder.start(environmentOf(given));
  for (const assignment of given.schedule.slice(0, 3)) await executor.evaluate(assignment);
  const from = { checkpoint: await executor.checkpoint(), end: given.schedule[2] as Assignment };
  const forgetful = Object.assign(memoryStore(), { checkpoint: () => undefined });
  const system = elsewhere({ store: forgetful, limits: { restarts: 0 } });
  const process = await system.adopt({ item: given.item, module: adder, from });
  await process.follow(given.schedule.slice(3));
  await system.settle();
  assert.is(process.status.state, 'failed');
  assert.match(process.status.reason ?? '', /lacks the checkpoint of slot 2/);
});

/** The state after a slot, and that slot's assignment. */
async function stateAt(given: Awaited<ReturnType<typeof origin>>, slot: number) {
  const executor = await adder.start(environmentOf(given));
  for (const assignment of given.schedule.slice(0, slot + 1)) await executor.evaluate(assignment);
  return { checkpoint: await executor.checkpoint(), end: given.schedule[slot] as Assignment };
}

test('what is taken in before a slot that is refused is stored', async () => {
  const given = await origin();
  const store = memoryStore();
  const first = elsewhere({ store });
  const process = await first.adopt({ item: given.item, module: adder });
  const [one, two, , four] = given.schedule as [Assignment, Assignment, Assignment, Assignment];
  assert.is((await refusal(() => process.follow([one, two, four]))).code, 'assignment-invalid');
  await first.close();
  const next = elsewhere({ store });
  await next.open();
  assert.is(next.process(process.id).status.slots, 2);
});

test('text that is no UTF-8 is the same before and after another life begins', async () => {
  const given = await origin();
  const store = memoryStore();
  const [first, second] = given.schedule as [Assignment, Assignment];
  const system = elsewhere({ store });
  const process = await system.adopt({ item: given.item, module: listener });
  const message = { ...second.message, data: 'x\ud800', tags: [{ name: 'x\udc00', value: '\ud800' }] };
  await process.follow([first, { ...second, message, exclude: ['\ud800'] }]);
  const [state, schedule] = [await process.state(), await process.schedule()];
  assert.is(schedule[1]?.message.data, 'x\ufffd');
  await system.close();
  const next = elsewhere({ store });
  await next.open();
  assert.equal(await next.process(process.id).schedule(), schedule);
  assert.is((await next.process(process.id).state()).digest, state.digest);
});

test('a process without a slot here has no checkpoint to be given, and does not crash over it', async () => {
  const given = await origin();
  const system = elsewhere({ limits: { restarts: 0 } });
  const process = await system.adopt({ item: given.item, module: adder, from: await stateAt(given, 3) });
  assert.is((await refusal(() => process.checkpoint())).code, 'slot-unavailable');
  await process.follow(given.schedule.slice(4, 6));
  const { checkpoint, end } = await process.checkpoint();
  assert.equal([checkpoint.slot, end.slot], [5, 5]);
});

test('a checkpoint is of the assignment that comes with it, whatever is sent meanwhile', async () => {
  const { process } = await origin();
  const [{ checkpoint, end }] = await Promise.all([process.checkpoint(), process.send({ data: '1' })]);
  assert.is(checkpoint.slot, end.slot);
  for (let sent = 0; sent < 20; sent++) {
    const taken = process.checkpoint();
    for (let turn = 0; turn < sent; turn++) await undefined;
    await process.send({ data: '1' });
    const { checkpoint, end } = await taken;
    assert.is(checkpoint.slot, end.slot);
  }
});

test('a schedule that goes on from a state goes on in time', async () => {
  const given = await origin();
  const last = given.schedule.length - 1;
  const store = memoryStore();
  const system = elsewhere({ signer, store });
  await system.adopt({ item: given.item, module: adder, from: await stateAt(given, last) });
  await system.close();
  const next = elsewhere({ signer, store });
  await next.open();
  const process = next.process(given.process.id);
  await process.takeOver();
  await process.send({ data: '1' });
  const [own] = await process.schedule();
  assert.ok((own?.timestampMs ?? 0) >= (given.schedule[last]?.timestampMs ?? 0));
});

test('one whose history is trimmed is taken over all the same', async () => {
  const given = await origin();
  const store = memoryStore();
  const { system, process } = await adopted(given, { signer, store });
  await system.trim();
  await system.close();
  const next = elsewhere({ signer, store });
  await next.open();
  const again = next.process(process.id);
  await again.takeOver();
  const slots = given.schedule.length;
  assert.is((await again.send({ data: '1' })).slot, slots);
  let moment = 0;
  next.trace.subscribe((event) => {
    if (event.type === 'assigned') moment = event.assignment.timestampMs;
  });
  await again.send({ data: '1' });
  await next.settle();
  assert.ok(moment >= (given.schedule[slots - 1]?.timestampMs ?? 0));
});

test('timers that are due by the time of a schedule fire when it is taken over, as in another life', async () => {
  const given = await origin();
  const { system, process } = await adopted(given, { signer });
  const later = behavior(
    {
      init: () => 0,
      receive(count, _, turn) {
        turn.send({ target: turn.self, delayMs: 5 });
        return count + 1;
      },
    },
    { name: 'later' },
  );
  const own = await system.spawn(later);
  await own.send();
  await system.run({ turns: 2 });
  await process.takeOver();
  assert.is(own.status.slots, 3);
});

test('a run that goes on from a state is replayed with that state', async () => {
  const given = await origin();
  const from = await stateAt(given, 3);
  const system = elsewhere();
  const process = await system.adopt({ item: given.item, module: adder, from });
  await process.follow(given.schedule.slice(4));
  await system.settle();
  const recording = await system.record();
  const { digest } = await replay(recording, { modules, checkpoints: [from.checkpoint] });
  assert.is(digest, system.trace.digest);
  const other = await stateAt(given, 2);
  for (const checkpoints of [[], [other.checkpoint], [{ ...other.checkpoint, slot: 3 }]]) {
    const { code, facts } = await refusal(() => replay(recording, { modules, checkpoints }));
    assert.equal([code, facts.process, facts.slot], ['recording-invalid', process.id, 3]);
  }
});

test('one that has failed or was stopped is told to be', async () => {
  const given = await origin();
  const { process } = await adopted({ ...given, schedule: given.schedule.slice(0, 3) });
  await process.stop();
  assert.is((await refusal(() => process.follow(given.schedule.slice(3)))).code, 'process-stopped');
});

test('steps are read from where one begins', async () => {
  const { system } = await origin();
  for (const from of [-1, Number.NaN, 0.5, 1e9]) {
    assert.is((await refusal(() => system.steps(from).next())).code, 'option-invalid');
  }
});

function environmentOf({ item, system }: { item: Message; system: { addresses: { supervisor: string } } }) {
  return {
    process: item,
    module: adder,
    limits: { ...defaultLimits },
    supervisor: system.addresses.supervisor,
    past: () => [],
  };
}

test.run();
