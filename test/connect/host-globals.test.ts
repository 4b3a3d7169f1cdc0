// AO's loader replaces parts of its host's globals, and leaves more replaced after an error. This one replaces nothing.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conversation } from '../compute/wasm/conversation.ts';
import { type Copied, open } from './own.ts';
import { evaluate, questions } from './question.ts';

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

/** What Node and the test runner count up themselves. */
const counters = ['globalThis.UVU_INDEX', 'process._exiting'];

function snapshot(): Map<string, unknown> {
  const seen = new Map<string, unknown>();
  for (const [owner, object] of Object.entries(watched)) {
    for (const [name, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      const full = `${owner}.${name}`;
      if (!counters.includes(full)) seen.set(full, value ?? get ?? set);
    }
  }
  for (const name of process.eventNames()) seen.set(`on ${String(name)}`, process.listenerCount(name));
  return seen;
}

test('100 messages with errors, traps and exits', async () => {
  // Loads whatever the first use compiles or caches.
  const handles = [await open('aos2_0_6'), await open('aos2_0_4_32')];
  const before = snapshot();
  for (const [at, name] of (['aos2_0_6', 'aos2_0_4_32'] as const).entries()) {
    const ask = await questions(name);
    let memory: Uint8Array | null = null;
    let failures = 0;
    const more = Array.from({ length: 100 - conversation.length }, () => evaluate('os.exit(3)'));
    for (const step of [...conversation, ...more]) {
      const { message, env } = ask(step);
      const result: Copied | undefined = await handles[at]?.(memory, message, env).catch(() => undefined);
      if (result && !result.Error) memory = result.Memory;
      else failures++;
    }
    assert.ok(failures >= 20, `${failures} failures`);
  }
  const after = snapshot();
  assert.equal([...after.keys()], [...before.keys()]);
  for (const [name, value] of before) assert.ok(Object.is(after.get(name), value), name);
  assert.is(new Set(Array.from({ length: 10 }, () => Math.random())).size, 10);
  assert.ok(Date.now() > 1_700_000_000_000);
});

test.run();
