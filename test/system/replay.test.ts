import { behavior, createSystem, type Recording, random, randomStream, replay, type TraceListener } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, forwarder, listener } from '../fixtures/system/behaviors.ts';
import { outcomeWith, wrapped } from '../fixtures/system/modules.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const modules = [adder, forwarder, listener];

async function record(onEvent?: TraceListener, when?: 'early'): Promise<Recording> {
  const system = createSystem({ seed: 'replay', scheduler: random(), mailbox: { messages: 3 } });
  if (onEvent) system.trace.subscribe(onEvent);
  const [one, other] = [await system.spawn(forwarder), await system.spawn(adder)];
  const target = await system.spawn(listener);
  for (let sent = 0; sent < 10; sent++) {
    await one.send({ data: String(sent), tags: { Path: `${one.id} ${other.id} ${target.id}` } });
    await other.send({ data: sent === 5 ? 'fail' : '1' });
    await system.advance(sent * 1_000);
  }
  if (when === 'early') return system.record();
  await target.stop('enough');
  await one.send({ data: 'for nobody', tags: { Path: target.id } });
  await system.settle();
  return system.record();
}

test('a run comes out the same again, turn for turn', async () => {
  let told = 0;
  const recording = await record(({ type }) => {
    if (type === 'evaluated') told++;
  });
  const { digest, turns } = await replay(recording, { modules });
  assert.is(digest, recording.digest);
  assert.is(turns, told);
});

test('a recording that was written down and read again is as good', async () => {
  const recording = structuredClone(await record());
  assert.is((await replay(recording, { modules })).digest, recording.digest);
});

test('whoever listens to a replay is told what was told in the run', async () => {
  const system = createSystem();
  const told: unknown[] = [];
  system.trace.subscribe((event) => told.push(event));
  const process = await system.spawn(adder);
  for (const data of ['1', 'fail', '2']) await process.send({ data });
  await system.settle();
  const again: unknown[] = [];
  await replay(await system.record(), { modules, onEvent: (event) => again.push(event) });
  const committed = (events: readonly unknown[]) => JSON.stringify(events, (_, value) => String(value) && value);
  assert.is(committed(again.map(typeOf)), committed(told.map(typeOf)));
});

const typeOf = (event: unknown): unknown => (event as { readonly type: string }).type; // every event has one

test('a module that answers otherwise is a divergence that shows both sides', async () => {
  const recording = await record();
  const changed = wrapped(adder, {
    after: (outcome, { slot }) => (slot === 2 ? { ...outcome, output: 'something else' } : outcome),
  });
  const error = await refusal(() => replay(recording, { modules: [changed, forwarder, listener] }));
  assert.is(error.code, 'divergence');
  assert.match(String(error.facts.replayed), 'something else');
  assert.not.match(String(error.facts.recorded), 'something else');
});

test('a module that sends less, more or otherwise is a divergence', async () => {
  const recording = await record();
  for (const change of [
    outcomeWith({}),
    outcomeWith({ messages: [{ target: 'a wallet', anchor: null, tags: [] }] }),
    outcomeWith({ error: 'now it fails' }),
  ]) {
    const changed = wrapped(forwarder, { after: (outcome, { slot }) => (slot === 1 ? change : outcome) });
    const error = await refusal(() => replay(recording, { modules: [adder, changed, listener] }));
    assert.is(error.code, 'divergence');
  }
});

test('a recording in which something was changed is a divergence', async () => {
  const system = createSystem({ seed: 'forged' });
  const teller = behavior<number>(
    {
      init: () => 0,
      receive(told, { data }, turn) {
        turn.send({ target: 'a wallet', data: `told ${data}` });
        return told + 1;
      },
    },
    { name: 'teller' },
  );
  const process = await system.spawn(teller);
  await process.send({ data: 'news' });
  await system.settle();
  const recording = await system.record();
  const text = Buffer.from(recording.log).toString('latin1');
  const tamper = (from: string, to: string): Recording => {
    assert.is(text.split(from).length, 2, from);
    return { ...recording, log: Buffer.from(text.replace(from, to), 'latin1') };
  };
  for (const changed of [tamper('told news', 'told lies'), tamper('a wallet', 'a pocket')]) {
    assert.is((await refusal(() => replay(changed, { modules: [teller] }))).code, 'divergence');
  }
  const input = tamper('\x04news', '\x04lies');
  assert.is((await refusal(() => replay(input, { modules: [teller] }))).code, 'divergence');
});

test('a recording whose bytes are not those of a log is refused, or diverges; nothing hangs', async () => {
  const recording = await record();
  const stream = randomStream('mutations', 'bytes');
  for (let round = 0; round < 200; round++) {
    const log = recording.log.slice();
    for (let change = stream.below(4); change >= 0; change--) log[stream.below(log.length)] = stream.below(256);
    const cut = stream.below(2) === 0 ? log : log.subarray(0, stream.below(log.length));
    const error = await refusal(() => replay({ ...recording, log: cut }, { modules })).catch(() => undefined);
    // A byte may have been replaced by itself.
    if (!error) assert.equal(cut, recording.log);
  }
});

test('a module that is missing is named', async () => {
  const error = await refusal(async () => replay(await record(), { modules: [forwarder, listener] }));
  assert.is(error.code, 'module-unknown');
  assert.match(error.message, adder.id);
});

test('a recording of another version is refused', async () => {
  const other = { ...(await record()), version: 2 } as unknown as Recording; // what an older program may meet
  assert.is((await refusal(() => replay(other, { modules }))).code, 'recording-invalid');
});

test('every executor is closed, whether the replay ends well or not', async () => {
  const recording = await record();
  const open = new Set<string>();
  const watched = (after?: Parameters<typeof wrapped>[1]['after']) =>
    wrapped(adder, {
      onStart: ({ process }) => open.add(process.id),
      onClose: (process) => open.delete(process),
      ...(after && { after }),
    });
  await replay(recording, { modules: [watched(), forwarder, listener] });
  await refusal(() => replay(recording, { modules: [watched(() => outcomeWith({ output: 1 })), forwarder, listener] }));
  assert.equal([...open], []);
});

test('time that passed is in the recording', async () => {
  const clock = behavior<number[]>(
    { init: () => [], receive: (times, _, turn) => void turn.output([...times, turn.timestampMs]) },
    { name: 'clock' },
  );
  const system = createSystem();
  const process = await system.spawn(clock);
  await system.advance(123_456);
  await process.send();
  await system.settle();
  assert.is((await replay(await system.record(), { modules: [clock] })).digest, system.trace.digest);
});

test('a run in which a process failed and was restarted comes out the same', async () => {
  let broken = true;
  const crashing = wrapped(adder, {
    before({ slot }) {
      if (slot === 2 && broken) throw new Error('out of order');
    },
  });
  const system = createSystem({ limits: { restarts: 0 } });
  const statuses: string[] = [];
  system.trace.subscribe((event) => event.type === 'status' && statuses.push(event.status));
  const process = await system.spawn(crashing);
  const sender = await system.spawn(forwarder);
  for (const data of ['1', '2', '3']) await process.send({ data });
  await system.settle();
  assert.is(process.status.state, 'failed');
  await sender.send({ data: 'for the failed one', tags: { Path: process.id } });
  await system.settle();
  broken = false;
  await process.restart();
  assert.is((await process.ask({ data: '0' })).data, '6');
  const recording = await system.record();
  assert.equal(statuses, ['failed', 'running']);
  const { digest, turns } = await replay(recording, { modules: [adder, forwarder] });
  assert.is(digest, system.trace.digest);
  assert.is(turns, 7);
});

test('a recording that lacks its end, or has the digest of another, is refused', async () => {
  const recording = await record();
  const wrong: Readonly<Record<string, Recording>> = {
    'without its end': { ...(await record(undefined, 'early')), digest: recording.digest },
    'without anything': { ...recording, log: new Uint8Array() },
    'with another digest': { ...recording, digest: 'A'.repeat(43) },
  };
  for (const [name, changed] of Object.entries(wrong)) {
    const error = await refusal(() => replay(changed, { modules }));
    assert.is(error.code, 'recording-invalid', name);
    assert.is(error.facts.recorded, changed.digest);
  }
});

test.run();
