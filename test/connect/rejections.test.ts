// Whatever a module answers with, the handle resolves or rejects as AO's loader does.

import { HeddleError } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booted, printed } from './own.ts';
import { withPair } from './pair.ts';
import { evaluate } from './question.ts';

/** Has data that starts with `=` be the text that the module returns. */
const answering = evaluate(`
local json, old = require("json"), handle
function handle(message, env)
  local data = json.decode(message).Data
  if data:sub(1, 1) == "=" then return data:sub(2) end
  return old(message, env)
end
return "ready"`);

const answers = [
  '{"ok":true,"response":{}}',
  '{"ok":true,"response":{"Output":"x","Messages":{},"Spawns":null,"Extra":5,"Patches":[1],"GasUsed":7,"Error":"e","Memory":3}}',
  '{"ok":true,"response":{"Error":"","Patches":""}}',
  '{"ok":true,"response":{"Error":null,"Patches":null}}',
  '{"ok":true,"response":{"Error":{"code":1},"Messages":[{"Target":"t"}]}}',
  '{"ok":true,"response":"text"}',
  '{"ok":1,"response":{"Output":5}}',
  '{"ok":false,"response":"why"}',
  '{"ok":false,"response":{"code":1}}',
  '{"ok":false,"response":["a"]}',
  '{"ok":false,"response":null}',
  '{"ok":0,"response":0}',
  '{"ok":false}',
  '{}',
  '[]',
  '5',
  '"text"',
];

/** Here both reject with an error, in words of their own. */
const broken = ['{"ok":true,"response":null}', '{"ok":true}', 'null', '', 'no JSON'];

test('responses of every shape', async () => {
  await withPair('aos2_0_6', {}, async (both) => {
    await both(undefined, null, 'item');
    const ready = await both(answering, 'item', 'ready');
    assert.equal(ready.ours, ready.theirs);
    for (const answer of answers) {
      const { ours, theirs } = await both({ data: `=${answer}` }, 'ready');
      assert.equal(ours, theirs, answer);
      assert.is(theirs.trapped, undefined, answer);
    }
    for (const answer of broken) {
      const { ours, theirs } = await both({ data: `=${answer}` }, 'ready');
      assert.ok(theirs.trapped, answer);
      assert.ok(ours.trapped, answer);
    }
    for (const code of ['os.exit(3)', 'os.exit(true)', 'error("boom")', 'return = 5']) {
      const { ours, theirs } = await both(evaluate(code), 'ready');
      assert.equal(ours, theirs, code);
    }
    const after = await both(evaluate('return 1'), null);
    assert.equal(after.ours, after.theirs, 'and the handle goes on');
    const trap = await both(evaluate('X = 1 return os.date("%c", 1 << 60)'), 'ready');
    assert.ok(trap.theirs.trapped && trap.ours.trapped);
    for (const from of [null, null, 'ready']) {
      const next = await both(evaluate('return X'), from);
      assert.equal(next.ours, next.theirs, 'after a trap');
    }
  });
});

const refusal = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
};

test('arguments that are none', async () => {
  const { handle, ask, run, memory } = await booted();
  const { message, env } = ask(evaluate('return 1'));
  assert.is(await refusal(() => handle(memory, undefined, env)), 'option-invalid');
  assert.is(await refusal(() => handle(memory, null, env)), 'option-invalid');
  assert.is(await refusal(() => handle(memory, message, undefined)), 'option-invalid');
  for (const none of ['memory', {}, 5, [1, 2]]) {
    assert.is(await refusal(() => handle(none as unknown as Uint8Array, message, env)), 'option-invalid');
  }
  assert.is(await refusal(() => handle(new Uint8Array(1000), message, env)), 'checkpoint-invalid');
  assert.is(await refusal(() => handle(new Uint8Array(2 ** 32), message, env)), 'checkpoint-invalid');
  assert.is(printed(await run('return 1', memory)), '1');
});

test('a Memory that was given away', async () => {
  const { run, memory } = await booted();
  const { Memory } = await run('Count = 1 return Count', memory);
  structuredClone(Memory, { transfer: [Memory.buffer] });
  assert.is(
    await refusal(() => run('return Count', Memory)),
    'checkpoint-invalid',
    'it is empty now, and not the last',
  );
});

test('a message that does not fit the stack', async () => {
  const { run, memory } = await booted('aos2_0_4_32');
  assert.is(await refusal(() => run(`return "${'x'.repeat(2 ** 26)}"`, memory)), 'guest-trap');
  assert.match(String(printed(await run('return "well"', memory))), /well$/);
});

test.run();
