// Gas depends on the Binaryen that rewrites: another one is another version of what comes out.

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prepareVersion } from '../../../../lib/compute/wasm/prepare/index.ts';

test('the version names the Binaryen that is installed', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: { binaryen: string } };
  assert.ok(prepareVersion.endsWith(`(binaryen ${dependencies.binaryen})`), prepareVersion);
});

test.run();
