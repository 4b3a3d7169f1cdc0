// Modules that were cut off, bent and taken apart: each is refused with a reason, or its turns are outcomes. None crashes
// or hangs its host, or leaves anything behind.

import { test } from 'uvu';
import { assertFlat, assertReached, attack } from './attack.ts';
import { plans } from './plans.ts';

test(`small modules, ${plans.handMade.count} times`, async () => {
  const course = await attack('handMade');
  assertReached(course, /^module-invalid$/, 1000);
  assertReached(course, /^(fine|error|guest-.*|result-malformed)$/, 1000);
  assertFlat(course);
});

test(`what published modules are made of, ${plans.skeletons.count} times`, async () => {
  const course = await attack('skeletons');
  assertReached(course, /^module-invalid$/, 500);
  assertReached(course, /^guest-trap$/, 300);
  assertFlat(course);
});

test(`published modules, ${plans.whole.count} times`, async () => {
  const course = await attack('whole');
  assertReached(course, /invalid$/, 100);
  assertReached(course, /^read as 4, metered, (fine|error|guest-.*)$/, 10);
  assertFlat(course);
});

test.run();
