import { readFileSync } from 'node:fs';
import { defaultItemLimits } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildLimits } from '../../lib/arweave/item-limits.ts';
import { signatureTypes } from '../../lib/arweave/signature-types.ts';

const text = readFileSync('lib/arweave/README.md', 'utf8');

test('every limit is in the table, with its default', () => {
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, number]) => [name, plain(number)]);
  assert.equal(Object.fromEntries(rows), defaultItemLimits);
});

test('what is built keeps to the limits that it says', () => {
  const { tags, nameBytes, valueBytes, tagBytes } = buildLimits;
  const said = /(\d+) tags, names of 1 to ([\d,]+) bytes, values of at most ([\d,]+), ([\d,]+) bytes of tags/.exec(
    text,
  );
  assert.equal(said?.slice(1).map(plain), [tags, nameBytes, valueBytes, tagBytes]);
});

test('the types that are signed have the lengths that it says', () => {
  const rows = [...text.matchAll(/^\| (\d+) \| (\w+)[^|]*\| (\d+) \| (\d+) \|/gm)];
  assert.is(rows.length, 3);
  for (const [, type, name, signatureBytes, ownerBytes] of rows) {
    const known = signatureTypes.get(Number(type));
    assert.equal(known, { name, signatureBytes: Number(signatureBytes), ownerBytes: Number(ownerBytes) });
  }
});

const plain = (number: string | undefined): number => Number(number?.replaceAll(',', ''));

test.run();
