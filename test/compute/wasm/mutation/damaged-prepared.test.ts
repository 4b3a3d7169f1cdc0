// Damaged modules that are prepared: none crashes or hangs what prepares them, and what comes out of their turns is what
// comes out of them unprepared.

import { test } from 'uvu';
import { assertFlat, assertReached, attack } from './attack.ts';
import { plans } from './plans.ts';

test(`small modules, ${plans.prepared.count} times`, async () => {
  const course = await attack('prepared');
  assertReached(course, /^metered, /, 500);
  assertFlat(course);
});

test.run();
