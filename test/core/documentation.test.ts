import { readFileSync } from 'node:fs';
import { defaultLimits } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorCodes } from '../../lib/core/error-codes.ts';

const text = readFileSync('lib/core/README.md', 'utf8');

/** The cells of each row of the table whose first column is called `first`. */
function table(first: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  assert.is.not(head, -1, `no table with the column ${first}`);
  const rows = lines.slice(head + 2);
  const length = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, length === -1 ? rows.length : length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}

const yesOrNo = (cell: string | undefined): boolean | undefined =>
  cell === 'yes' || cell === 'true' ? true : cell === 'no' || cell === 'false' ? false : undefined;

test('every error code is in the table, with whether it is definite', () => {
  const listed = table('code').map(([code, definite]) => [code, yesOrNo(definite)]);
  const known = Object.entries(errorCodes).map(([code, { definite }]) => [code, definite]);
  assert.equal([...listed].sort(), [...known].sort());
});

test('every limit is in the table, with its default', () => {
  const listed = table('name').map(([name, value]) => [name, Number(value?.replaceAll(/[,_ ]/g, ''))]);
  assert.equal([...listed].sort(), Object.entries(defaultLimits).sort());
});

test.run();
