import { HeddleError } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reasonOf } from '../../lib/core/error.ts';
import { errorCodes } from '../../lib/core/error-codes.ts';

test('the message says what happened, then what to do, then the code', () => {
  const error = new HeddleError('mailbox-full', 'p takes no message', { process: 'p' });
  assert.is(error.message, `p takes no message. ${errorCodes['mailbox-full'].advice} [mailbox-full]`);
  assert.is(error.name, 'HeddleError');
  assert.equal(error.facts, { process: 'p' });
  assert.ok(error instanceof Error);
});

test('whether nothing happened follows from the code', () => {
  assert.is(new HeddleError('mailbox-full', '').definite, true);
  assert.is(new HeddleError('ask-timeout', '').definite, false);
});

test('the cause is kept', () => {
  const cause = new Error('the disk is full');
  assert.is(new HeddleError('store-failed', '', {}, { cause }).cause, cause);
});

test('whatever is thrown has a reason that can be read', () => {
  assert.is(reasonOf(new Error('why')), 'why');
  assert.is(reasonOf('text'), 'text');
  assert.is(reasonOf(undefined), 'undefined');
  assert.is(reasonOf(Symbol('s')), 'Symbol(s)');
});

test('every advice is a sentence', () => {
  for (const [code, { advice }] of Object.entries(errorCodes)) assert.match(advice, /^[A-Z].*[.]$/, code);
});

test.run();
