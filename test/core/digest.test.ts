import {
  type Assignment,
  createSystem,
  type Module,
  memoryStore,
  type Outcome,
  type ProcessHandle,
  type Scheduler,
  type System,
  type SystemOptions,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, listener } from '../fixtures/system/behaviors.ts';
import { outcomeWith, scripted, wrapped } from '../fixtures/system/modules.ts';

type Story = (system: System, process: ProcessHandle) => unknown;

/** The digest of a system after something has happened in it to a process. */
async function digestOf(story: Story, options: SystemOptions = {}, module: Module = adder): Promise<string> {
  await using system = createSystem({ modules: [listener], ...options });
  const process = await system.spawn(module);
  await story(system, process);
  await system.settle();
  return system.trace.digest;
}

/** Fails unless all digests are different. */
async function checkDifferent(digests: Readonly<Record<string, Promise<string>>>): Promise<void> {
  const names = new Map<string, string>();
  for (const [name, pending] of Object.entries(digests)) {
    const digest = await pending;
    assert.match(digest, /^[\w-]{43}$/);
    assert.not.ok(names.has(digest), `${name} has the digest of ${names.get(digest)}`);
    names.set(digest, name);
  }
}

const usual: Story = (_, process) => process.send({ data: '1' });

test('what comes from outside counts, in all its parts', async () => {
  await checkDifferent({
    nothing: digestOf(() => {}),
    usual: digestOf(usual),
    twice: digestOf(async (system, process) => [await usual(system, process), await usual(system, process)]),
    data: digestOf((_, process) => process.send({ data: '2' })),
    'a tag': digestOf((_, process) => process.send({ data: '1', tags: { Action: 'x' } })),
    'the name of a tag': digestOf((_, process) => process.send({ data: '1', tags: { Other: 'x' } })),
    'the value of a tag': digestOf((_, process) => process.send({ data: '1', tags: { Action: 'y' } })),
    sender: digestOf((_, process) => process.send({ data: '1', from: 'a wallet' })),
    'a process that speaks': digestOf(async (system, process) => {
      const { id: from } = await system.spawn(adder);
      await process.send({ data: '1', from, tags: { 'Reply-To': 'a wallet' } });
    }),
    anchor: digestOf((_, process) => process.send({ data: '1', anchor: 'a'.repeat(32) })),
    'another process': digestOf(async (system, process) => [await system.spawn(adder), await usual(system, process)]),
    'the order of both': digestOf(async (system, process) => [await usual(system, process), await system.spawn(adder)]),
    'another module': digestOf(async (system, process) => [await system.spawn(listener), await usual(system, process)]),
    'the data of an item': digestOf(async (system, process) => [
      await system.spawn(adder, { data: 'x' }),
      await usual(system, process),
    ]),
    'its owner': digestOf(async (system, process) => [
      await system.spawn(adder, { owner: 'a wallet' }),
      await usual(system, process),
    ]),
    time: digestOf(async (system, process) => [await system.advance(1_000), await usual(system, process)]),
    'more time': digestOf(async (system, process) => [await system.advance(2_000), await usual(system, process)]),
    'a stop': digestOf((_, process) => process.stop('enough')),
    'another reason': digestOf((_, process) => process.stop('really')),
    'a message before the stop': digestOf(async (system, process) => [
      await usual(system, process),
      await process.stop(),
    ]),
  });
});

test('another seed is another run, since all ids follow from it', async () => {
  assert.is.not(await digestOf(usual, { seed: 'one' }), await digestOf(usual, { seed: 'other' }));
});

const id = `${'P'.repeat(42)}A`;
const target = 'a wallet';
const entry = { target, anchor: null, tags: [] };

/** The digest of a run in which a process answers its second message with this outcome. */
const answered = (parts: Partial<Outcome>, options: SystemOptions = {}): Promise<string> =>
  digestOf(usual, options, answering(parts));

const answering = (parts: Partial<Outcome>): Module =>
  scripted(id, ({ slot }: Assignment) => outcomeWith(slot === 1 ? parts : {}));

test('outcomes that differ in what AO defines have different digests', async () => {
  const tags = [{ name: 'Module', value: listener.id }];
  await checkDifferent({
    empty: answered({}),
    output: answered({ output: 'x' }),
    'output as JSON': answered({ output: { data: 'x' } }),
    error: answered({ error: 'x' }),
    'another error': answered({ error: 'y' }),
    'a message': answered({ messages: [entry] }),
    'two of them': answered({ messages: [entry, entry] }),
    target: answered({ messages: [{ ...entry, target: 'another wallet' }] }),
    data: answered({ messages: [{ ...entry, data: 'x' }] }),
    anchor: answered({ messages: [{ ...entry, anchor: 'a'.repeat(32) }] }),
    tags: answered({ messages: [{ ...entry, tags: [{ name: 'A', value: 'x' }] }] }),
    'a message that is none': answered({ messages: [{ target: 'x' }] }),
    'a spawn that is none': answered({ spawns: [{ target: 'x' }] }),
    'a spawn': answered({ spawns: [{ tags }] }),
    'the data of a spawn': answered({ spawns: [{ tags, data: 'x' }] }),
    'an assignment that is none': answered({ assignments: [{ message: 'x' }] }),
    'an assignment': answered({ assignments: [{ message: 'x', processes: ['y'] }] }),
  });
});

test('a message that waits for its time counts, and so does its time', async () => {
  const timed = (delayMs: number) =>
    digestOf((_, process) => process.send({ tags: { Path: process.id } }), {}, delayed(delayMs));
  await checkDifferent({ now: timed(0), later: timed(1_000), 'even later': timed(2_000) });
});

const delayed = (delayMs: number): Module =>
  wrapped(forwarder, {
    after: (outcome) => outcomeWith({ messages: outcome.messages.map((one) => ({ ...one, delayMs })) }),
  });

test('what became of a message counts, even if all outcomes are the same', async () => {
  const messages = [entry];
  const forwards: Story = (_, process) => process.send({ tags: { Path: process.id } });
  await checkDifferent({
    'spawn within the limits': answered({ spawns: [{ tags: [{ name: 'Module', value: listener.id }] }] }),
    'spawn over them': answered(
      { spawns: [{ tags: [{ name: 'Module', value: listener.id }] }] },
      { limits: { processes: 1 } },
    ),
    'spawn of a module that is not there': answered(
      { spawns: [{ tags: [{ name: 'Module', value: listener.id }] }] },
      { modules: [] },
    ),
    mail: answered({ messages }),
    'mail over the limits': answered({ messages: [{ ...entry, data: 'long' }] }, { limits: { dataBytes: 3 } }),
    room: digestOf(forwards, {}, thrice),
    'mail that waits': digestOf(forwards, { mailbox: { messages: 2 } }, thrice),
    'mail that is refused': digestOf(forwards, { mailbox: { messages: 2, overflow: 'reject' } }, thrice),
  });
});

/** Sends everything on three times. */
const thrice = wrapped(forwarder, {
  after: (outcome) => outcomeWith({ messages: [...outcome.messages, ...outcome.messages, ...outcome.messages] }),
});

test('the order of turns counts', async () => {
  const both = async (system: System, first: ProcessHandle) => {
    const second = await system.spawn(adder);
    for (const process of [first, second, second]) await process.send({ data: '1' });
  };
  const newestFirst = (): Scheduler => {
    const owed: Parameters<Scheduler['arrived']>[0][] = [];
    return { arrived: (process) => void owed.push(process), next: () => owed.pop() };
  };
  assert.is.not(await digestOf(both, { scheduler: newestFirst }), await digestOf(both));
});

test('the order of turns and messages counts', async () => {
  const once = digestOf(async (system, process) => {
    await process.send({ data: '1' });
    await system.settle();
    await process.send({ data: '2' });
  });
  const together = digestOf(async (_, process) => [
    await process.send({ data: '1' }),
    await process.send({ data: '2' }),
  ]);
  const turned = digestOf(async (_, process) => [await process.send({ data: '2' }), await process.send({ data: '1' })]);
  await checkDifferent({ once, together, turned });
});

test('gas, which depends on how a module is run, is left out', async () => {
  assert.is(await answered({ gasUsed: 5n }), await answered({}));
  assert.is(await answered({ gasUsed: 2n ** 63n, output: 'x' }), await answered({ output: 'x' }));
  assert.is(await answered({ error: 'x', gasUsed: 9n }), await answered({ error: 'x' }));
});

test('crashes, restarts, listeners, checkpoints and looks are left out', async () => {
  const story: Story = async (_, process) => {
    for (let sent = 1; sent < 20; sent++) await process.send({ data: sent % 4 === 0 ? 'fail' : String(sent) });
  };
  const usualDigest = await digestOf(story);
  const crashing = wrapped(adder, {
    before({ slot }, attempt) {
      if (attempt === 1 && slot % 7 === 3) throw new Error('crash');
    },
  });
  const same: Readonly<Record<string, Promise<string>>> = {
    again: digestOf(story),
    crashes: digestOf(story, {}, crashing),
    'crashes after checkpoints': digestOf(story, { limits: { checkpointSlots: 2 } }, crashing),
    checkpoints: digestOf(story, { limits: { checkpointSlots: 1 } }),
    hibernation: digestOf(story, { limits: { residentBytes: 1 } }),
    'a listener': digestOf((system, process) => {
      system.trace.subscribe(() => {});
      return story(system, process);
    }),
    'looks at it': digestOf(async (system, process) => {
      await story(system, process);
      await system.settle();
      await process.dryRun({ data: '1' });
      await process.state();
      await process.schedule();
      await system.outbound();
    }),
  };
  for (const [name, digest] of Object.entries(same)) assert.is(await digest, usualDigest, name);
});

test('the digest of a system that goes on in a store is that of one that never ended', async () => {
  const store = memoryStore();
  const first = createSystem({ store });
  const { id: process } = await first.spawn(adder);
  await first.process(process).send({ data: '1' });
  await first.settle();
  const { digest } = first.trace;
  await first.close();
  await using second = createSystem({ store, modules: [adder] });
  await second.open();
  assert.is(second.trace.digest, digest);
  await second.process(process).send({ data: '2' });
  await second.settle();
  const whole = digestOf(async (system, one) => {
    await one.send({ data: '1' });
    await system.settle();
    await one.send({ data: '2' });
  });
  assert.is(second.trace.digest, await whole);
});

test.run();
