// The one test command: `npm test`.

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Report, runScript, runTestFile } from './runner.ts';

const help = `usage: npm test [-- [--limit <seconds>] [<filter>...]]

Checks format and lint, types and imports, then runs every test/**/*.test.ts, each in its own process.
With filters, runs only the test files whose path contains one of them.

  --limit <seconds>   how long one check or file may take (default 300)
  --help              this text`;

const folder = fileURLToPath(new URL('.', import.meta.url));
const lanes = 2;

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '300' }, help: { type: 'boolean', default: false } },
});
const limitMs = Number(values.limit) * 1000;

if (values.help) console.log(help);
else if (!(limitMs > 0)) refuse(`--limit takes a number of seconds, not "${values.limit}".`);
else if (testFiles().length === 0) refuse(`The path of no test file contains ${filters.join(' or ')}.`);
else await runAll();

type Job = { readonly name: string; run(): Promise<Report> };

async function runAll(): Promise<void> {
  const reports: Report[] = [];
  const runJob = async ({ name, run }: Job) => {
    const report = await run();
    print(name, report);
    reports.push(report);
  };

  await runJob(script('modules')); // the tests read what it fetches
  // The node takes a minute or two to install: it comes first, and what needs it last.
  const checks = filters.length === 0 ? ['arweave-node', 'lint', 'types', 'imports'].map(script) : [];
  const queue = [...checks, ...testFiles()].values();
  const lane = async () => {
    for (const job of queue) await runJob(job); // the lanes share the iterator: each job is taken once
  };
  await Promise.all(Array.from({ length: lanes }, lane));

  const sum = (count: 'passed' | 'failed' | 'skipped') => reports.reduce((total, report) => total + report[count], 0);
  const skipped = sum('skipped');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
  if (sum('failed')) process.exitCode = 1;
}

function script(name: string): Job {
  return { name, run: () => runScript(name, limitMs) };
}

function testFiles(): Job[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => path.endsWith('.test.ts') && (filters.length === 0 || filters.some((part) => path.includes(part))),
    )
    .sort((a, b) => Number(a.startsWith('arweave')) - Number(b.startsWith('arweave')) || (a < b ? -1 : 1));
  return files.map((path) => ({
    name: path.slice(0, -'.test.ts'.length),
    run: () => runTestFile(relative(process.cwd(), join(folder, path)), limitMs),
  }));
}

function refuse(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}

function print(name: string, { passed, failed, skipped, seconds, output }: Report): void {
  const tests = passed + failed + skipped;
  const counts = `${tests} ${tests === 1 ? 'test' : 'tests'}${skipped ? `, ${skipped} skipped` : ''}`;
  console.log(`${failed ? 'FAIL' : 'ok  '} ${name}  ${counts}  ${seconds.toFixed(1)} s`);
  if (failed) console.log(`\n${output.trim()}\n`);
}
