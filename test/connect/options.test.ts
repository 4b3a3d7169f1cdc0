// Whatever AO's loader takes is taken; what would change results and is not there is refused.

import { HeddleError } from 'heddle';
import { AoLoader, type LoaderOptions } from 'heddle/loader';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedModule } from '../modules/index.ts';
import { printed } from './own.ts';
import { evaluate, questions } from './question.ts';

const { bytes, format } = publishedModule('aos2_0_6');

const refusal = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
};

const everyOption = {
  format,
  inputEncoding: 'JSON-1',
  outputEncoding: 'JSON-1',
  memoryLimit: '524288000',
  computeLimit: 9e12,
  extensions: ['WeaveDrive'],
  spawn: { id: 'id', owner: 'owner', tags: [] },
  module: { id: 'id', owner: 'owner', tags: [] },
  blockHeight: 100,
  mode: 'test',
  admissableList: [],
  WeaveDrive: () => ({}),
  ARWEAVE: 'https://arweave.net',
} satisfies LoaderOptions;

test('every option, none, and null', async () => {
  for (const options of [everyOption, {}, undefined, null]) {
    const handle = await AoLoader(bytes(), options);
    const ask = await questions('aos2_0_6');
    const item = ask();
    const { Memory } = await handle(null, item.message, item.env);
    assert.is(Memory.length % 65_536, 0);
    const { message, env } = ask(evaluate('return 1 + 1'));
    const result = await handle(Memory, message, env);
    assert.is(printed(result), '2');
    const keys = ['Memory', 'Error', 'Output', 'Messages', 'Spawns', 'Assignments', 'Patches', 'GasUsed'];
    assert.equal(Object.keys(result), keys);
  }
});

test('a module in any form of bytes', async () => {
  const buffer = Buffer.from(bytes());
  const within = new Uint8Array(buffer.length + 7);
  within.set(buffer, 7);
  for (const form of [bytes().buffer, buffer, within.subarray(7)]) await AoLoader(form, { format });
  for (const none of ['text', null, 5, {}]) {
    assert.is(await refusal(() => AoLoader(none as unknown as Uint8Array, { format })), 'module-invalid');
  }
});

test('a format that is not supported, or not the module’s', async () => {
  const other = ['wasm32-unknown-emscripten4', 'wasm32-unknown-emscripten9'];
  for (const said of other) {
    assert.is(await refusal(() => AoLoader(bytes(), { format: said })), 'module-format-unsupported', said);
  }
});

test('a module that reads a drive is stopped, and goes on without', async () => {
  const handle = await AoLoader(bytes(), everyOption);
  const ask = await questions('aos2_0_6');
  const item = ask();
  const { Memory } = await handle(null, item.message, item.env);
  const run = async (code: string) => {
    const { message, env } = ask(evaluate(code));
    return handle(Memory, message, env);
  };
  for (const path of ['/data/id', '/tx/id', '/block/100']) {
    assert.is(await refusal(() => run(`return tostring(io.open("${path}"))`)), 'option-invalid', path);
  }
  assert.match(String(printed(await run('return tostring(io.open("other"))'))), /nil$/);
});

test('UNSAFE_MEMORY gives the memory itself', async () => {
  const handle = await AoLoader(bytes(), { format, UNSAFE_MEMORY: true });
  const ask = await questions('aos2_0_6');
  const run = async (code: string, memory: ArrayBuffer | Uint8Array | null) => {
    const { message, env } = ask(evaluate(code));
    return handle(memory, message, env);
  };
  const item = ask();
  const first = await handle(null, item.message, item.env);
  assert.instance(first.Memory, ArrayBuffer);
  const saved = new Uint8Array(first.Memory.slice(0));
  const second = await run('Count = 1 return Count', first.Memory);
  assert.is(second.Memory, first.Memory);
  const copy = new Uint8Array(second.Memory.slice(0));
  assert.is(printed(await run('Count = Count + 1 return Count', null)), '2');
  const grown = await run('Huge = string.rep("x", 100 << 20) return Count', second.Memory);
  assert.is(printed(grown), '2');
  assert.is(second.Memory.byteLength, 0, 'a memory that grew is another');
  assert.is(printed(await run('Count = Count + 1 return Count', grown.Memory)), '3');
  assert.match(String(printed(await run('return Count', copy))), /1$/, 'back to what was copied');
  assert.match(String(printed(await run('return tostring(Count)', saved))), /nil$/);
});

test.run();
