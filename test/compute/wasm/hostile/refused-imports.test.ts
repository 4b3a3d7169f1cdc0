// What would lead out of a guest is not there: a module that asks for it by name is refused when it loads.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from '../../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../../lib/core/error.ts';
import { type GuestText, guestText } from './guest-text.ts';

async function refusal(text: Omit<GuestText, 'wide'>, wide: boolean): Promise<HeddleError | undefined> {
  try {
    await wasm(guestText({ ...text, wide })).load();
    return undefined;
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
}

const wasi = 'wasi_snapshot_preview1';
const ways: Readonly<Record<string, readonly string[]>> = {
  'another program': ['env.execve', 'env.fork', 'env.vfork', 'env.popen', 'env.posix_spawn', 'env.__syscall_pipe2'],
  'the network': [
    ...[
      'socket',
      'connect',
      'bind',
      'listen',
      'accept4',
      'sendto',
      'recvfrom',
      'sendmsg',
      'recvmsg',
      'getsockname',
    ].map((name) => `env.__syscall_${name}`),
    ...['env.getaddrinfo', 'env._emscripten_lookup_name', `${wasi}.sock_send`, `${wasi}.sock_recv`],
  ],
  "the host's JavaScript": [
    ...['env.emscripten_run_script', 'env.emscripten_asm_const_int', 'env.emscripten_run_script_string', 'env.eval'],
    ...['env.__asyncjs__fetch', 'env._emval_call', 'globalThis.eval', 'env.constructor', 'env.__proto__'],
  ],
  "the host's clock and chance": [
    `${wasi}.clock_time_get`,
    `${wasi}.random_get`,
    'env.getentropy',
    'env.emscripten_random',
  ],
  "the host's files": [
    `${wasi}.path_open`,
    `${wasi}.fd_prestat_get`,
    'env.__syscall_symlinkat',
    'env.__syscall_statfs64',
  ],
  'another thread': ['env.pthread_create', 'env.__pthread_create_js', 'wasi.thread-spawn', 'env.emscripten_futex_wait'],
};

for (const [what, names] of Object.entries(ways)) {
  for (const name of names) {
    test(`${what}: ${name}`, async () => {
      for (const wide of [false, true]) {
        const refused = await refusal({ imports: [[name, 'ii>i']] }, wide);
        assert.is(refused?.code, 'module-import-unsupported');
        assert.is(refused?.facts.import, name);
      }
    });
  }
}

test('a shell by another signature', async () => {
  assert.is((await refusal({ imports: [['env.system', 'iii>i']] }, false))?.code, 'module-import-unsupported');
});

test('a memory that threads could share', async () => {
  for (const wide of [false, true]) {
    assert.match(String((await refusal({ memoryFlags: 2 }, wide))?.code), /^module-/);
  }
});

test.run();
