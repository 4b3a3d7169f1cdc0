// A system that lets go of its history goes on as if it had not, and says so of what is gone.

import { behavior, createSystem, HeddleError, type MemoryStore, memoryStore, randomStream, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adder, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';
import {
  type Baseline,
  baselineOf,
  isPeopled,
  scriptOf,
  supervise,
  systemOn,
  take,
} from '../store/lmdb/crash/script.ts';

/** All outcomes that can be read, by process and slot; fails over any other error than that they are gone. */
async function outcomesOf(system: System): Promise<ReadonlyMap<string, unknown>> {
  const outcomes = new Map<string, unknown>();
  for (const process of system.processes) {
    for (let slot = 0; slot < process.status.slots - process.status.mail; slot++) {
      try {
        outcomes.set(`${process.id} ${slot}`, await process.outcome(slot));
      } catch (error) {
        assert.ok(error instanceof HeddleError && error.code === 'history-trimmed', String(error));
      }
    }
  }
  return outcomes;
}

const chainsOf = (system: System) => system.processes.map(({ status }) => status.hashChain);

/** Does the script of a seed, trims at moments that are drawn, and lets other systems go on where one was closed. */
async function trimmedRun(seed: string, baseline: Baseline, whole: System) {
  const draws = randomStream(seed, 'trims');
  const store = memoryStore();
  let [system, trims] = [systemOn(seed, store), 0];
  for (const [at, step] of scriptOf(seed).entries()) {
    await take(seed, system, step);
    assert.is(store.length, baseline.marks[at]?.length);
    if (draws.below(3) === 0) {
      await system.trim();
      assert.is(store.trimmed, store.length);
      trims++;
    }
    if (draws.below(4) > 0) continue;
    await system.close();
    system = systemOn(seed, store);
    await system.open();
    if (isPeopled(system)) await supervise(system);
  }
  assert.is(system.trace.digest, baseline.digest, seed);
  assert.equal(chainsOf(system), chainsOf(whole));
  const all = await outcomesOf(whole);
  const left = await outcomesOf(system);
  for (const [slot, outcome] of left) assert.equal(outcome, all.get(slot), slot);
  const mail = (await system.outbound()).map((one) => JSON.stringify(one));
  const allMail = (await whole.outbound()).map((one) => JSON.stringify(one));
  assert.equal(mail, mail.length > 0 ? allMail.slice(-mail.length) : []);
  await system.close();
  return { trims, gone: all.size - left.size };
}

test('a run that is trimmed at any moments and goes on in other lives is the run that never was', async () => {
  let [trims, gone] = [0, 0];
  for (let number = 0; number < 12; number++) {
    const seed = `trimmed ${number}`;
    const baseline = await baselineOf(seed);
    const whole = systemOn(seed, memoryStore());
    for (const step of scriptOf(seed)) await take(seed, whole, step);
    const run = await trimmedRun(seed, baseline, whole);
    trims += run.trims;
    gone += run.gone;
    await whole.close();
  }
  assert.ok(trims > 50 && gone > 500, `${trims} trims, ${gone} outcomes are gone`);
});

test('what is gone is said to be, and everything else goes on', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const [process, other] = [await system.spawn(adder), await system.spawn(listener)];
  const receipt = await process.send({ data: '1', from: other.id });
  await system.settle();
  const { hashChain } = process.status;
  await system.trim();
  const later = await process.send({ data: '2', from: other.id });
  for (const one of [system, createSystem({ store, modules: [adder, listener] })]) {
    await one.settle();
    const found = one.process(process.id);
    const works = [
      () => found.outcome(receipt.slot),
      () => found.outcome(0),
      () => found.schedule(),
      () => one.record(),
    ];
    for (const work of works) {
      const error = await refusal(work);
      assert.is(error.code, 'history-trimmed');
      assert.ok(error.definite);
    }
    assert.is((await found.outcome(later.slot)).messages[0]?.data, '3');
    assert.is.not(found.status.hashChain, hashChain);
    assert.equal(await one.outbound(), []);
  }
});

test('a process whose checkpoint is lost is not brought up as another', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const process = await system.spawn(adder);
  await process.send({ data: '1' });
  await system.settle();
  await system.trim();
  await system.close();
  store.checkpoint = () => undefined;
  const next = createSystem({ store, modules: [adder] });
  await next.open();
  const found = next.process(process.id);
  await found.send({ data: '2' });
  await next.settle();
  assert.is(found.status.state, 'failed');
  assert.match(found.status.reason ?? '', 'was trimmed');
});

/** Assigns the message whose id it is told, to whom it is told. */
const assigner = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      const [id = '', to = ''] = message.data.split(' ');
      if (to) turn.assign(id, [to]);
      return count + 1;
    },
  },
  { name: 'assigner' },
);

test('a message from before is not assigned by its id, and one from behind is, in this life and another', async () => {
  const run = async (isReopened: boolean) => {
    const store = memoryStore();
    let system = createSystem({ store });
    const [by, to, other] = [await system.spawn(assigner), await system.spawn(listener), await system.spawn(listener)];
    const before = await to.send({ data: 'before' });
    await system.settle();
    await system.trim();
    if (isReopened) {
      await system.close();
      system = createSystem({ store, modules: [assigner, listener] });
      await system.open();
    }
    const behind = await system.process(to.id).send({ data: 'behind' });
    for (const { id } of [before, behind]) await system.process(by.id).send({ data: `${id} ${other.id}` });
    await system.settle();
    const dead = (await system.deadLetters()).map(({ kind, reason }) => [kind, reason]);
    const { digest } = system.trace;
    const { output } = await system.process(other.id).dryRun({ tags: { Action: 'Read' } });
    await system.close();
    return { dead, output, digest };
  };
  const [here, there] = [await run(false), await run(true)];
  assert.equal(here.dead, [['assignment', 'history-trimmed']]);
  assert.equal(here.output, ['behind']);
  assert.equal(there, here);
});

/** Sets every message aside until it hears `go`; then hears all. */
const hoarder = behavior<string[]>(
  {
    init: () => [],
    receive(heard, message, turn) {
      if (message.data === 'go') turn.unstash();
      else if (heard.length === 0 && message.data !== 'first') turn.stash();
      return message.data === 'go' ? ['go'] : [...heard, message.data];
    },
  },
  { name: 'stasher' },
);

test('what a process has set aside is there when its history is trimmed', async () => {
  const run = async (trims: boolean) => {
    const store = memoryStore();
    let system = createSystem({ store });
    const { id } = await system.spawn(hoarder);
    for (const data of ['one', 'two', 'three']) {
      await system.process(id).send({ data });
      await system.settle();
      if (!trims) continue;
      await system.trim();
      await system.close();
      system = createSystem({ store, modules: [hoarder] });
      await system.open();
      await system.trim();
    }
    await system.process(id).send({ data: 'go' });
    await system.settle();
    await system.process(id).send({ data: 'end' });
    await system.settle();
    const { digest } = system.trace;
    const { status } = system.process(id);
    await system.close();
    return { digest, state: status.state, hashChain: status.hashChain };
  };
  assert.equal(await run(true), await run(false));
});

/** How much log a store keeps. */
function keptBytes(store: MemoryStore): number {
  let bytes = 0;
  for (let piece = store.read(store.trimmed); piece; piece = store.read(piece.position + piece.bytes.length)) {
    bytes += piece.bytes.length;
  }
  return bytes;
}

test('with retention, a long run keeps about so much, the newest can always be read, and the run is the same', async () => {
  const bytes = 10_000;
  const store = memoryStore();
  let system = createSystem({ store, retention: { bytes } });
  const whole = createSystem();
  const { id } = await system.spawn(adder);
  await whole.spawn(adder);
  let most = 0;
  for (let round = 0; round < 300; round++) {
    for (const one of [system, whole]) {
      const receipt = await one
        .process(id)
        .send({ data: String(round), tags: { Note: 'x'.repeat((round % 9) * 100) } });
      await one.settle();
      assert.is((await receipt.outcome()).error, undefined);
    }
    most = Math.max(most, keptBytes(store));
    if (store.trimmed > 0) assert.ok(store.length - store.trimmed >= bytes);
    if (round % 50 !== 49) continue;
    await system.close();
    system = createSystem({ store, modules: [adder], retention: { bytes } });
    await system.open();
  }
  assert.is(system.trace.digest, whole.trace.digest);
  assert.ok(store.length > 8 * bytes, `${store.length} bytes of log`);
  assert.ok(most < 3 * bytes, `${most} bytes were kept`);
  assert.is(system.process(id).status.hashChain, whole.process(id).status.hashChain);
  for (const retention of [{ bytes: 0 }, { bytes: 1.5 }]) {
    assert.throws(
      () => createSystem({ retention }),
      ({ code }: HeddleError) => code === 'option-invalid',
    );
  }
});

test.run();
