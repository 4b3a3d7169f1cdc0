// The formats before the current ones. No package ships a module of them, so these are built here, byte by byte, and
// AO's own loader runs them too.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import { tagValue } from '../../../lib/core/tags.ts';
import { compare } from './against-loader.ts';
import { badId, type Code, defaultResult, guestModule, type Older, op } from './guest-module.ts';
import { TestProcess } from './process.ts';

const stackNames = {
  emscripten_stack_get_current: 'stackSave',
  _emscripten_stack_restore: 'stackRestore',
  _emscripten_stack_alloc: 'stackAlloc',
};
const main = { name: 'main', type: 5, code: op.constant(0) };
const allocate = { name: 'malloc', type: 3, code: op.constant(0) };
const errnoAt = { name: '__errno_location', type: 2, code: op.constant(700) };
const flush = { name: 'fflush', type: 3, code: op.constant(0) };
const stackFree = { name: 'emscripten_stack_get_free', type: 2, code: op.constant(65_536) };
const wasi = 'wasi_snapshot_preview1';

const formats: Readonly<Record<string, Older>> = {
  'wasm32-unknown-emscripten': {
    exports: {
      memory: 'E',
      __wasm_call_ctors: 'F',
      handle: 'G',
      main: 'H',
      __indirect_function_table: 'I',
      malloc: 'J',
      __errno_location: 'K',
      setThrew: 'L',
      emscripten_stack_get_current: 'M',
      _emscripten_stack_restore: 'N',
      _emscripten_stack_alloc: 'O',
      emscripten_stack_init: null,
      emscripten_stack_get_base: null,
      emscripten_stack_get_end: null,
      sbrk: null,
    },
    exit: ['a', 'l'],
    also: [main, allocate, errnoAt],
    imports: [
      ['a', 'v', 5],
      ['a', 'u', 5],
    ],
  },
  'wasm32-unknown-emscripten2': {
    exports: stackNames,
    exit: ['env', 'exit'],
    also: [main, allocate, errnoAt, flush, stackFree],
    imports: [
      [wasi, 'environ_sizes_get', 5],
      [wasi, 'environ_get', 5],
    ],
  },
  'wasm32-unknown-emscripten3': {
    exports: stackNames,
    exit: ['env', 'exit'],
    also: [main, flush, stackFree, { name: 'setTempRet0', type: 1, code: [] }],
    imports: [
      [wasi, 'environ_sizes_get', 5],
      [wasi, 'environ_get', 5],
    ],
  },
};

const prefix = '{"ok":true,"response":{"Output":"';
const textsAt = 1024 + prefix.length;
const [listAt, countAt, sizeAt, indexAt] = [520, 600, 604, 608];
const load = (at: number): Code => [...op.constant(at), 0x28, 2, 0];
const place = [...load(indexAt), ...op.constant(textsAt), 0x6a];

/** Makes the result of the environment, whose variables it joins. */
const showEnvironment: Code = [
  ...op.constant(countAt),
  ...op.constant(sizeAt),
  ...op.call(1),
  0x1a,
  ...op.constant(listAt),
  ...op.constant(textsAt),
  ...op.call(2),
  0x1a,
  ...[0x03, 0x40],
  ...[...place, 0x2d, 0, 0, 0x45, 0x04, 0x40],
  ...[...place, ...op.constant(';'.charCodeAt(0)), 0x3a, 0, 0, 0x0b],
  ...[...op.constant(indexAt), ...load(indexAt), ...op.constant(1), 0x6a, 0x36, 2, 0],
  ...[...load(indexAt), ...load(sizeAt), 0x49, 0x0d, 0, 0x0b],
  // What ends the JSON: `"}}` and a zero.
  ...[...load(sizeAt), ...op.constant(textsAt), 0x6a, ...op.constant(0x7d_7d_22), 0x36, 0, 0],
];

const bothWays = (bytes: Uint8Array) => ({ prepared: wasm(bytes), 'as published': wasm(bytes, { prepare: 'off' }) });

for (const [format, older] of Object.entries(formats)) {
  test(`${format}: is told from the others by what it exports`, async () => {
    const module = wasm(guestModule({ older }));
    await module.load();
    assert.is(tagValue(module.tags, 'Module-Format'), format);
    for (const other of Object.keys(formats).filter((one) => one !== format)) {
      try {
        await wasm(guestModule({ older }), { tags: { 'Module-Format': other } }).load();
        assert.unreachable(other);
      } catch (error) {
        assert.is(error instanceof HeddleError && error.code, 'module-format-unsupported');
      }
    }
  });

  test(`${format}: answers as in the loader`, async () => {
    const bytes = guestModule({ older, result: defaultResult });
    const { differing } = await compare(bothWays(bytes), { bytes, format }, [
      {},
      { data: 'x' },
      { data: 'ž🐎'.repeat(1000) },
      {},
    ]);
    assert.equal(differing, [], differing.join('\n'));
  });

  test(`${format}: has the loader's environment`, async () => {
    const bytes = guestModule({ older, result: prefix, constructors: showEnvironment });
    const { differing, ours } = await compare(bothWays(bytes), { bytes, format }, [{}, {}]);
    assert.equal(differing, [], differing.join('\n'));
    assert.match(String(ours[1]?.output), 'HOME=/home/web_user;LANG=C.UTF-8;_=./this.program;');
  });

  test(`${format}: takes failed turns back, and goes on from a checkpoint`, async () => {
    const process = await TestProcess.blank(wasm(guestModule({ older, bad: op.exit })));
    assert.is((await process.send({})).output, '1');
    assert.is((await process.send({ id: badId })).fault, 'guest-exit');
    assert.is((await process.send({})).output, '2');
    const restored = await TestProcess.restored(process.module, await process.executor.checkpoint());
    assert.is((await restored.send({})).output, '3');
    assert.is((await process.send({})).output, '3');
  });

  test(`${format}: an import under an unknown name`, async () => {
    const imports = [...older.imports, [older.exit[0], 'Z', 0] as const];
    try {
      await wasm(guestModule({ older: { ...older, imports } })).load();
      assert.unreachable();
    } catch (error) {
      assert.is(error instanceof HeddleError && error.code, 'module-import-unsupported');
      assert.match(String(error), `${older.exit[0]}.Z`);
    }
  });
}

test.run();
