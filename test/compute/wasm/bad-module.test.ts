// Whatever a module is or does, it is refused with a reason or its turn is an outcome; the host goes on.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type WasmOptions, wasm } from '../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import type { ErrorCode } from '../../../lib/core/error-codes.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';
import { randomStream } from '../../../lib/core/random.ts';
import { publishedModule } from '../../modules/index.ts';
import { badId, type GuestOptions, guestModule, op } from './guest-module.ts';
import { assignmentOf, environment, published, TestProcess } from './process.ts';

async function refusal(bytes: Uint8Array, options: WasmOptions = {}): Promise<HeddleError | undefined> {
  try {
    await wasm(bytes, options).load();
    return undefined;
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
}

const limits = { turnMs: 1000, turnGas: 10_000_000 };
const guest = (options?: GuestOptions) => TestProcess.blank(wasm(guestModule(options)), limits);

/** Sends one good message, a bad one, and another good one; the outcome of the bad one. */
async function outcomeOfBad(options: GuestOptions): Promise<Outcome> {
  const process = await guest(options);
  assert.is((await process.send({})).output, '1');
  const outcome = await process.send({ id: badId });
  assert.is((await process.send({})).output, '2', 'the next message works on the state before');
  return outcome;
}

async function faultOf(options: GuestOptions): Promise<ErrorCode | undefined> {
  const outcome = await outcomeOfBad(options);
  assert.ok(outcome.error);
  return outcome.fault;
}

test('a module that is fine', async () => {
  const process = await guest({ bad: [] });
  assert.is((await process.send({})).output, '1');
  assert.is((await process.send({ id: badId })).output, '2');
});

test('bytes that are no module', async () => {
  for (const bytes of [[], [0], [0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0], [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]]) {
    assert.is((await refusal(Uint8Array.from(bytes)))?.code, 'module-invalid');
  }
  assert.is((await refusal(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)))?.code, 'module-without-handle');
});

test('a module cut off at any length', async () => {
  const small = guestModule();
  for (let length = 0; length < small.length; length++) {
    const start = small.slice(0, length);
    const code = (await refusal(start))?.code;
    // Cut between two sections it may still be a module.
    const expected = WebAssembly.validate(start)
      ? [undefined, 'module-without-handle']
      : ['module-invalid', 'module-without-handle'];
    assert.ok(expected.includes(code), `${length}: ${code}`);
  }
  const large = publishedModule('aos2_0_6').bytes();
  for (let length = 1; length < large.length; length *= 2) assert.ok(await refusal(large.slice(0, length)));
});

test('a module with a flipped bit', async () => {
  const random = randomStream('bad module', 'bits');
  for (const bytes of [guestModule(), publishedModule('aos2_0_6').bytes().slice(0, 4000)]) {
    for (let round = 0; round < 500; round++) {
      const damaged = bytes.slice();
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
      await refusal(damaged);
    }
  }
});

test('a section that claims more entries than there are bytes', async () => {
  const claim = [0xff, 0xff, 0xff, 0xff, 0x0f];
  for (const id of [1, 2, 3, 5, 7]) {
    const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, id, claim.length, ...claim);
    assert.is((await refusal(bytes))?.code, 'module-invalid');
  }
});

test('no handle, another format, unknown imports', async () => {
  assert.is((await refusal(guestModule({ without: 'handle' })))?.code, 'module-without-handle');
  const other = await refusal(guestModule({ without: '_emscripten_stack_alloc' }));
  assert.is(other?.code, 'module-format-unsupported');
  assert.match(String(other?.message), '_emscripten_stack_alloc');
  const unknown = await refusal(guestModule({ imports: ['launch_missiles'] }));
  assert.is(unknown?.code, 'module-import-unsupported');
  assert.equal(unknown?.facts, { import: 'env.launch_missiles' });
  const inherited = await refusal(guestModule({ imports: ['toString'] }));
  assert.is(inherited?.code, 'module-import-unsupported');
  const typed = await refusal(guestModule({ imports: ['strftime'] }));
  assert.is(typed?.code, 'module-import-unsupported', 'a known name of another type');
});

test('a tag that says another format', async () => {
  for (const format of [
    'wasm64-unknown-emscripten-draft_2024_02_15',
    'wasm64-unknown-emscripten-draft_2024_10_16-metering',
    'wasm32-unknown-emscripten',
    'wasm32-unknown-emscripten2',
    'wasm32-unknown-emscripten3',
    'wasm32-unknown-emscripten5',
    '',
  ]) {
    const refused = await refusal(guestModule(), { tags: { 'Module-Format': format } });
    assert.is(refused?.code, 'module-format-unsupported', format);
  }
  for (const format of ['wasm32-unknown-emscripten4', 'wasm32-unknown-emscripten-metering']) {
    assert.is(await refusal(guestModule(), { tags: { 'Module-Format': format } }), undefined);
  }
});

test('an option that is none', () => {
  for (const prepare of ['never', 'Before', '', null, true]) {
    const options = { prepare } as unknown as WasmOptions;
    assert.throws(
      () => wasm(guestModule(), options),
      (error: unknown) => error instanceof HeddleError && error.code === 'option-invalid',
    );
  }
});

test('a format whose name is long is told in short', async () => {
  const refused = await refusal(guestModule(), { tags: { 'Module-Format': 'x'.repeat(10_000) } });
  assert.is(refused?.code, 'module-format-unsupported');
  assert.ok(String(refused?.message).length < 300);
});

test('a trap', async () => {
  assert.is(await faultOf({ bad: op.unreachable }), 'guest-trap');
  assert.is(await faultOf({ bad: op.storeFarAway }), 'guest-trap');
});

test('recursion without end', async () => {
  // `handle`, which has the first index after the imported exit, calls itself with its own parameters.
  assert.is(await faultOf({ bad: [0x20, 0, 0x20, 1, ...op.call(1), 0x1a] }), 'guest-trap');
});

test('a loop without end', async () => {
  assert.is(await faultOf({ bad: op.loopForEver }), 'guest-over-gas');
  const bytes = guestModule({ bad: op.loopForEver });
  const process = await TestProcess.blank(wasm(bytes, { prepare: 'off' }), limits);
  assert.is((await process.send({ id: badId })).fault, 'guest-over-time');
});

test('exit and abort', async () => {
  assert.is(await faultOf({ bad: op.exit }), 'guest-exit');
  assert.is(await faultOf({ imports: ['_abort_js'], bad: op.call(1) }), 'guest-trap');
  assert.is(await faultOf({ imports: ['_emscripten_throw_longjmp'], bad: op.call(1) }), 'guest-trap');
});

test('a result pointer outside the memory, and a result without an end', async () => {
  const returning = (address: number) => [...op.constant(address), 0x0f];
  assert.is(await faultOf({ bad: returning(-5) }), 'guest-trap');
  assert.is(await faultOf({ bad: returning(0x7fff_0000) }), 'guest-trap');
  assert.is(await faultOf({ bad: returning(131_072) }), 'guest-trap');
  // The last byte of the memory, and it is not zero.
  const fill = [...op.constant(131_071), ...op.constant(65), 0x3a, 0, 0];
  assert.is(await faultOf({ bad: [...fill, ...returning(131_071)] }), 'guest-trap');
});

const badResults: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no JSON', '{"ok":true'],
  ['a number', '5'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no response', '{"ok":true}'],
  ['a response that is text', '{"ok":true,"response":"text"}'],
  ['Messages that are no list', '{"ok":true,"response":{"Messages":"many"}}'],
  ['a message that is no object', '{"ok":true,"response":{"Messages":[5]}}'],
  ['not ok and no reason', '{"ok":false}'],
];

for (const [what, result] of badResults) {
  test(`a result that is malformed: ${what}`, async () => {
    const process = await guest({ result });
    for (let i = 0; i < 2; i++) assert.is((await process.send({})).fault, 'result-malformed');
  });
}

test('a result that is not UTF-8 reads as AO reads it', async () => {
  const encode = (text: string) => [...new TextEncoder().encode(text)];
  const result = Uint8Array.from([...encode('{"ok":true,"response":{"Output":"'), 0xff, ...encode('"}}\0')]);
  const process = await guest({ result });
  assert.is((await process.send({})).output, '\ufffd');
});

test('a module that says that it failed', async () => {
  const process = await guest({ result: '{"ok":false,"response":"failed %"}' });
  const outcome = await process.send({});
  assert.is(outcome.error, 'failed 1');
  assert.is(outcome.fault, undefined);
  assert.is((await process.send({})).error, 'failed 1', 'and counts nothing');
});

test('a module that is out of memory says so in its output', async () => {
  for (const [before, after] of [
    ['"', '"'],
    ['{"data":{"output":"', '"}}'],
  ]) {
    const output = `${before}% not enough memory for buffer allocation${after}`;
    const process = await guest({ result: `{"ok":true,"response":{"Output":${output}}}` });
    const outcome = await process.send({});
    assert.is(outcome.error, undefined);
    assert.equal((await process.send({})).output, outcome.output, 'and counts nothing');
  }
});

test('a message that does not fit the stack', async () => {
  const process = await guest();
  assert.is((await process.send({})).output, '1');
  assert.is((await process.send({ data: 'x'.repeat(100_000) })).fault, 'guest-trap');
  assert.is((await process.send({})).output, '2');
});

test('a module that breaks while it starts', async () => {
  for (const [constructors, code] of [
    [op.unreachable, 'guest-trap'],
    [op.loopForEver, 'guest-over-time'],
    [op.exit, 'guest-exit'],
  ] as const) {
    try {
      await guest({ constructors });
      assert.unreachable();
    } catch (error) {
      assert.is((error as HeddleError).code, code);
    }
  }
});

test('a loop in Lua', async () => {
  for (const [prepare, fault] of [
    ['before', 'guest-over-gas'],
    ['off', 'guest-over-time'],
  ] as const) {
    const process = await TestProcess.blank(await published('aos2_0_6', prepare), {
      turnMs: 1000,
      turnGas: 200_000_000,
    });
    await process.send({});
    await process.eval('Count = 1');
    const outcome = await process.run('Count = 2 while true do end');
    assert.is(outcome.fault, fault);
    assert.is(await process.eval('return Count'), '1');
  }
});

test('an executor that was closed', async () => {
  const module = await published('aos2_0_6');
  const executor = await module.start(environment(module));
  await executor.close();
  for (const ask of [() => executor.evaluate(assignmentOf(module, 0, {})), () => executor.checkpoint()]) {
    assert.throws(ask, (error: unknown) => error instanceof HeddleError && error.code === 'lifecycle-invalid');
  }
});

test.run();
