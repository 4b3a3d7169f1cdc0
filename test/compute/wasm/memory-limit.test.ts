// A process gets no more memory than its tags, its module's and the system allow.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Environment, Executor, Module } from '../../../lib/compute/executor.ts';
import { allowanceOf } from '../../../lib/compute/wasm/allowance.ts';
import { type WasmOptions, wasm } from '../../../lib/compute/wasm/index.ts';
import { HeddleError } from '../../../lib/core/error.ts';
import type { Limits } from '../../../lib/core/limits.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';
import { publishedModule } from '../../modules/index.ts';
import { badId, guestModule, op } from './guest-module.ts';
import { assignmentOf, environment, printed, published, type Sending } from './process.ts';

const megabyte = 2 ** 20;

/** An environment whose process and module say that. */
function place(module: Module, process?: string, limits: Partial<Limits> = {}): Environment {
  const usual = environment(module, limits);
  const own = process === undefined ? [] : [{ name: 'Memory-Limit', value: process }];
  return { ...usual, process: { ...usual.process, tags: [...usual.process.tags, ...own] } };
}

const small = (saidByModule: string | undefined, options: Parameters<typeof guestModule>[0] = {}) =>
  wasm(guestModule(options), { tags: saidByModule === undefined ? {} : { 'Memory-Limit': saidByModule } });

test('what the process says holds, or else its module, and never more than the system allows', () => {
  const memoryBytes = 2 ** 30;
  for (const [process, module, bytes] of [
    ['500-mb', '1-gb', 500 * megabyte],
    [undefined, '256-mb', 256 * megabyte],
    [undefined, undefined, memoryBytes],
    ['16-gb', '1-mb', memoryBytes],
    ['4096-b', undefined, 4096],
    ['4096', undefined, 4096],
    ['1.5-MB', undefined, 1.5 * megabyte],
    ['64kb', undefined, 65_536],
    ['much', '1-mb', memoryBytes],
    ['0-mb', '1-mb', memoryBytes],
    ['-', undefined, memoryBytes],
  ] as const) {
    const found = allowanceOf(place(small(module), process, { memoryBytes })).memoryBytes;
    assert.is(found, bytes, `${process} of ${module}`);
  }
});

/** Evaluates Lua in a process of aos. */
class Aos {
  readonly #module: Module;
  readonly executor: Executor;
  #slot = 0;

  private constructor(module: Module, executor: Executor) {
    this.#module = module;
    this.executor = executor;
  }

  static async start(options: WasmOptions, saidByProcess?: string, limits: Partial<Limits> = {}): Promise<Aos> {
    const module = wasm(publishedModule('aos2_0_6').bytes(), options);
    const aos = new Aos(module, await module.start(place(module, saidByProcess, limits)));
    await aos.#send({});
    return aos;
  }

  run(data: string): Promise<Outcome> {
    return this.#send({ tags: { Action: 'Eval' }, data });
  }

  async #send(sending: Sending): Promise<Outcome> {
    return this.executor.evaluate(assignmentOf(this.#module, this.#slot++, sending));
  }
}

for (const prepare of ['off', 'before'] as const) {
  for (const [what, start] of [
    ['its process says', () => Aos.start({ prepare }, '128-mb')],
    ['its module says', () => Aos.start({ prepare, tags: { 'Memory-Limit': '128-mb' } })],
    ['the system says', () => Aos.start({ prepare }, '256-mb', { memoryBytes: 128 * megabyte })],
  ] as const) {
    test(`aos, prepare: '${prepare}': as much as ${what}`, async () => {
      const aos = await start();
      await aos.run('Count = 1');
      const before = await aos.executor.state?.();
      const outcome = await aos.run('Count = 2 Text = string.rep("x", 80 * 1024 * 1024) return #Text');
      assert.match(String(outcome.error), 'not enough memory');
      assert.equal(await aos.executor.state?.(), before);
      const fitting = await aos.run('Text = string.rep("x", 16 * 1024 * 1024) return #Text .. " " .. Count');
      assert.is(printed(fitting), `${16 * megabyte} 1`);
      const { memoryBytes = 0 } = (await aos.executor.state?.()) ?? {};
      assert.ok(memoryBytes <= 128 * megabyte, String(memoryBytes));
      await aos.executor.close();
      const larger = await Aos.start({ prepare });
      assert.is(printed(await larger.run('Text = string.rep("x", 80 * 1024 * 1024) return #Text')), `${80 * megabyte}`);
    });
  }
}

const growing = { bad: [...op.growByOnePage, ...op.growByOnePage], memoryPages: 2 };

for (const prepare of ['off', 'before'] as const) {
  test(`prepare: '${prepare}': a guest that takes more by itself`, async () => {
    const module = wasm(guestModule(growing), { prepare });
    await module.load();
    const executor = await module.start(place(module, `${3 * 65_536}-b`));
    assert.is((await executor.evaluate(assignmentOf(module, 0, {}))).output, '1');
    const outcome = await executor.evaluate(assignmentOf(module, 1, { id: badId }));
    assert.is(outcome.fault, 'guest-over-memory');
    assert.match(String(outcome.error), '262144 bytes and may have 196608');
    assert.is((await executor.state?.())?.memoryBytes, 131_072);
    assert.is((await executor.evaluate(assignmentOf(module, 2, {}))).output, '2');
  });
}

async function refusalOf(start: () => Promise<Executor> | Executor): Promise<unknown> {
  try {
    await start();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : error;
  }
}

test('a module whose memory is larger from the start is refused', async () => {
  const module = small('100-kb');
  assert.is(await refusalOf(() => module.start(environment(module))), 'guest-over-memory');
  assert.is(await refusalOf(() => module.start(place(module, '1-mb'))), 'none');
});

test('so is a checkpoint', async () => {
  const module = small(undefined, growing);
  const executor = await module.start(environment(module));
  await executor.evaluate(assignmentOf(module, 0, { id: badId }));
  const checkpoint = await executor.checkpoint();
  const memoryBytes = 3 * 65_536;
  assert.is(await refusalOf(() => module.start(environment(module, { memoryBytes }), checkpoint)), 'guest-over-memory');
  assert.is(await refusalOf(() => module.start(environment(module), checkpoint)), 'none');
});

test('an instance that is used again has the limit of its new process', async () => {
  const module = await published('aos2_0_6');
  const data = 'Text = string.rep("x", 80 * 1024 * 1024) return #Text';
  for (const [said, fits] of [
    ['128-mb', false],
    ['500-mb', true],
    ['128-mb', false],
  ] as const) {
    const executor = await module.start(place(module, said));
    await executor.evaluate(assignmentOf(module, 0, {}));
    const outcome = await executor.evaluate(assignmentOf(module, 1, { tags: { Action: 'Eval' }, data }));
    assert.is(outcome.error === undefined, fits);
    await executor.close();
  }
});

test.run();
