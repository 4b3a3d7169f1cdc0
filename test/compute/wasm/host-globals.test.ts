// Running modules, with all their errors, changes nothing in the program around them.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conversation } from './conversation.ts';
import { assignmentOf, environment, published } from './process.ts';

/** Global objects that hosts of modules are known to replace parts of. */
const watched: Readonly<Record<string, object>> = {
  globalThis,
  Math,
  Date,
  console,
  performance,
  WebAssembly,
  process,
  Object,
  Array,
  Promise,
  JSON,
};

/** Everything a program could see of its globals. */
function snapshot() {
  const properties = new Map<string, PropertyDescriptor>();
  for (const [owner, object] of Object.entries(watched)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      properties.set(`${owner}.${name}`, descriptor);
    }
  }
  return {
    properties,
    environment: { ...process.env },
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    exitCode: process.exitCode,
    folder: process.cwd(),
  };
}

test('no global changes over 100 messages in each format', async () => {
  // Modules load before the snapshot, as does whatever their first use compiles or caches.
  const modules = [await published('aos2_0_6'), await published('aos2_0_4_32')];
  const before = snapshot();
  for (const module of modules) {
    const executor = await module.start(environment(module, { turnMs: 2000 }));
    let slot = 0;
    let errors = 0;
    for (const message of [...conversation, ...Array(100 - conversation.length).fill(conversation[1])]) {
      const { error } = await executor.evaluate(assignmentOf(module, slot++, message));
      if (error !== undefined) errors++;
    }
    assert.ok(slot >= 100 && errors >= 10, `${errors} errors in ${slot} messages`);
    await executor.evaluate(assignmentOf(module, slot++, { tags: { Action: 'Eval' }, data: 'os.exit(3)' }));
    await executor.close();
  }
  const after = snapshot();
  assert.equal([...after.properties.keys()], [...before.properties.keys()]);
  for (const [name, { get, set, value, ...flags }] of before.properties) {
    const found = after.properties.get(name);
    assert.ok(found, name);
    assert.ok(Object.is(found.value, value) || isCounter(name), name);
    assert.is(found.get, get, name);
    assert.is(found.set, set, name);
    assert.equal(
      { writable: found.writable, enumerable: found.enumerable, configurable: found.configurable },
      { ...flags, writable: flags.writable },
      name,
    );
  }
  assert.equal(after.environment, before.environment);
  assert.equal(after.listeners, before.listeners);
  assert.is(after.exitCode, before.exitCode);
  assert.is(after.folder, before.folder);
});

/** What Node and the test runner count up themselves. */
const isCounter = (name: string): boolean => ['globalThis.UVU_INDEX', 'process._exiting'].includes(name);

test('randomness and time go on as they do', async () => {
  const drawn = new Set(Array.from({ length: 10 }, () => Math.random()));
  assert.is(drawn.size, 10);
  assert.ok(Date.now() > 1_700_000_000_000);
});

test.run();
