/** What verifies and signs in Node and elsewhere, side by side: the same keys, the same verdicts. */
import { constants, createPrivateKey, sign } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP, ed25519 as ed25519Of } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as inNode from '../../lib/arweave/crypto.node.ts';
import * as inBrowser from '../../lib/arweave/crypto.ts';
import { arweaveKey, pairs } from './keys.ts';

const [rsa, ed25519] = pairs.map(({ ours }) => ours) as [(typeof pairs)[0]['ours'], (typeof pairs)[0]['ours']];
const message = Uint8Array.from({ length: 48 }, (_, at) => at);

/** An RSA-PSS signature with a salt of so many bytes. */
const rsaSignature = (saltLength: number) =>
  Uint8Array.from(
    sign('sha256', message, {
      key: createPrivateKey({ key: { ...arweaveKey }, format: 'jwk' }),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength,
    }),
  );

test('an RSA signature is verified whatever its salt', async () => {
  for (const saltLength of [0, 1, 20, 32, 64, 477, 478]) {
    const signature = rsaSignature(saltLength);
    assert.is(inNode.verifyRsa(rsa.publicKey, message, signature), true);
    assert.is(await inBrowser.verifyRsa(rsa.publicKey, message, signature), true, String(saltLength));
  }
});

test('both hosts come to the same verdict on an RSA signature', async () => {
  const signature = rsaSignature(32);
  const random = fc.uint8Array({ minLength: 512, maxLength: 512 });
  const given = fc.record({
    owner: fc.oneof(fc.constant(rsa.publicKey), random),
    signature: fc.oneof(fc.constant(signature), changed(signature), random),
    message: fc.oneof(fc.constant(message), changed(message)),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ owner, signature, message }) => {
      const verdict = inNode.verifyRsa(owner, message, signature);
      assert.is(await inBrowser.verifyRsa(owner, message, signature), verdict);
    }),
    { numRuns: 200 },
  );
  for (const owner of [0, 1, 2, 255].map((byte) => new Uint8Array(512).fill(byte))) {
    for (const signature of [0, 1, 255].map((byte) => new Uint8Array(512).fill(byte))) {
      assert.is(inNode.verifyRsa(owner, message, signature), false);
      assert.is(await inBrowser.verifyRsa(owner, message, signature), false);
    }
  }
});

test('both hosts come to the same verdict on an Ed25519 signature', async () => {
  const signature = await ed25519.sign(message);
  const given = fc.record({
    owner: fc.oneof(fc.constant(ed25519.publicKey), changed(ed25519.publicKey)),
    signature: fc.oneof(fc.constant(signature), changed(signature)),
    message: fc.oneof(fc.constant(message), changed(message)),
  });
  fc.assert(
    fc.property(given, ({ owner, signature, message }) => {
      const verdict = inNode.verifyEd25519(owner, message, signature);
      assert.is(inBrowser.verifyEd25519(owner, message, signature), verdict);
    }),
    { numRuns: 300 },
  );
});

test('a key that nobody owns signs nothing, since one signature of it would fit all contents', async () => {
  const field = 2n ** 255n - 19n;
  const encoded = (y: bigint, sign: number) => {
    const bytes = Uint8Array.from({ length: 32 }, (_, at) => Number((y >> BigInt(8 * at)) & 0xffn));
    bytes[31] = (bytes[31] ?? 0) | (sign << 7);
    return bytes;
  };
  const canonical = ED25519_TORSION_SUBGROUP.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
  const others = [0n, 1n, field, field + 1n].flatMap((y) => [encoded(y, 0), encoded(y, 1)]);
  let genuine = 0;
  for (const owner of [...canonical, ...others]) {
    for (const point of canonical) {
      // Lenient verifiers take this for a signature of one in eight messages, or of all.
      const signature = Uint8Array.of(...point, ...new Uint8Array(32));
      for (let number = 0; number < 16; number++) {
        const message = Uint8Array.of(number);
        if (ed25519Of.verify(signature, message, owner, { zip215: true })) genuine++;
        assert.is(inNode.verifyEd25519(owner, message, signature), false);
        assert.is(inBrowser.verifyEd25519(owner, message, signature), false);
      }
    }
  }
  assert.ok(genuine > 100, 'this would try nothing');
});

test('both hosts sign the same with an Ed25519 key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (privateKey, message) => {
      const [one, other] = [inNode.ed25519KeyPair(privateKey), inBrowser.ed25519KeyPair(privateKey)];
      assert.equal(one.publicKey, other.publicKey);
      assert.equal(one.sign(message), other.sign(message));
    }),
  );
});

test('each host makes keys of its own', () => {
  for (const { generateEd25519PrivateKey: generate } of [inNode, inBrowser]) {
    assert.is(generate().length, 32);
    assert.not.equal(generate(), generate());
  }
});

/** One bit of it another one. */
const changed = (bytes: Uint8Array) =>
  fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) }).map(({ at, bit }) => {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << bit);
    return copy;
  });

test.run();
