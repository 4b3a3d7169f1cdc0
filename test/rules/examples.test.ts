import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { typecheckExamples, undocumentedExports } from './examples.ts';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | Record<string, string>>;
};
const entries = Object.values(exports).flatMap((target) =>
  typeof target === 'string' ? [] : (target['heddle-source'] ?? []),
);
const lib = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('lib', path));

test('every example in the documentation compiles', () => {
  assert.equal(typecheckExamples([...lib, 'README.md'].filter(existsSync)), []);
});

test('every public name says what it is for, and what can be called shows how', () => {
  assert.equal(entries.flatMap(undocumentedExports), []);
});

test('an example that does not compile is named by file and line', () => {
  assert.equal(typecheckExamples(['test/fixtures/docs/wrong-example.ts']), [
    "test/fixtures/docs/wrong-example.ts:8: Type 'number' is not assignable to type 'string'.",
    "test/fixtures/docs/wrong-example.ts:14: Cannot find name 'three'.",
  ]);
});

test('an example in Markdown is checked too', () => {
  assert.equal(typecheckExamples(['test/fixtures/docs/wrong-example.md']), [
    "test/fixtures/docs/wrong-example.md:4: Cannot find name 'four'.",
  ]);
});

test('an export without documentation is named', () => {
  assert.equal(undocumentedExports('test/fixtures/docs/undocumented.ts'), [
    'test/fixtures/docs/undocumented.ts:1: silent has no doc comment that says what it is for',
    'test/fixtures/docs/undocumented.ts:1: silent has no @example',
    'test/fixtures/docs/undocumented.ts:4: Shown has no @example',
    'test/fixtures/docs/undocumented.ts:9: Shape has no doc comment that says what it is for',
  ]);
});

test.run();
