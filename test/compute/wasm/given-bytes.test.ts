// What was handed in is copied: whoever changes it afterwards changes nothing here, be it a plain array or Node's Buffer.

import { runInNewContext } from 'node:vm';
import { type ErrorCode, HeddleError, memoryStore } from 'heddle';
import { AoLoader } from 'heddle/loader';
import { wasi } from 'heddle/wasi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../lib/compute/wasm/index.ts';
import { guestModule } from './guest-module.ts';
import { TestProcess } from './process.ts';

const kinds: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array>> = {
  'a plain array': (bytes) => bytes,
  'a Buffer': (bytes) => Buffer.from(bytes),
  'a part of a larger one': (bytes) => Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(5)]).subarray(3, -5),
};

const foreign = (kind: 'ArrayBuffer' | 'Uint8Array', length: number): unknown =>
  runInNewContext(`new ${kind}(${length})`);

/** Other forms that a program may have a module in. */
const forms: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown>> = {
  'an ArrayBuffer': ({ buffer }) => buffer,
  'a DataView': ({ buffer }) => new DataView(buffer),
  'an array of larger numbers': ({ buffer }) => new Uint16Array(buffer.byteLength % 2 ? padded(buffer) : buffer),
  'an ArrayBuffer of another realm': (bytes) => {
    const buffer = foreign('ArrayBuffer', bytes.length) as ArrayBuffer;
    new Uint8Array(buffer).set(bytes);
    return buffer;
  },
  'an array of another realm': (bytes) => {
    const array = foreign('Uint8Array', bytes.length) as Uint8Array;
    array.set(bytes);
    return array;
  },
};

/** With an empty section of no meaning at its end. */
const padded = (module: ArrayBuffer) => Uint8Array.of(...new Uint8Array(module), 0, 1, 0).buffer;

for (const [form, made] of Object.entries(forms)) {
  test(`a module in ${form}`, async () => {
    const given = made(guestModule()) as Uint8Array;
    const module = wasm(given, { prepare: 'off' });
    assert.is((await (await TestProcess.blank(module)).send({})).output, '1');
    const handle = await AoLoader(given);
    const { Memory, Output } = await handle(null, {}, {});
    assert.is(Output, '1');
    assert.is((await handle(made(Memory.slice()) as Uint8Array, {}, {})).Output, '2');
    const checkpoint = await module.checkpointOf(made(Memory.slice()) as Uint8Array, 0);
    const bytes = made(Uint8Array.from(checkpoint.bytes)) as Uint8Array;
    if (bytes.byteLength === checkpoint.bytes.length) {
      assert.is((await module.memoryOf({ slot: 0, bytes })).length, Memory.length);
    }
  });
}

const transferred = guestModule();
structuredClone(transferred, { transfer: [transferred.buffer] });
const nothing = {
  'a path': 'aos.wasm',
  null: null,
  undefined,
  'a number': 5,
  'a list': [0, 97, 115, 109],
  transferred,
};

for (const [what, value] of Object.entries(nothing)) {
  test(`what holds no bytes: ${what}`, async () => {
    const given = value as unknown as Uint8Array;
    assert.throws(() => wasm(given), isRefusal('module-invalid'));
    assert.throws(() => wasi(given), isRefusal('module-invalid'));
    const module = wasm(guestModule(), { prepare: 'off' });
    for (const attempt of [module.checkpointOf(given, 0), module.memoryOf({ slot: 0, bytes: given })]) {
      assert.ok(isRefusal('checkpoint-invalid')(await attempt.catch((error: unknown) => error)));
    }
  });
}

const isRefusal = (code: ErrorCode) => (error: unknown) => error instanceof HeddleError && error.code === code;

for (const [kind, made] of Object.entries(kinds)) {
  test(`a module's bytes in ${kind}`, async () => {
    const bytes = made(guestModule());
    const module = wasm(bytes, { prepare: 'off' });
    bytes.fill(0);
    await module.load();
    assert.is((await (await TestProcess.blank(module)).send({})).output, '1');
  });

  test(`a blob in ${kind}`, () => {
    const bytes = made(guestModule());
    const store = memoryStore();
    const id = store.putBlob(bytes);
    bytes.fill(0);
    assert.equal(store.blob(id), guestModule());
    store.blob(id)?.fill(0);
    assert.equal(store.blob(id), guestModule());
  });
}

test.run();
