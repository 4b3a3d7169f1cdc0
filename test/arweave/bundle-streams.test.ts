import fc from 'fast-check';
import {
  buildBundle,
  type Chunks,
  type DataItem,
  parseItem,
  readBundle,
  type Signer,
  type StoredItem,
  signItem,
  streamBundle,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';
import { pairs } from './keys.ts';

const signer = pairs[1]?.ours as Signer;
const items = await Promise.all(
  Array.from({ length: 20 }, (_, number) => signItem({ data: new Uint8Array(number * 300).fill(number) }, signer)),
);
const bundle = buildBundle(items);

async function allOf(chunks: Chunks): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  return Uint8Array.from(Buffer.concat(pieces));
}

const stored = (item: DataItem, open: () => Chunks): StoredItem => ({
  id: item.id,
  byteLength: item.bytes.length,
  open,
});

/** The bytes cut at these places, empty pieces among them. */
function* cutAt(bytes: Uint8Array, places: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const to of [...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

test('however the source is cut, the items are the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), async (places) => {
      const read: DataItem[] = [];
      for await (const { item } of readBundle(cutAt(bundle, places))) if (item) read.push(item);
      assert.equal(
        read.map(({ bytes }) => bytes),
        items.map(({ bytes }) => bytes),
      );
    }),
  );
});

test('an item has its bytes to itself, so that keeping it keeps nothing else', async () => {
  for await (const { item } of readBundle([bundle])) {
    assert.is(item?.bytes.buffer.byteLength, item?.bytes.length);
  }
});

test('an item over the limit is passed over, and the others are read', async () => {
  const limit = items[10]?.bytes.length as number;
  const read: unknown[] = [];
  for await (const { item, error } of readBundle(cutAt(bundle, [5_000, 30_000]), { itemBytes: limit })) {
    read.push(error?.code ?? item?.id);
  }
  assert.equal(
    read,
    items.map(({ id }, index) => (index <= 10 ? id : 'item-over-limit')),
  );
});

test('the source is asked for no more than is read, and closed', async () => {
  let given = 0;
  let closed = 0;
  async function* source() {
    try {
      for (const piece of cutAt(
        bundle,
        Array.from({ length: 99 }, (_, at) => at * 500),
      )) {
        given += piece.length;
        yield piece;
      }
    } finally {
      closed++;
    }
  }
  for await (const { index } of readBundle(source())) if (index === 3) break;
  assert.is(closed, 1);
  assert.ok(given < bundle.length / 2);
  for await (const _ of readBundle(source()));
  assert.is(closed, 2);
});

test('what the source throws is thrown on', async () => {
  const failure = new Error('the connection was lost');
  async function* source() {
    yield bundle.subarray(0, 4_000);
    throw failure;
  }
  let thrown: unknown;
  try {
    for await (const _ of readBundle(source()));
  } catch (error) {
    thrown = error;
  }
  assert.is(thrown, failure);
});

test('what cannot be gone through is refused', async () => {
  for (const source of [undefined, null, 5, 'text', {}]) {
    assert.is((await refusal(() => readBundle(source as never).next())).code, 'option-invalid');
  }
});

test('a bundle that is streamed is the one that is built', async () => {
  assert.equal(await allOf(streamBundle(items)), bundle);
  const asChunks = items.map((item, index) => stored(item, () => cutAt(item.bytes, [1, 70, index * 100])));
  assert.equal(await allOf(streamBundle(asChunks)), bundle);
});

test('one item is open at a time, and closed before the next', async () => {
  let open = 0;
  let opened = 0;
  const watched = items.map((item) =>
    stored(item, function* () {
      assert.is(open++, 0);
      opened++;
      try {
        yield item.bytes;
      } finally {
        open--;
      }
    }),
  );
  const streaming = streamBundle(watched);
  await streaming.next();
  assert.is(opened, 0);
  await streaming.next();
  assert.is(opened, 1);
  await allOf(streaming);
  assert.is(opened, items.length);
  assert.is(open, 0);
});

test('an item that is another one than it says ends the bundle', async () => {
  const [first, second] = items as [DataItem, DataItem];
  const wrong: readonly StoredItem[] = [
    stored(first, () => [second.bytes]),
    stored(first, () => [first.bytes, Uint8Array.of(0)]),
    stored(second, () => [second.bytes.subarray(0, -1)]),
    stored(first, () => []),
    stored(first, () => [Uint8Array.of(1)]),
    stored(first, () => [Uint8Array.of(99, 99, 99, 99)]),
  ];
  for (const item of wrong) assert.is((await refusal(() => allOf(streamBundle([item])))).code, 'bundle-malformed');
  for (const byteLength of [-1, 0.5, Number.NaN]) {
    const item = { ...stored(first, () => [first.bytes]), byteLength };
    assert.is((await refusal(() => allOf(streamBundle([item])))).code, 'option-invalid');
  }
  const unnamed = { ...stored(first, () => [first.bytes]), id: 'first' };
  assert.is((await refusal(() => allOf(streamBundle([unnamed])))).code, 'id-invalid');
});

test('10,000 items of 100 KB, a gigabyte, are streamed and read in little memory', async () => {
  const count = 10_000;
  const { bytes, id } = await signItem({ data: new Uint8Array(100_000) }, signer);
  const large = Array.from({ length: count }, () => ({
    id,
    byteLength: bytes.length,
    open: () => [Uint8Array.from(bytes)],
  }));
  let read = 0;
  let most = 0;
  for await (const { item } of readBundle(streamBundle(large))) {
    if (item?.id === id) read++;
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  assert.is(read, count);
  assert.ok(most < 200_000_000, `${most} bytes`);
});

test('an item that was read as it came is verified', async () => {
  for await (const { item } of readBundle(streamBundle(items))) {
    assert.is((await verifyItem(parseItem((item as DataItem).bytes))).id, item?.id);
  }
});

test.run();
