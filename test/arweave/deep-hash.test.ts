import fc from 'fast-check';
import { type DeepHashInput, deepHash } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha384 as inNode } from '../../lib/arweave/crypto.node.ts';
import { sha384 as inBrowser } from '../../lib/arweave/crypto.ts';
import { oracle } from './oracle.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);

test('the deep hash is the one that the oracle computes', async () => {
  const vectors: readonly (readonly [DeepHashInput, string])[] = [
    [utf8(''), 'fbf00cc444f5fea9dc3bedf62a13fba8ae87e7445fc910567a23bec4eb82fadb1143c433069314d8362983dc3c2e4a38'],
    [
      utf8('heddle'),
      '740794ab32a538cab1d7e7aeb2f7528e5a8bd5c3d61b6aae03ce03e109cf97e67962e36c53d1c02e9d4a3f1774a74cb1',
    ],
    [[], 'a69e7d37fdc7f040a9ec16aae84de24fab4a653dac4de0bd247e36bab9fe45d9289c5a04a893c95285812f5cefc9707a'],
    [[utf8('')], 'bbfe64a232d9384c245859bf2160598f71f84a2cbb51b7bf207436e310ada5092c8a5eed8258785bc0481c4dda08438a'],
    [
      [utf8('dataitem'), [utf8('1'), []], utf8('ü')],
      '4e6fde39e0b9895432373791e03ba9629df1370ccd88dc82e19c4967f5668256ab9cbc8c9635a4aad7cbf445bf028796',
    ],
  ];
  for (const [input, expected] of vectors) {
    assert.is(hex(deepHash(input)), expected);
    assert.is(hex(await oracle.deepHash(input)), expected);
  }
});

test('it agrees with the oracle on any lists', async () => {
  const { input } = fc.letrec<{ input: DeepHashInput }>((tie) => ({
    input: fc.oneof(
      { depthSize: 'small' },
      fc.uint8Array({ maxLength: 200 }),
      fc.array(tie('input'), { maxLength: 5 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(input, async (input) => {
      assert.is(hex(deepHash(input)), hex(await oracle.deepHash(input)));
    }),
  );
});

test('blobs of every length have the hash that the oracle computes, the first time and again', async () => {
  for (const length of [0, 1, 32, 512, 1_023, 1_024, 1_025, 100_000, 32, 1_023]) {
    const blob = new Uint8Array(length).fill(length);
    assert.is(hex(deepHash(blob)), hex(await oracle.deepHash(blob)), String(length));
  }
});

test('every host computes the same SHA-384', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.is(hex(inNode(bytes)), hex(inBrowser(bytes)))));
});

test.run();
