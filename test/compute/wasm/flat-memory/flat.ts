// What a host holds after a quarter of its work and in the end, each kind of work in a program of its own.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Held } from './measure.ts';

const mostGrownBytes = 16_777_216;
/** Allocators keep what they may need again, so this is rough; a copy of the state for each would be two hundred times that. */
const mostGrownResidentBytes = 134_217_728;

function grown(script: string, count: number): Promise<{ readonly early: Held; readonly late: Held }> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [String(count)], { execArgv: ['--expose-gc', ...process.execArgv] });
  return new Promise((resolve, reject) => {
    child.once('message', (told: { early: Held; late: Held }) => resolve(told));
    child.once('exit', (code, signal) => reject(new Error(`${script} ended with ${code ?? signal}`)));
  });
}

export async function assertFlat(script: string, count: number): Promise<void> {
  const { early, late } = await grown(script, count);
  const what = JSON.stringify({ early, late });
  assert.ok(late.heldBytes - early.heldBytes < mostGrownBytes, what);
  assert.ok(late.residentBytes - early.residentBytes < mostGrownResidentBytes, what);
}
