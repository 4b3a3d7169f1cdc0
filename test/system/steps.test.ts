import { createSystem, type Step, type System } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echo, listener } from '../fixtures/system/behaviors.ts';
import { refusal } from '../fixtures/system/refusal.ts';

async function run(): Promise<System> {
  const system = createSystem();
  const [one, other] = [await system.spawn(echo), await system.spawn(listener)];
  await one.send({ data: 'to a wallet' });
  await one.send({ from: other.id, data: 'to another' });
  await system.settle();
  return system;
}

async function stepsFrom(system: System, from?: number): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for await (const step of system.steps(from)) steps.push(step);
  return steps;
}

test('each message comes once, before the slots that have it, and each slot in its order', async () => {
  const system = await run();
  const steps = await stepsFrom(system);
  const known = new Set<string>();
  const slots: string[] = [];
  for (const { evaluated, messages } of steps) {
    if (evaluated) {
      const { process, slot, message } = evaluated.assignment;
      assert.ok(known.has(message.id));
      slots.push(`${process} ${slot}`);
    }
    for (const { message } of messages) {
      assert.not(known.has(message.id));
      known.add(message.id);
    }
  }
  const schedules = await Promise.all(system.processes.map((process) => process.schedule()));
  assert.equal(
    [...slots].sort(),
    schedules
      .flat()
      .map(({ process, slot }) => `${process} ${slot}`)
      .sort(),
  );
  const left = (await system.outbound()).map(({ message }) => message?.id ?? '');
  assert.is(left.length, 1);
  assert.equal([...known].sort(), [...new Set([...schedules.flat().map(({ message }) => message.id), ...left])].sort());
});

test('they go on from any of them, and what has a slot is as its schedule has it', async () => {
  const system = await run();
  const all = await stepsFrom(system);
  const positions = (steps: readonly Step[]) => steps.map(({ position, end }) => [position, end]);
  for (const [at, { position, end }] of all.entries()) {
    assert.equal(positions(await stepsFrom(system, position)), positions(all.slice(at)));
    assert.equal(positions(await stepsFrom(system, end)), positions(all.slice(at + 1)));
  }
  for (const { evaluated } of all) {
    if (!evaluated) continue;
    const { process, slot, id, hashChain } = evaluated.assignment;
    const scheduled = (await system.process(process).schedule())[slot];
    assert.equal([id, hashChain], [scheduled?.id, scheduled?.hashChain]);
  }
  const end = all.at(-1)?.end ?? 0;
  assert.is((await refusal(() => stepsFrom(system, end + 1))).code, 'option-invalid');
});

test.run();
