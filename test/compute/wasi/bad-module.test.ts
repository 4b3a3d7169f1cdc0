import type { HeddleError } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TestProcess } from '../wasm/process.ts';
import { assemble, countingText } from './guest.ts';

/** The error that loading a module ends in. */
async function refusal(bytes: Uint8Array): Promise<HeddleError> {
  try {
    await wasi(bytes).load();
  } catch (error) {
    return error as HeddleError; // Nothing else is thrown here.
  }
  throw new Error('it was taken');
}

const write = '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))';
const memory = '(memory (export "memory") 1)';
const start = '(func (export "_start"))';
const handle = '(func (export "handle"))';

const modules: Readonly<Record<string, readonly [code: string, says: string, text: string]>> = {
  'imports a function of its own host': [
    'module-import-unsupported',
    'env.abort, which WASI does not have',
    `(import "env" "abort" (func)) ${memory} ${start}`,
  ],
  'imports a function that WASI does not have': [
    'module-import-unsupported',
    'wasi_snapshot_preview1.thread_spawn',
    `(import "wasi_snapshot_preview1" "thread_spawn" (func)) ${memory} ${start}`,
  ],
  'imports a function of the next WASI': [
    'module-import-unsupported',
    'wasi:cli/stdout.get',
    `(import "wasi:cli/stdout" "get" (func)) ${memory} ${start}`,
  ],
  'imports a function by another type': [
    'module-import-unsupported',
    'as i>i instead of iiii>i',
    `${write.replace('(param i32 i32 i32 i32)', '(param i32)')} ${memory} ${start}`,
  ],
  'imports its memory': [
    'module-import-unsupported',
    'env.memory, which is no function',
    `(import "env" "memory" (memory 1)) ${start}`,
  ],
  'has no entry': ['wasi-module-unsupported', 'neither _start nor handle', memory],
  'has an entry that takes something': [
    'wasi-module-unsupported',
    'handle as ii>i',
    `${memory} (func (export "handle") (param i32 i32) (result i32) (i32.const 0))`,
  ],
  'initializes with a result': [
    'wasi-module-unsupported',
    '_initialize as >i',
    `${memory} ${handle} (func (export "_initialize") (result i32) (i32.const 0))`,
  ],
  'exports no memory': ['wasi-module-unsupported', 'no memory of its own', `(memory 1) ${start}`],
  'calls its memory otherwise': ['wasi-module-unsupported', 'no memory', `(memory (export "mem") 1) ${start}`],
  'uses a name of the host': [
    'wasi-module-unsupported',
    'heddle.start',
    `${memory} ${start} (func (export "heddle.start"))`,
  ],
  'starts with a table that fills the host': [
    'wasi-module-unsupported',
    'start with more than 131072 entries',
    `${memory} (table 10000000 funcref) ${start}`,
  ],
  'stays and changes its table': [
    'wasi-module-unsupported',
    'changes its tables',
    `${memory} (table 1 funcref) (func (export "handle") (table.set (i32.const 0) (ref.null func)))`,
  ],
  'stays and has a global that is no number': [
    'wasi-module-unsupported',
    'global that is no number',
    `${memory} (global (mut funcref) (ref.null func)) ${handle}`,
  ],
  'stays and has instructions nobody here knows': [
    'wasi-module-unsupported',
    'instructions that are not known',
    `${memory} (func (export "handle") (atomic.fence))`,
  ],
};

for (const [what, [code, says, text]] of Object.entries(modules)) {
  test(`a module that ${what} is refused when it is loaded`, async () => {
    const error = await refusal(assemble(`(module ${text})`));
    assert.is(error.code, code, error.message);
    assert.match(error.message, says);
  });
}

test('bytes that are no module are refused', async () => {
  for (const bytes of [new Uint8Array(0), new TextEncoder().encode('#!/bin/sh'), Uint8Array.of(0, 0x61, 0x73, 0x6d)]) {
    assert.is((await refusal(bytes)).code, 'module-invalid');
  }
  const bytes = assemble(countingText({ style: 'command' }));
  for (let at = 8; at < bytes.length; at += 13) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    const module = wasi(damaged);
    try {
      await module.load();
    } catch (error) {
      const { code } = error as HeddleError; // Nothing else is thrown here.
      assert.match(code, /^(module-invalid|module-import-unsupported|wasi-module-unsupported)$/, `byte ${at}`);
    }
  }
});

test('a command may do what a reactor must not, since it starts anew each time', async () => {
  const text = `(module ${memory} (table 1 funcref) (global $g (mut funcref) (ref.null func))
    (func $self (export "_start")
      (if (i32.eqz (ref.is_null (table.get (i32.const 0)))) (then (unreachable)))
      (if (i32.eqz (ref.is_null (global.get $g))) (then (unreachable)))
      (table.set (i32.const 0) (ref.func $self)) (global.set $g (ref.func $self)))
    (elem declare func $self))`;
  const process = await TestProcess.blank(wasi(assemble(text)));
  for (let turn = 0; turn < 3; turn++) assert.is((await process.send({})).fault, 'result-malformed');
});

test('a file that is not there is said to be unreadable', async () => {
  try {
    await wasi.fromFile('no/such/file.wasm');
    assert.unreachable();
  } catch (error) {
    assert.is((error as HeddleError).code, 'module-unreadable'); // Nothing else is thrown here.
  }
});

test('a module has the id of its bytes, or the one that is given', () => {
  const bytes = assemble(`(module ${memory} ${start})`);
  assert.is(wasi(bytes).id, wasi(bytes.slice()).id);
  const id = 'A'.repeat(43);
  assert.is(wasi(bytes, { id }).id, id);
  assert.throws(() => wasi(bytes, { id: 'short' }), /id-invalid/);
});

test.run();
