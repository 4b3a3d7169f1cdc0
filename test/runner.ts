// Runs uvu files, each in its own process, and judges them by their summary rather than by their exit code alone: uvu
// exits with 0 and no summary when a promise never settles, and with 0 when a `before` hook throws.

import { type ExecFileException, execFile } from 'node:child_process';
import { userCacheFolder } from './modules/prepared.ts';

export type Report = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** What the run printed, then, if it failed as a whole, why. */
  readonly output: string;
};

const outputBytes = 64 * 1024 * 1024;
const typescript = new URL('typescript/register.js', import.meta.url).href;

/** Runs one uvu file. Whatever goes wrong, at least one failure is counted. */
export async function runTestFile(file: string, limitMs: number): Promise<Report> {
  const { problem, output, seconds } = await run(
    process.execPath,
    ['--import', typescript, '-C', 'heddle-source', file],
    limitMs,
  );
  const total = count(output, 'Total');
  const passed = count(output, 'Passed') ?? 0;
  const skipped = count(output, 'Skipped') ?? 0;
  const reason = problem ?? flawOf(total, passed);
  const failed = Math.max((total ?? 0) - passed, reason ? 1 : 0);
  return { passed, failed, skipped, seconds, output: output + reason };
}

/** What is wrong with the summary of a run that exited with 0. */
function flawOf(total: number | undefined, passed: number): string {
  if (total === undefined) return 'ended without a summary';
  if (total === 0) return 'ran no tests';
  return passed < total ? 'a before hook threw' : '';
}

/** Runs one npm script as one test: passed when it exits with 0. */
export async function runScript(name: string, limitMs: number): Promise<Report> {
  const { problem, output, seconds } = await run('npm', ['run', '--silent', name], limitMs);
  const failed = problem ? 1 : 0;
  return { passed: 1 - failed, failed, skipped: 0, seconds, output: output + (problem ?? '') };
}

function run(command: string, args: readonly string[], limitMs: number) {
  const start = performance.now();
  const options = {
    timeout: limitMs,
    killSignal: 'SIGKILL', // a test that loops hears nothing else
    maxBuffer: outputBytes,
    // No test reads or writes what the user keeps.
    env: { ...process.env, NO_COLOR: '1', XDG_CACHE_HOME: userCacheFolder },
    shell: process.platform === 'win32' && command === 'npm', // a .cmd file there
  } as const;
  return new Promise<{ problem: string | undefined; output: string; seconds: number }>((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const problem = error ? reasonOf(error, limitMs) : undefined;
      resolve({ problem, output: stdout + stderr, seconds: (performance.now() - start) / 1000 });
    }).stdin?.end();
  });
}

function reasonOf({ killed, code, signal }: ExecFileException, limitMs: number): string {
  return killed ? `took more than ${limitMs / 1000} s` : `exited with ${code ?? signal}`;
}

function count(output: string, label: string): number | undefined {
  const found = [...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, 'gm'))].at(-1);
  return found && Number(found[1]);
}
