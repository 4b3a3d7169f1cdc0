// Worker threads change how long a run takes and nothing else.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  createSystem,
  memoryStore,
  type ProcessHandle,
  random,
  replay,
  type System,
  type SystemOptions,
  type TraceEvent,
} from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aos, aos32, evaluate, printed } from '../aos/aos.ts';
import { adder } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const relay = (next: string) => `Handlers.add('pass', 'Pass', function(msg)
  local hops = tonumber(msg.Hops)
  Seen = (Seen or 0) + 1
  if hops % 5 == 3 then error('stumbles') end
  if hops > 0 then Send({ Target = '${next}', Action = 'Pass', Hops = tostring(hops - 1) }) end
end)`;

/** Processes that pass messages on, some of which fail, a light one among them. */
async function mixedRun(options: SystemOptions): Promise<{ digest: string; seen: readonly string[] }> {
  await using system = createSystem({ seed: 'workers', scheduler: random(), ...options });
  const light = await system.spawn(adder);
  const processes: ProcessHandle[] = [];
  for (const module of [aos, aos32, aos, aos]) processes.push(await system.spawn(module));
  for (const [at, process] of processes.entries()) {
    const next = processes[(at + 1) % processes.length]?.id ?? '';
    await process.send({ tags: { Action: 'Eval' }, data: relay(next) });
  }
  for (let round = 0; round < 4; round++) {
    for (const process of processes) await process.send({ tags: { Action: 'Pass', Hops: String(6 + round) } });
    await light.send({ data: String(round) });
    // A run may end anywhere, with mail begun elsewhere.
    await system.run({ turns: 7 });
  }
  await system.settle();
  const seen: string[] = [];
  for (const process of processes) {
    const outcome = await process.dryRun({ tags: { Action: 'Eval' }, data: 'return Seen' });
    seen.push(`${printed(outcome)} ${(await process.state()).digest}`);
  }
  await replay(await system.record(), { modules: [aos, aos32, adder] });
  return { digest: system.trace.digest, seen };
}

test('a run and the states it ends with are the same for any number of workers', async () => {
  const inline = await mixedRun({ workers: 0 });
  for (const workers of [1, 2, 5]) assert.equal(await mixedRun({ workers }), inline, `${workers} workers`);
});

test('checkpoints and hibernation on the way change nothing either', async () => {
  const inline = await mixedRun({ workers: 0 });
  const limits = { checkpointSlots: 3, residentBytes: 3_000_000 };
  for (const workers of [0, 2]) assert.equal(await mixedRun({ workers, limits }), inline, `${workers} workers`);
});

test('every turn a worker has begun before its time waits for that time', async () => {
  await using system = createSystem({ workers: 1 });
  const [one, other] = [await system.spawn(aos), await system.spawn(aos)];
  for (const process of [one, other]) {
    for (const text of ['Mark = 1', 'Mark = 2']) await process.send({ tags: { Action: 'Eval' }, data: text });
  }
  await system.run({ turns: 3 });
  assert.equal([one.status.mail, other.status.mail], [1, 2]);
  // Stopping the other discards what was begun with its mail.
  await other.stop();
  await system.settle();
  assert.equal([one.status.mail, other.status.mail], [0, 2]);
  assert.is(await evaluate(one, 'return Mark'), '2');
});

test('a checkpoint is of the slot that is committed, whatever workers are at', async () => {
  const store = memoryStore();
  const put = store.putCheckpoint.bind(store);
  const slots: number[] = [];
  store.putCheckpoint = (checkpoint) => {
    const { process, slot } = checkpoint;
    const { slots: given, mail } = system.process(process).status;
    assert.is(slot, given - mail - 1, `slot ${slot} is the last that is committed`);
    slots.push(slot);
    put(checkpoint);
  };
  await using system = createSystem({ store, workers: 1, limits: { checkpointSlots: 3 } });
  const process = await system.spawn(aos);
  await process.send({ tags: { Action: 'Eval' }, data: relay(process.id) });
  // To itself: the next message arrives with the very commit after which a checkpoint is due.
  await process.send({ tags: { Action: 'Pass', Hops: '12' } });
  await system.settle();
  assert.equal(slots.slice(0, 2), [2, 5]);
});

/** A system with one thread, whose turns may keep it busy for a moment only, and all its crashes. */
function shortTempered(restarts: number): { system: System; crashes: TraceEvent[] } {
  const limits = { workerMs: 2_000, turnMs: Number.POSITIVE_INFINITY, turnGas: Number.MAX_SAFE_INTEGER, restarts };
  const system = createSystem({ workers: 1, limits });
  const crashes: TraceEvent[] = [];
  system.trace.subscribe((event) => event.type === 'lifecycle' && event.to === 'restarting' && crashes.push(event));
  return { system, crashes };
}

test('a worker that does not return is ended: who kept it busy is charged, the others go on elsewhere', async () => {
  const { system, crashes } = shortTempered(1);
  const [looping, quiet, busy] = [await system.spawn(aos), await system.spawn(aos), await system.spawn(aos)];
  for (const process of [quiet, busy]) await evaluate(process, 'Count = 1');
  await looping.send({ tags: { Action: 'Eval' }, data: 'while true do end' });
  const counted: Promise<string>[] = [];
  for (let turn = 0; turn < 3; turn++) counted.push(evaluate(busy, 'Count = Count + 1; return Count'));
  await system.settle();
  assert.is(looping.status.state, 'failed');
  assert.match(looping.status.reason ?? '', 'busy with one request');
  assert.equal(await Promise.all(counted), ['2', '3', '4']);
  assert.is(await evaluate(quiet, 'return Count'), '1');
  for (const crash of crashes) {
    if (crash.type !== 'lifecycle' || crash.process === looping.id) continue;
    assert.is(crash.restartsLeft, 1, 'nobody else is charged');
  }
  await system.close();
});

test('closing does not wait for what workers are at', async () => {
  const { system } = shortTempered(0);
  const process = await system.spawn(aos);
  await evaluate(process, 'Count = 1');
  await process.send({ tags: { Action: 'Eval' }, data: 'while true do end' });
  await process.send();
  // The second run has the loop begun with, and then does nothing with it.
  await system.run({ turns: 1, done: () => false }).catch(() => {});
  await system.close();
  assert.is((await refusal(() => process.send())).code, 'system-closed');
});

test('a program ends although its system was not closed', () => {
  const program = fileURLToPath(new URL('../fixtures/system/unclosed.ts', import.meta.url));
  const args = [...process.execArgv, program];
  assert.is(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 }), '42\n');
});

test('how many workers there are is a whole number', async () => {
  for (const workers of [-1, 0.5, Number.NaN, 1e9]) {
    const error = await refusal(() => createSystem({ workers }));
    assert.equal([error.code, error.facts.option], ['option-invalid', 'workers']);
  }
});

test.run();
