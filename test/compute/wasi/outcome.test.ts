import { createSystem, type Json } from 'heddle';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../examples/counter/programs.ts';
import { alice, owner, processId, TestProcess } from '../wasm/process.ts';
import { assemble } from './guest.ts';

/** A command that prints `before`, all it read, and `after`. */
const echo = (before: string, after: string) => {
  const quoted = (text: string) => text.replaceAll('"', '\\"');
  const [first, last] = [before.length, after.length];
  return wasi(
    assemble(`
    (module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 2)
      (data (i32.const 100) "${quoted(before)}")
      (data (i32.const 500) "${quoted(after)}")
      (func (export "_start")
        (i32.store (i32.const 0) (i32.const 1024))
        (i32.store (i32.const 4) (i32.const 100000))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 20)))
        (i32.store (i32.const 0) (i32.const 100))
        (i32.store (i32.const 4) (i32.const ${first}))
        (i32.store (i32.const 8) (i32.const 1024))
        (i32.store (i32.const 12) (i32.load (i32.const 20)))
        (i32.store (i32.const 16) (i32.const 500))
        (i32.store (i32.const 20) (i32.const ${last}))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 24)))))`),
  );
};

test('a program reads one line: the message as AO writes it, its process and its module', async () => {
  const module = echo('{"Output":', '}');
  const process = await TestProcess.blank(module);
  await process.send({});
  const { output } = await process.send({ from: alice, tags: { Action: 'Say', From: 'nobody' }, data: 'a "b"\nc' });
  const { Message, Process, Module } = output as Record<string, Record<string, Json>>; // as this program prints it
  assert.equal(Object.keys(output as object), ['Message', 'Process', 'Module']);
  const { Id, Anchor, Target, 'Hash-Chain': chain, Signature, ...rest } = Message ?? {};
  assert.equal(rest, {
    Data: 'a "b"\nc',
    Owner: alice,
    From: alice,
    Tags: [
      { name: 'Data-Protocol', value: 'ao' },
      { name: 'Type', value: 'Message' },
      { name: 'Action', value: 'Say' },
    ],
    Epoch: 0,
    Nonce: 1,
    Timestamp: 1_735_689_601_000,
    'Block-Height': 1_580_001,
    Cron: false,
    'Read-Only': false,
  });
  assert.is(Target, processId);
  assert.is(Process?.Id, processId);
  assert.is(Process?.Owner, owner);
  assert.is(Module?.Id, module.id);
});

test('a dry run is marked as one and has no slot', async () => {
  const process = await TestProcess.blank(echo('{"Output":', '}'));
  await process.send({});
  const { Message } = (await process.dryRun({ data: 'asked' })).output as Record<string, Record<string, Json>>; // see above
  assert.equal([Message?.['Read-Only'], Message?.Nonce, Message?.Data], [true, undefined, 'asked']);
});

test('the outcome is what a module of AO returns, or its response alone', async () => {
  const response = `{"Output":"printed","Messages":[{"Target":"t","Data":"d","Tags":[]}],"Spawns":[{"Data":"s"}],"Assignments":[{"Message":"m","Processes":["p"]}]}`;
  for (const text of [response, `{"ok":true,"response":${response}}`]) {
    const process = await TestProcess.blank(printing(text));
    const { gasUsed, ...outcome } = await process.send({});
    assert.equal(outcome, {
      messages: [{ target: 't', tags: [], data: 'd' }],
      spawns: [{ data: 's' }],
      assignments: [{ message: 'm', processes: ['p'] }],
      output: 'printed',
    });
    assert.ok(gasUsed > 0n);
  }
});

/** A command that prints a text. */
const printing = (text: string) =>
  wasi(
    assemble(`
    (module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 100) "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}")
      (func (export "_start")
        (i32.store (i32.const 0) (i32.const 100))
        (i32.store (i32.const 4) (i32.const ${text.length}))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))))`),
  );

const refusals: Readonly<Record<string, string>> = {
  '{"Error":"not today"}': 'not today',
  '{"ok":false,"response":"not today"}': 'not today',
  '{"ok":true,"response":{"Error":"not today","Messages":[{"Target":"t"}]}}': 'not today',
};

for (const [text, error] of Object.entries(refusals)) {
  test(`an error is no fault: ${text}`, async () => {
    const process = await TestProcess.blank(printing(text));
    const outcome = await process.send({});
    assert.equal([outcome.error, outcome.fault], [error, undefined]);
  });
}

const malformed = [
  '',
  'hello',
  '{"Output":',
  '[]',
  'null',
  '1',
  '{"Messages":7}',
  '{"ok":true}',
  '{} {}',
  '{"ok":false}',
];

for (const text of malformed) {
  test(`what is no outcome is a fault: ${text || 'nothing'}`, async () => {
    const process = await TestProcess.blank(printing(text));
    const { fault, error } = await process.send({});
    assert.is(fault, 'result-malformed');
    assert.ok(error);
  });
}

test('the programs answer in a system, as their requester expects', async () => {
  await using system = createSystem();
  const counter = await system.spawn(wasi(program('counter')));
  assert.is((await counter.ask({ tags: { Action: 'Increment' } })).data, '1');
  assert.is((await counter.ask({ tags: { Action: 'Increment', By: '9' } })).data, '10');
  const vote = await system.spawn(wasi(program('vote')));
  await vote.send({ tags: { Action: 'Vote', Choice: 'blue "sky" \u00e9' } });
  assert.is((await vote.ask({ tags: { Action: 'Tally' } })).data, '{"blue \\"sky\\" \u00e9":1}');
});

test.run();
