import { readFileSync } from 'node:fs';
import { defaultCheckpointLimits, defaultModuleLimits, defaultScheduleLimits } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('every limit is in the tables, with its default', () => {
  const text = readFileSync('lib/arweave/ao/README.md', 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value?.replaceAll(',', '')),
  ]);
  assert.equal(rows, Object.entries({ ...defaultModuleLimits, ...defaultScheduleLimits, ...defaultCheckpointLimits }));
});

test.run();
