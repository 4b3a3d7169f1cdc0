import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runTestFile } from './runner.ts';

const limitMs = 30_000;
const runFixture = (name: string, limit = limitMs) => runTestFile(`test/fixtures/runner/${name}.fixture.ts`, limit);

async function assertCounts(name: string, passed: number, failed: number, skipped: number, output: RegExp) {
  const report = await runFixture(name);
  assert.equal([report.passed, report.failed, report.skipped], [passed, failed, skipped]);
  assert.match(report.output, output);
}

test('a passing file counts what passed and what was skipped', () => assertCounts('passing', 2, 0, 1, /Total: {5}2/));

test('a failing assertion is one failure, shown in full', () =>
  assertCounts('failing', 1, 1, 0, /FAIL {2}"fails"[\s\S]*exited with 1/));

test('a promise that never settles is a failure', () => assertCounts('never-settling', 0, 1, 0, /early|summary/));

test('a before hook that throws fails the tests it kept from starting', () =>
  assertCounts('before-hook', 0, 1, 0, /a before hook threw/));

test('a file without tests is a failure', () => assertCounts('empty', 0, 1, 0, /ran no tests/));

test('a file that never calls run is a failure', () => assertCounts('not-run', 0, 1, 0, /without a summary/));

test('a rejection after the summary is a failure', () => assertCounts('rejecting', 1, 1, 0, /left behind/));

test('a file over its limit is stopped and is a failure', async () => {
  const report = await runFixture('hanging', 2_000);
  assert.is(report.failed, 1);
  assert.match(report.output, /took more than 2 s/);
});

test('a file that does not exist is a failure', () => assertCounts('no-such', 0, 1, 0, /exited with 1/));

test.run();
