// A state crosses over to AO's own loader and back as a full memory, and goes on there as it would have here.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Checkpoint } from '../../../lib/compute/executor.ts';
import { type WasmModule, wasm } from '../../../lib/compute/wasm/index.ts';
import { outcomeFromWire } from '../../../lib/compute/wasm/outcome-json.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { type Outcome, outcomeText } from '../../../lib/core/outcome.ts';
import { type Answer, Oracle } from '../../connect/oracle/index.ts';
import { questions } from '../../connect/question.ts';
import { type ModuleName, publishedModule } from '../../modules/index.ts';
import { conversation } from './conversation.ts';
import { guestModule } from './guest-module.ts';
import { assignmentOf, environment } from './process.ts';

/** The clock is in no memory: what reads it would tell the sides apart. */
const readsClock = /os\.(clock|time|date|tmpname)|clock/;
const steps = conversation.filter((step) => !readsClock.test(`${step.data}${step.name}`)).slice(0, 30);
/** After how many messages the state crosses over. */
const changes = [2, 10, 22];

const theirs = ({ result, thrown, trapped }: Answer): string =>
  trapped === undefined ? outcomeText(outcomeFromWire(result ?? { Error: String(thrown) })) : 'a fault';
const ours = (outcome: Outcome): string => (outcome.fault ? 'a fault' : outcomeText(outcome));

for (const name of ['aos2_0_6', 'aos2_0_4_32'] satisfies ModuleName[]) {
  test(`${name}: ${steps.length} messages, crossing over`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-memory-'));
    const path = join(folder, 'memory');
    const ask = await questions(name);
    const module = wasm(publishedModule(name).bytes());
    const place = environment(module);
    // `straight` stays with AO's loader; the other conversation is carried to and fro.
    const [straight, oracle] = [new Oracle(name), new Oracle(name)];
    let executor = await module.start(place);
    let here = true;
    try {
      for (const [slot, step] of steps.entries()) {
        if (changes.includes(slot)) {
          if (here) {
            writeFileSync(path, await module.memoryOf(await executor.checkpoint()));
            await executor.close();
            await oracle.send({ do: 'open' });
            await oracle.send({ do: 'load', name: 'last', path });
          } else {
            await oracle.send({ do: 'save', name: 'last', path });
            executor = await module.start(place, await module.checkpointOf(readFileSync(path), slot - 1));
            assert.is(executor.slot, slot - 1);
          }
          here = !here;
        }
        const question = ask(step);
        const expected = theirs(await straight.call(question, slot === 0 ? null : 'last', 'last'));
        const found = here
          ? ours(await executor.evaluate(assignmentOf(module, slot, step)))
          : theirs(await oracle.call(question, 'last', 'last'));
        assert.is(found, expected, `${step.name}, ${here ? 'here' : 'there'}`);
      }
      assert.is(here, false);
    } finally {
      straight.close();
      oracle.close();
      rmSync(folder, { recursive: true });
    }
  });
}

test('a memory that is read and written is the same but for the dead stack, prepared or not', async () => {
  const bytes = publishedModule('aos2_0_6').bytes();
  const [published, prepared] = [wasm(bytes, { prepare: 'off' }), wasm(bytes, { prepare: 'before' })];
  const executor = await published.start(environment(published));
  await executor.evaluate(assignmentOf(published, 0, {}));
  const checkpoint = await executor.checkpoint();
  const memory = await published.memoryOf(checkpoint);
  assert.is(memory.length, (await executor.state?.())?.memoryBytes);
  for (const module of [published, prepared]) {
    const read = await module.checkpointOf(memory, 0);
    assert.ok(Buffer.from(await module.memoryOf(read)).equals(memory));
    const restored = await module.start(environment(module), read);
    assert.is((await restored.state?.())?.digest, (await executor.state?.())?.digest);
  }
  // Deep in the stack, where nothing is alive between turns.
  const dead = memory.slice();
  dead.fill(1, 1_000_000, 2_000_000);
  assert.ok(Buffer.from(await published.memoryOf(await published.checkpointOf(dead, 0))).equals(memory));
});

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
}

const read = (module: WasmModule, memory: Uint8Array, slot = 0) => codeOf(() => module.checkpointOf(memory, slot));

test('memories that are none of the module are refused', async () => {
  const module = wasm(guestModule({ memoryPages: 2 }));
  const memory = await module.memoryOf(await (await module.start(environment(module))).checkpoint());
  const page = 65_536;
  assert.is(memory.length, 2 * page);
  assert.is(await read(module, memory), 'none');
  const larger = new Uint8Array(16 * page);
  larger.set(memory);
  larger[larger.length - 1] = 1;
  assert.is(await read(module, larger), 'none');
  for (const [what, wrong] of [
    ['empty', new Uint8Array(0)],
    ['too short', memory.slice(0, page)],
    ['no pages', memory.slice(0, memory.length - 1)],
    ['larger than it can be', new Uint8Array(17 * page)],
    ['zeros', new Uint8Array(2 * page)],
    ['nonsense', new Uint8Array(2 * page).fill(0xaa)],
    ['moved', Uint8Array.from([...memory.subarray(4), 0, 0, 0, 0])],
  ] as const) {
    assert.is(await read(module, wrong), 'checkpoint-invalid', what);
  }
  for (const slot of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.is(await read(module, memory, slot), 'option-invalid', String(slot));
  }
});

test('a memory full of nonsense behind its marks is a state that its turns can cope with', async () => {
  const module = wasm(publishedModule('aos2_0_6').bytes());
  const blank = await module.memoryOf(await (await module.start(environment(module))).checkpoint());
  const nonsense = blank.slice();
  for (let at = 67_200_000; at < nonsense.length; at++) nonsense[at] = (at * 31) & 0xff;
  const executor = await module.start(
    environment(module, { turnGas: 100_000_000 }),
    await module.checkpointOf(nonsense, 5),
  );
  const before = await executor.state?.();
  const outcome = await executor.evaluate(assignmentOf(module, 6, {}));
  assert.ok(outcome.error);
  assert.equal(await executor.state?.(), before);
});

test('a checkpoint of another module has no memory of this one', async () => {
  const [one, other] = [wasm(guestModule()), wasm(guestModule({ memoryPages: 3 }))];
  const checkpoint: Checkpoint = await (await one.start(environment(one))).checkpoint();
  assert.is(await codeOf(() => other.memoryOf(checkpoint)), 'checkpoint-invalid');
  const forged = wasm(guestModule({ memoryPages: 3 }), { id: one.id });
  assert.is(await codeOf(() => forged.memoryOf(checkpoint)), 'none');
});

test.run();
