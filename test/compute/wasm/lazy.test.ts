// A process may go on in another program of its module before any of its turns, and nobody can tell.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isWasm, programOf, WasmExecutor, wasm } from '../../../lib/compute/wasm/index.ts';
import { Instances } from '../../../lib/compute/wasm/instances.ts';
import { prepare } from '../../../lib/compute/wasm/prepare/index.ts';
import { maximumBytes, readProgram } from '../../../lib/compute/wasm/program.ts';
import { outcomeText } from '../../../lib/core/outcome.ts';
import { type ModuleName, publishedModule } from '../../modules/index.ts';
import { conversation } from './conversation.ts';
import { language } from './language.ts';
import { lazily } from './lazily.ts';
import { assignmentOf, environment, published, type Sending, TestProcess } from './process.ts';

const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });

/** Files are open, and a transaction is under way, between the turns. */
const database = [
  {},
  evaluate('db = require("lsqlite3").open("/data/x.db") return db:exec("CREATE TABLE t (c)")'),
  ...[
    'INSERT INTO t VALUES (1)',
    'BEGIN; INSERT INTO t VALUES (2)',
    'INSERT INTO t VALUES (3)',
    'COMMIT',
    'no SQL',
  ].map((sql) => evaluate(`return db:exec("${sql}") .. db:errmsg()`)),
  evaluate('db:exec("DROP TABLE t") error("taken back")'),
  evaluate('local o = {} for r in db:nrows("SELECT c FROM t") do o[#o + 1] = r.c end return table.concat(o, " ")'),
];

const courses: readonly (readonly [ModuleName, readonly Sending[]])[] = [
  ['aos2_0_6', conversation],
  ['aos2_0_4_32', [{}, ...language]],
  ['sqlite', database],
];

for (const [name, steps] of courses) {
  test(`${name}: another program before every turn`, async () => {
    const module = await published(name, 'off');
    if (!isWasm(module)) throw new Error('wasm() makes modules of another kind');
    const compiled = await module.compiled();
    const { bytes, report } = await prepare(publishedModule(name).bytes(), { maximumBytes, meter: false });
    assert.ok(report.asyncifyFolded && !report.metered);
    const code = await WebAssembly.compile(bytes);
    const program = readProgram(bytes, compiled.program.abi.format);
    const running = programOf(compiled);
    const programs = [running.instances, new Instances(code, program)] as const;
    const stays = await TestProcess.blank(module);
    const moves = new WasmExecutor(running, environment(module));
    for (const [slot, step] of steps.entries()) {
      running.instances = programs[slot % 2 === 0 ? 0 : 1];
      const assignment = assignmentOf(module, slot, step);
      const theirs = await stays.executor.evaluate(assignment);
      const ours = moves.evaluate(assignment);
      assert.is(outcomeText(ours), outcomeText(theirs), step.data);
      assert.is(ours.gasUsed, 0n);
      if (slot % 10 > 0 && slot < steps.length - 1) continue;
      assert.equal(moves.checkpoint(), await stays.executor.checkpoint(), `the state after slot ${slot}`);
    }
    moves.close();
  });
}

/** The module with so many bytes that mean nothing. */
function padded(bytes: Uint8Array, by: number): Uint8Array {
  const size = [(by & 0x7f) | 0x80, ((by >> 7) & 0x7f) | 0x80, ((by >> 14) & 0x7f) | 0x80, by >> 21];
  const longer = new Uint8Array(bytes.length + 1 + size.length + by);
  longer.set(bytes);
  // A custom section without a name.
  longer.set([0, ...size], bytes.length);
  return longer;
}

test('a module that cannot be prepared goes on as published, with the reason told', async () => {
  const { options, done } = lazily();
  const process = await TestProcess.blank(wasm(padded(publishedModule('aos2_0_6').bytes(), 33_554_432), options));
  await process.send({});
  const { leftOut } = await done;
  assert.is(leftOut?.[0]?.step, 'rewrite');
  assert.match(String(leftOut?.[0]?.reason), 'bytes');
  assert.is(await process.eval('return 1 + 1'), '2');
});

test('a program need not wait for what it prepares in the background, and waits for what it asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-cache-'));
  try {
    const file = fileURLToPath(new URL('lazy-run.ts', import.meta.url));
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    const run = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [...process.execArgv, file, ...args], { env })).stdout;
    assert.equal((await run('lazy')).trim(), 'lazy: answered');
    assert.equal((await run('lazy', 'before')).trim().split('\n'), [
      'lazy: answered',
      'prepared in the background',
      'before: answered',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
