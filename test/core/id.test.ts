import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashBytes, hashId, idFromBytes, idToBytes } from '../../lib/core/id.ts';
import { sha256Base64Url as inNode } from '../../lib/core/sha256.node.ts';
import { sha256Base64Url as inBrowser } from '../../lib/core/sha256.ts';
import { refusal } from '../fixtures/system/refusal.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

const isId = (text: string): boolean => {
  try {
    return idToBytes(text).length === 32;
  } catch {
    return false;
  }
};

test('an id is the base64url text of its bytes, without padding', () => {
  fc.assert(
    fc.property(bytes32, (bytes) => {
      assert.is(idFromBytes(bytes), Buffer.from(bytes).toString('base64url'));
      assert.equal(idToBytes(idFromBytes(bytes)), bytes);
    }),
  );
});

test('text is an id exactly if it is the canonical text of 32 bytes', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=';
  const nearlyId = fc.string({ unit: fc.constantFrom(...letters), minLength: 42, maxLength: 44 });
  fc.assert(
    fc.property(nearlyId, (text) => {
      const bytes = Buffer.from(text, 'base64url');
      assert.is(isId(text), bytes.length === 32 && bytes.toString('base64url') === text);
    }),
    { numRuns: 1000 },
  );
});

test('of the 64 last characters only the 16 that leave no bit over make an id', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = [...letters].filter((last) => isId('A'.repeat(42) + last));
  assert.is(accepted.join(''), 'AEIMQUYcgkosw048');
});

test('text that is no id is refused with id-invalid', async () => {
  const wrong = ['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`, `${'A'.repeat(42)}=`, 'é'.repeat(43)];
  for (const text of wrong) assert.is((await refusal(() => idToBytes(text))).code, 'id-invalid', text);
  assert.is(isId('A'.repeat(43)), true);
});

test('a number of bytes other than 32 makes no id', async () => {
  for (const length of [0, 31, 33]) {
    assert.is((await refusal(() => idFromBytes(new Uint8Array(length)))).code, 'id-invalid');
  }
});

test('a hashed id is the SHA-256 of its parts, each after its length', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (parts) => {
      const text = parts.map((part) => `${part.length}:${part}`).join('');
      assert.is(hashId(...parts), createHash('sha256').update(text, 'utf8').digest('base64url'));
    }),
  );
});

test('every host computes the same SHA-256, lone surrogates included', () => {
  const unit = fc.constantFrom('\ud800', '\udc00', 'a', 'é', '€', '😀');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit }), fc.uint8Array()), (data) => {
      assert.is(inNode(data), inBrowser(data));
    }),
  );
});

test('parts that are joined differently have different ids', () => {
  assert.is.not(hashId('ab', 'c'), hashId('a', 'bc'));
  assert.is.not(hashId('a', ''), hashId('a'));
});

test('the id of bytes is their SHA-256, in however many pieces they come', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      const whole = createHash('sha256').update(first).update(second).digest('base64url');
      assert.is(hashBytes(first, second), whole);
    }),
  );
});

test.run();
