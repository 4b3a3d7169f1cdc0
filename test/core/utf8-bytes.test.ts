import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { utf8Bytes } from '../../lib/core/tags.ts';

const encoded = (text: string): number => new TextEncoder().encode(text).length;

test('text takes as many bytes as TextEncoder makes of it', () => {
  for (const unit of ['grapheme', 'binary', 'binary-ascii'] as const) {
    fc.assert(fc.property(fc.string({ unit }), (text) => assert.is(utf8Bytes(text), encoded(text))));
  }
});

test('a lone surrogate takes three bytes, wherever it stands', () => {
  const unit = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', 'a', 'é', '€', '😀');
  fc.assert(
    fc.property(fc.array(unit), (units) => assert.is(utf8Bytes(units.join('')), encoded(units.join('')))),
    { numRuns: 1000 },
  );
});

test('the last character of each length and the first of the next are told apart', () => {
  for (const text of ['\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}']) {
    assert.is(utf8Bytes(text), encoded(text));
  }
});

test.run();
