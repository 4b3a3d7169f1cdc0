// What was handed in is copied: whoever changes it afterwards changes nothing here, be it a plain array or Node's Buffer.

import { memoryStore } from 'heddle';
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
