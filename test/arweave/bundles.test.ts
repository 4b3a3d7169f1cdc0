import fc from 'fast-check';
import {
  type Bundle,
  buildBundle,
  bundleTags,
  type DataItem,
  isBundle,
  parseBundle,
  readBundle,
  type Signer,
  signItem,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusal } from '../fixtures/system/refusal.ts';
import { contents } from './contents.ts';
import { pairs } from './keys.ts';
import { oracle } from './oracle.ts';

const signer = pairs[1]?.ours as Signer;
const items = await Promise.all(['first', 'second', 'third'].map((data) => signItem({ data }, signer)));
const bundle = buildBundle(items);

const idsOf = (all: Bundle) => Array.from({ length: all.length }, (_, index) => all.entry(index).id);
const textOf = (item: DataItem | undefined) => item && new TextDecoder().decode(item.data);

/** The bundle with this number in its header, at the item of that index or, without one, in place of how many there are. */
function with256(number: bigint, index?: number): Uint8Array {
  const changed = Uint8Array.from(bundle);
  const at = index === undefined ? 0 : 32 + index * 64;
  for (let byte = 0; byte < 32; byte++) changed[at + byte] = Number((number >> BigInt(8 * byte)) & 0xffn);
  return changed;
}

/** What reading gives, item by item, in memory and as a stream. */
async function bothWays(bytes: Uint8Array): Promise<readonly (string | undefined)[]> {
  const inMemory = [...parseBundle(bytes)].map(({ item, error }) => error?.code ?? textOf(item));
  const streamed: (string | undefined)[] = [];
  for await (const { item, error } of readBundle([bytes])) streamed.push(error?.code ?? textOf(item));
  assert.equal(streamed, inMemory);
  return inMemory;
}

test('a bundle built here is the same to the oracle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(contents, { maxLength: 4 }), async (all) => {
      const ours = await Promise.all(all.map((content) => signItem(content, signer)));
      const theirs = new oracle.Bundle(Buffer.from(buildBundle(ours)));
      assert.equal(
        theirs.getIds(),
        ours.map(({ id }) => id),
      );
      assert.equal(
        theirs.items.map((item) => Uint8Array.from(item.getRaw())),
        ours.map(({ bytes }) => bytes),
      );
      assert.is(await theirs.verify(), true);
    }),
    { numRuns: 30 },
  );
});

test("the oracle's bundle is the same here", async () => {
  for (const { theirs } of pairs) {
    const made = ['one', 'two', ''].map((data) => oracle.createData(data, theirs));
    const raw = (await oracle.bundleAndSignData(made, theirs)).getRaw();
    const read = parseBundle(raw);
    for (const { item } of read) await verifyItem(item as DataItem);
    assert.equal(
      [...read].map(({ item }) => textOf(item)),
      ['one', 'two', ''],
    );
    const rebuilt = buildBundle(Array.from({ length: read.length }, (_, index) => read.item(index)));
    assert.equal(rebuilt, Uint8Array.from(raw));
  }
});

test('a bundle of nothing is a bundle', async () => {
  const empty = buildBundle([]);
  assert.is(empty.length, 32);
  assert.equal(await bothWays(empty), []);
});

test('an item is read when it is asked for, from the bytes of the bundle', () => {
  const read = parseBundle(bundle);
  assert.is(read.length, 3);
  assert.equal(
    idsOf(read),
    items.map(({ id }) => id),
  );
  const last = read.item(2);
  assert.is(textOf(last), 'third');
  assert.is(last.bytes.buffer, bundle.buffer);
  assert.equal(read.entry(2), { id: items[2]?.id, byteLength: items[2]?.bytes.length });
});

test('an index that is none is refused', async () => {
  for (const index of [-1, 3, 0.5, Number.NaN]) {
    assert.is((await refusal(() => parseBundle(bundle).item(index))).code, 'option-invalid');
  }
});

test('an item that cannot be read takes no other with it', async () => {
  const changed = Uint8Array.from(bundle);
  const second = 32 + 3 * 64 + (items[0]?.bytes.length ?? 0);
  changed[second] = 99; // an unknown type
  assert.equal(await bothWays(changed), ['first', 'signature-type-unsupported', 'third']);
  changed.set(bundle.subarray(second, second + 1), second);
  changed[second + 2 + 64 + 32] = 7; // whether there is a target
  assert.equal(await bothWays(changed), ['first', 'item-malformed', 'third']);
});

test('an item under the id of another one is refused', async () => {
  const changed = Uint8Array.from(bundle);
  changed.set(bundle.subarray(32 + 32, 32 + 64), 32 + 64 + 32);
  assert.equal(await bothWays(changed), ['first', 'bundle-malformed', 'third']);
});

test('a bundle that ends too soon gives the items that are there', async () => {
  const header = 32 + 3 * 64;
  for (const [index, { bytes }] of items.entries()) {
    const end = header + items.slice(0, index).reduce((sum, item) => sum + item.bytes.length, 0);
    const whole = ['first', 'second', 'third'].slice(0, index);
    const rest = Array.from({ length: 3 - index }, () => 'bundle-malformed');
    for (const length of [end, end + 1, end + bytes.length - 1]) {
      assert.equal(await bothWays(bundle.slice(0, length)), [...whole, ...rest]);
    }
  }
  for (const length of [0, 1, 31, 32, 33, header - 1]) {
    const cut = bundle.slice(0, length);
    assert.is((await refusal(() => parseBundle(cut))).code, 'bundle-malformed');
    assert.is((await refusal(() => readBundle([cut]).next())).code, 'bundle-malformed');
  }
});

test('what comes after the last item is ignored', async () => {
  assert.equal(await bothWays(Uint8Array.of(...bundle, 1, 2, 3)), ['first', 'second', 'third']);
});

test('numbers that no bundle can have are refused before anything is made of them', async () => {
  for (const count of [2n ** 200n, 2n ** 53n, 2n ** 256n - 1n, 1_000_001n]) {
    assert.is((await refusal(() => parseBundle(with256(count)))).code, 'bundle-over-limit');
    assert.is((await refusal(() => readBundle([with256(count)]).next())).code, 'bundle-over-limit');
  }
  for (const count of [1_000_000n, 100n]) {
    assert.is((await refusal(() => parseBundle(with256(count)))).code, 'bundle-malformed');
    assert.is((await refusal(() => readBundle([with256(count)]).next())).code, 'bundle-malformed');
  }
  for (const length of [2n ** 200n, 2n ** 53n, 2n ** 52n, 2n ** 32n, 100_000n]) {
    assert.equal(await bothWays(with256(length, 1)), ['first', 'bundle-malformed', 'bundle-malformed'], String(length));
  }
  assert.equal(await bothWays(with256(0n, 1)), ['first', 'item-malformed', 'bundle-malformed']);
});

test('a bundle in a bundle is known by its tags', async () => {
  const nested = await signItem({ tags: bundleTags, data: bundle }, signer);
  assert.is(isBundle(nested.tags), true);
  const outer = parseBundle(buildBundle([nested]));
  const inner = parseBundle((await verifyItem(outer.item(0))).data);
  assert.equal(
    [...inner].map(({ item }) => textOf(item)),
    ['first', 'second', 'third'],
  );
  for (const tags of [
    [],
    bundleTags.slice(0, 1),
    [{ name: 'bundle-format', value: 'binary' }, ...bundleTags.slice(1)],
  ]) {
    assert.is(isBundle(tags), false);
  }
});

test('what is no array of bytes is refused', async () => {
  assert.is((await refusal(() => parseBundle('bundle' as never))).code, 'bundle-malformed');
  for (const source of [['bundle'], bundle, {}]) {
    assert.is((await refusal(() => readBundle(source as never).next())).code, 'option-invalid');
  }
});

test.run();
