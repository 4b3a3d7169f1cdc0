// Checkpoints that were bent: one with a wrong digest is refused, and one that is signed again is refused or leads to a
// process whose turns are outcomes.

import { test } from 'uvu';
import { assertFlat, assertReached, attack } from './attack.ts';
import { plans } from './plans.ts';

test(`checkpoints, ${plans.checkpoints.count} times`, async () => {
  const course = await attack('checkpoints');
  assertReached(course, /^unsigned, checkpoint-invalid$/, 500);
  assertReached(course, /^signed, checkpoint-invalid$/, 1000);
  assertReached(course, /^signed, fine$/, 500);
  assertFlat(course);
});

test.run();
