import { readFileSync } from 'node:fs';
import { defaultGatewayLimits } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('every limit is in the table, with its default', () => {
  const text = readFileSync('lib/arweave/network/README.md', 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value?.replaceAll(',', '')),
  ]);
  assert.equal(Object.fromEntries(rows), defaultGatewayLimits);
});

test.run();
