// Works off a plan in a process of its own, which a crash or a hang of the code under attack ends, and not the test.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Report } from './child.ts';
import { type PlanName, plans } from './plans.ts';

export interface Course {
  /** How often it ended how. */
  readonly endings: ReadonlyMap<string, number>;
  /** How much memory was held after the first quarter and at the end, once for each child. */
  readonly grownBytes: number;
  readonly grownResidentBytes: number;
}

const child = fileURLToPath(new URL('child.ts', import.meta.url));
/** The longest that one index may take on a busy machine. */
const hangMs = 60_000;

/** Fails for each index that crashed, hung or ended in what is no refusal. */
export async function attack(name: PlanName): Promise<Course> {
  const { count, describe } = plans[name];
  const endings = new Map<string, number>();
  const failures: Promise<string>[] = [];
  const measures: { heldBytes: number; residentBytes: number }[] = [];
  const tell = async (index: number, reason: string) =>
    `${name} ${index}: ${await describe(index)}\n  ${reason}\n  again: child.ts ${name} ${index} ${index + 1}`;
  const fail = (index: number, reason: string) => failures.push(tell(index, reason));

  for (let from = 0; from < count; ) {
    const { at, problem } = await runChild(name, from, count, (report) => {
      if ('failed' in report) fail(report.failed, report.reason);
      if ('heldBytes' in report) measures.push(report);
      if ('endings' in report) {
        for (const [ending, times] of Object.entries(report.endings)) {
          endings.set(ending, (endings.get(ending) ?? 0) + times);
        }
      }
    });
    if (problem) fail(at, problem);
    from = at + 1;
  }
  const told = await Promise.all(failures);
  assert.equal(told, [], told.join('\n'));
  const [early, late] = [measures[Math.floor(measures.length / 4)], measures.at(-1)];
  return {
    endings,
    grownBytes: (late?.heldBytes ?? 0) - (early?.heldBytes ?? 0),
    grownResidentBytes: (late?.residentBytes ?? 0) - (early?.residentBytes ?? 0),
  };
}

function runChild(name: PlanName, from: number, to: number, hear: (report: Report) => void) {
  const flags = ['--expose-gc', ...process.execArgv];
  const started = spawn(process.execPath, [...flags, child, name, String(from), String(to)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let at = from;
  let errors = '';
  let hung = false;
  const hang = () => {
    hung = true;
    started.kill('SIGKILL');
  };
  let timer = setTimeout(hang, hangMs);
  createInterface({ input: started.stdout }).on('line', (line) => {
    clearTimeout(timer);
    timer = setTimeout(hang, hangMs);
    const report = JSON.parse(line) as Report; // what child.ts writes
    if ('at' in report) at = report.at;
    else hear(report);
  });
  started.stderr.on('data', (data) => {
    errors = (errors + data).slice(-longestErrors);
  });
  return new Promise<{ at: number; problem: string | undefined }>((resolve) => {
    started.once('close', (code, signal) => {
      clearTimeout(timer);
      const ending = hung ? `hung for ${hangMs} ms` : `ended the process with ${code ?? signal}: ${errors}`;
      resolve({ at, problem: hung || code !== 0 ? ending : undefined });
    });
  });
}

const longestErrors = 2000;

const mostGrownBytes = 16_777_216;
/** What an allocator keeps for later is not held, so this is rough. */
const mostGrownResidentBytes = 268_435_456;

export function assertFlat({ grownBytes, grownResidentBytes }: Course): void {
  assert.ok(grownBytes < mostGrownBytes, `${grownBytes} bytes more at the end`);
  assert.ok(grownResidentBytes < mostGrownResidentBytes, `${grownResidentBytes} resident bytes more at the end`);
}

/** That so many ended in a certain way: damage that no reader lets through tests nothing but that reader. */
export function assertReached({ endings }: Course, pattern: RegExp, least: number): void {
  const times = [...endings].reduce((sum, [ending, count]) => sum + (pattern.test(ending) ? count : 0), 0);
  assert.ok(times >= least, `${times} ended in ${pattern}: ${JSON.stringify([...endings])}`);
}
