import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { type DataItem, type ItemContent, parseItem, type Signer, signItem, verifyItem } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';
import { contents, dataOf } from './contents.ts';
import { pairs } from './keys.ts';
import { oracle } from './oracle.ts';

const runs = { numRuns: 60 };
type Content = Required<ItemContent> & { readonly tags: readonly { readonly name: string; readonly value: string }[] };

function assertContent(item: DataItem, content: Content): void {
  assert.equal(item.data, Uint8Array.from(dataOf(content)));
  assert.equal(item.tags, content.tags);
  assert.is(item.target, content.target);
  assert.equal(item.anchor, content.anchor);
}

for (const { name, ours, theirs } of pairs) {
  test(`${name}: what is signed here is the same item to the oracle, and verified by it`, async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const item = await signItem(content, ours);
        const read = new oracle.DataItem(Buffer.from(item.bytes));
        assert.is(await read.isValid(), true);
        assert.is(read.id, item.id);
        assert.is(read.signatureType, item.type);
        assert.equal(Uint8Array.from(read.rawOwner), ours.publicKey);
        assert.is(read.target, content.target ?? '');
        assert.equal(Uint8Array.from(read.rawAnchor), Uint8Array.from(content.anchor ?? []));
        assert.equal(Uint8Array.from(read.rawData), Uint8Array.from(dataOf(content)));
        assert.equal(read.tags, content.tags);
      }),
      runs,
    );
  });

  test(`${name}: what the oracle signs is verified here, and the same item`, async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const { target, anchor, tags } = content;
        const options = { ...(target && { target }), ...(anchor && { anchor }), tags };
        const made = oracle.createData(dataOf(content), theirs, options);
        await made.sign(theirs);
        const item = await verifyItem(parseItem(made.getRaw()));
        assert.is(item.id, made.id);
        assert.is(item.address, ours.address);
        assertContent(item, content);
      }),
      runs,
    );
  });

  test(`${name}: an item is read back as it was signed, byte for byte`, async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const item = await signItem(content, ours);
        const read = await verifyItem(parseItem(Uint8Array.from(item.bytes)));
        assert.equal(read.bytes, item.bytes);
        assert.is(read.address, ours.address);
        assertContent(read, content);
      }),
      runs,
    );
  });

  test(`${name}: no byte of an item can be another one`, async () => {
    const content = { data: 'data', target: 'A'.repeat(43), anchor: 'a'.repeat(32), tags: { Name: 'value' } };
    const { bytes } = await signItem(content, ours);
    for (let at = 2; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const { code } = await refusal(async () => verifyItem(parseItem(changed)));
      assert.ok(['signature-invalid', 'item-malformed', 'item-over-limit'].includes(code), `${at}: ${code}`);
    }
  });
}

test('the bytes of an item are those that were read, whatever array they came in', async () => {
  const [pair] = pairs;
  const { bytes } = await signItem({ data: 'here' }, pair?.ours as Signer);
  const within = Buffer.concat([Buffer.alloc(7), bytes]).subarray(7);
  const item = await verifyItem(parseItem(within));
  assert.is(item.bytes.buffer, within.buffer);
  assert.is(item.bytes.constructor, Uint8Array);
  assert.is(Buffer.from(item.data).toString(), 'here');
});

test('an item of another type is read as far as its lengths are known, and not verified', async () => {
  for (const [type, lengths] of Object.entries({
    4: 64 + 32,
    5: 64 + 32,
    6: 2_052 + 1_025,
    7: 65 + 42,
    101: 65 + 65,
  })) {
    const bytes = new Uint8Array(2 + lengths + 2 + 16 + 4);
    new DataView(bytes.buffer).setUint16(0, Number(type), true);
    bytes.set([1, 2, 3, 4], bytes.length - 4);
    const item = parseItem(bytes);
    assert.is(item.type, Number(type));
    assert.is(item.signature.length + item.owner.length, lengths);
    assert.equal(item.data, Uint8Array.of(1, 2, 3, 4));
    assert.is((await refusal(() => verifyItem(item))).code, 'signature-type-unsupported');
  }
  const unknown = new Uint8Array(5_000);
  unknown[0] = 99;
  assert.is((await refusal(() => parseItem(unknown))).code, 'signature-type-unsupported');
});

test('an Ed25519 owner of small order is refused, although the oracle takes it', async () => {
  const identity = Uint8Array.of(1, ...new Uint8Array(31));
  const signature = Uint8Array.of(...identity, ...new Uint8Array(32));
  const nobody = { type: 2, publicKey: identity, address: 'nobody', sign: async () => signature };
  const items = await Promise.all(['one', 'other'].map((data) => signItem({ data }, nobody)));
  assert.is(items[0]?.id, items[1]?.id);
  for (const item of items) {
    assert.is(await oracle.DataItem.verify(Buffer.from(item.bytes)), true);
    assert.is((await refusal(() => verifyItem(item))).code, 'signature-invalid');
  }
});

test('an Ethereum signature has one form', async () => {
  const { bytes } = await signItem({ data: 'data' }, pairs[2]?.ours as Signer);
  const at = 2 + 64;
  const recovery = (bytes[at] ?? 0) - 27;
  const code = async (change: (bytes: Uint8Array) => void) => {
    const changed = Uint8Array.from(bytes);
    change(changed);
    const oracleTakesIt = await oracle.DataItem.verify(Buffer.from(changed));
    const ours = await verifyItem(parseItem(changed)).catch(({ code }) => code);
    return [oracleTakesIt, ours === 'signature-invalid' ? ours : 'verified'];
  };
  const withLast = (byte: number) => code((changed) => changed.fill(byte, at, at + 1));
  assert.equal(await withLast(27 + recovery), [true, 'verified']);
  assert.equal(await withLast(recovery), [true, 'verified']);
  for (const byte of [28 - recovery, 1 - recovery, 2, 26, 29, 255]) {
    assert.equal(await withLast(byte), [true, 'signature-invalid'], String(byte));
  }
  // The other s of the same r, and the other parity.
  const higher = await code((changed) => {
    const s = secp256k1.CURVE.n - BigInt(`0x${Buffer.from(changed.subarray(at - 32, at)).toString('hex')}`);
    changed.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex'), at - 32);
    changed[at] = 28 - recovery;
  });
  assert.equal(higher, [false, 'signature-invalid']);
});

test('what ends too soon is refused at every length', async () => {
  for (const { ours } of pairs) {
    const content = { target: 'A'.repeat(43), anchor: 'a'.repeat(32), tags: { Name: 'value' } };
    const { bytes } = await signItem(content, ours);
    for (let length = 0; length < bytes.length; length++) {
      assert.is((await refusal(() => parseItem(bytes.slice(0, length)))).code, 'item-malformed', String(length));
    }
  }
});

test('what is no array of bytes is refused', async () => {
  for (const wrong of [undefined, null, 'text', [1, 2], new ArrayBuffer(9)]) {
    assert.is((await refusal(() => parseItem(wrong as never))).code, 'item-malformed');
  }
});

test.run();
