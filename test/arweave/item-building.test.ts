import { type ItemContent, type Signer, signItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';
import { pairs } from './keys.ts';

const signer = pairs[1]?.ours as Signer;
const code = async (content: unknown, by: Signer = signer) =>
  (await refusal(() => signItem(content as ItemContent, by))).code;
const repeated = (count: number, name: string, value: string) => Array.from({ length: count }, () => ({ name, value }));

test('what is built keeps to the limits of ANS-104', async () => {
  await signItem({ tags: repeated(128, 'n', 'v') }, signer);
  assert.is(await code({ tags: repeated(129, 'n', 'v') }), 'item-over-limit');
  await signItem({ tags: { ['n'.repeat(1_024)]: 'v' } }, signer);
  assert.is(await code({ tags: { ['n'.repeat(1_025)]: 'v' } }), 'item-over-limit');
  await signItem({ tags: { n: 'v'.repeat(3_072) } }, signer);
  assert.is(await code({ tags: { n: 'v'.repeat(3_073) } }), 'item-over-limit');
  // The number of blocks, that of tags, and for each tag a length of one byte and one of two.
  const most = 4_096 - 2 - 2 * (2 + 2);
  const tags = (bytes: number) => [
    { name: 'n'.repeat(64), value: 'v'.repeat(2_000) },
    { name: 'n'.repeat(64), value: 'v'.repeat(bytes - 2_000 - 128) },
  ];
  assert.is((await signItem({ tags: tags(most) }, signer)).tags.length, 2);
  assert.is(await code({ tags: tags(most + 1) }), 'item-over-limit');
});

test('what cannot be written as it is said is refused', async () => {
  const lone = '\ud800';
  for (const tags of [
    { '': 'v' },
    { n: lone },
    { [lone]: 'v' },
    [{ name: 'n' }],
    [null],
    [{ name: 1, value: 'v' }],
    [{ name: 'n', value: 1n }],
    'n=v',
  ]) {
    assert.is(await code({ tags }), 'tags-invalid');
  }
  for (const data of [lone, 7, {}, [1]]) assert.is(await code({ data }), 'data-invalid');
  for (const target of ['', 'A'.repeat(42), `${'A'.repeat(42)}B`, 7]) assert.is(await code({ target }), 'id-invalid');
  for (const anchor of ['', 'a'.repeat(31), 'ä'.repeat(32), new Uint8Array(33), 7]) {
    assert.is(await code({ anchor }), 'anchor-invalid');
  }
});

test('names and values may be bytes, and are read back as they were', async () => {
  const tag = { name: Uint8Array.of(0xff, 0x41), value: Uint8Array.of(0, 0x80, 0xef, 0xbb, 0xbf) };
  const mark = { name: '\ufeffname', value: '\ufeff' };
  const item = await signItem({ tags: [tag, mark] }, signer);
  assert.equal(item.binaryTags[0], tag);
  assert.equal(item.tags, [{ name: '\ufffdA', value: '\0\ufffd\ufeff' }, mark]);
  const again = await signItem({ tags: item.binaryTags }, signer);
  assert.equal(again.binaryTags, item.binaryTags);
});

test('content that changes while it is signed changes no item', async () => {
  const data = Uint8Array.of(1, 2, 3);
  const signing = signItem({ data }, signer);
  data.fill(9);
  assert.equal((await signing).data, Uint8Array.of(1, 2, 3));
});

test('a signer whose key or signature is not as long as its type has it signs nothing', async () => {
  const { type, publicKey, address } = signer;
  const sign = async () => new Uint8Array(64);
  await signItem({}, { type, publicKey, address, sign });
  assert.is(await code({}, { type, publicKey: new Uint8Array(33), address, sign }), 'signer-failed');
  assert.is(await code({}, { type, publicKey, address, sign: async () => new Uint8Array(65) }), 'signer-failed');
  assert.is(await code({}, { type, publicKey, address, sign: async () => 'x'.repeat(64) as never }), 'signer-failed');
  assert.is(await code({}, { type: 99, publicKey, address, sign }), 'signature-type-unsupported');
});

test.run();
