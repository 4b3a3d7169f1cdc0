/** Bytes that were items and bundles once, and were changed by chance. What fails here is found again by its seed. */
import { HeddleError, type RandomStream, randomStream } from 'heddle';
import {
  buildBundle,
  bundleTags,
  type DataItem,
  parseBundle,
  parseItem,
  readBundle,
  type Signer,
  signItem,
  verifyItem,
} from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pairs } from './keys.ts';

const itemMutations = 8_000;
const bundleMutations = 2_000;

const items = (
  await Promise.all(
    pairs.map(({ ours }) =>
      Promise.all([
        signItem({}, ours),
        signItem({ data: 'short', tags: { Action: 'Ping', Größe: ['1', '', '3'] } }, ours),
        signItem({ data: 'x'.repeat(500), target: 'A'.repeat(43), anchor: 'a'.repeat(32), tags: { a: 'b' } }, ours),
        signItem({ data: 'x'.repeat(50), anchor: '\x01'.repeat(32) }, ours),
      ]),
    ),
  )
).flat();
const nesting = await signItem({ tags: bundleTags, data: buildBundle(items.slice(6, 8)) }, pairs[1]?.ours as Signer);
const bundles = [buildBundle(items), buildBundle(items.slice(4, 6)), buildBundle([nesting])];

/** What an item says, apart from its signature, whose salt or last byte may be another one. */
const contentOf = ({ type, address, target, anchor, tags, data }: DataItem): string =>
  JSON.stringify([
    type,
    address,
    target,
    anchor && Buffer.from(anchor).toString('hex'),
    tags,
    Buffer.from(data).toString('hex'),
  ]);

const signed = new Set([...items, nesting].map(contentOf));

/** Some bytes changed: at a place, in number, or for those of something else. */
function mutated(original: Uint8Array, others: readonly Uint8Array[], random: RandomStream): Uint8Array {
  const bytes = Buffer.from(original);
  const at = random.below(bytes.length);
  const length = 1 + random.below(1 + Math.min(80, bytes.length - at - 1));
  const one = () => Buffer.from(Array.from({ length }, () => random.below(256)));
  const extreme = Buffer.alloc(length, [0x00, 0xff, 0x80, 0x7f, 0x01][random.below(5)]);
  const other = others[random.below(others.length)] ?? original;
  const inPlace = (write: () => void) => () => {
    write();
    return bytes;
  };
  const changes = [
    inPlace(() => bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random.below(8)), at)),
    inPlace(() => bytes.writeUInt8(random.below(256), at)),
    inPlace(() => one().copy(bytes, at)),
    inPlace(() => extreme.copy(bytes, at)),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
    () => Buffer.concat([bytes.subarray(0, at), one(), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]),
    () => Buffer.concat([bytes, one()]),
    () => Buffer.concat([bytes.subarray(0, at), other.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]),
  ];
  return Uint8Array.from(changes[random.below(changes.length)]?.() ?? bytes);
}

/** Reads all of an item and verifies it. Whatever is wrong with it is said by a typed error. */
async function examine(read: () => DataItem): Promise<'verified' | 'read' | 'refused'> {
  let item: DataItem | undefined;
  try {
    item = read();
    const { bytes, signature, owner, binaryTags, data, id, address } = item;
    const parts = [signature, owner, data, ...binaryTags.flatMap(({ name, value }) => [name, value])];
    // Parts are views, and lie beside each other.
    for (const part of parts) assert.is(part.length === 0 || part.buffer === bytes.buffer, true);
    assert.ok(parts.reduce((sum, part) => sum + part.length, 0) <= bytes.length);
    assert.ok(id && address);
    await verifyItem(item);
    assert.ok(signed.has(contentOf(item)), 'something else was verified than was signed');
    return 'verified';
  } catch (error) {
    if (error instanceof HeddleError) return item ? 'read' : 'refused';
    throw error;
  }
}

test(`of ${itemMutations} changed items none is taken for what was not signed`, async () => {
  const random = randomStream('items', 'mutations');
  const counts = { verified: 0, read: 0, refused: 0 };
  const others = items.map(({ bytes }) => bytes);
  for (let number = 0; number < itemMutations; number++) {
    const original = others[random.below(others.length)] as Uint8Array;
    const bytes = mutated(original, others, random);
    try {
      counts[await examine(() => parseItem(bytes))]++;
    } catch (error) {
      throw new Error(`item ${number}, ${Buffer.from(bytes).toString('hex')}: ${error}`);
    }
  }
  // All three happen, or the changes try nothing.
  assert.ok(Math.min(...Object.values(counts)) > 10, JSON.stringify(counts));
});

test(`of ${bundleMutations} changed bundles all is read that can be, and the same as a stream`, async () => {
  const random = randomStream('bundles', 'mutations');
  const counts = { verified: 0, read: 0, refused: 0, whole: 0 };
  for (let number = 0; number < bundleMutations; number++) {
    const bytes = mutated(bundles[random.below(bundles.length)] as Uint8Array, bundles, random);
    const inMemory: string[] = [];
    const streamed: string[] = [];
    try {
      for (const { id, item, error } of parseBundle(bytes)) {
        inMemory.push(`${id} ${error?.code}`);
        if (!item) counts.refused++;
        else if (random.below(8) === 0) counts[await examine(() => item)]++;
      }
    } catch (error) {
      if (!(error instanceof HeddleError)) throw new Error(`bundle ${number}: ${error}`);
      inMemory.push(error.code);
      counts.whole++;
    }
    try {
      const middle = random.below(bytes.length + 1);
      for await (const { id, error } of readBundle([bytes.subarray(0, middle), bytes.subarray(middle)])) {
        streamed.push(`${id} ${error?.code}`);
      }
    } catch (error) {
      if (!(error instanceof HeddleError)) throw new Error(`bundle ${number}: ${error}`);
      streamed.push(error.code);
    }
    assert.equal(streamed, inMemory);
  }
  assert.ok(Math.min(...Object.values(counts)) > 10, JSON.stringify(counts));
});

test('what says that it is large takes no memory', async () => {
  const item = Buffer.from(items[1]?.bytes as Uint8Array);
  const bundle = Buffer.from(bundles[0] as Uint8Array);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  };
  for (let number = 1; number < 2 ** 40; number *= 2) {
    // The number of tags, and their size, of an Arweave item without target and anchor.
    for (const at of [2 + 512 + 512 + 2, 2 + 512 + 512 + 2 + 8]) {
      const changed = Buffer.from(item);
      changed.writeBigUInt64LE(BigInt(number), at);
      await examine(() => parseItem(changed));
      look();
    }
    // The number of items, and the size of the first.
    for (const at of [0, 32]) {
      const changed = Buffer.from(bundle);
      changed.writeBigUInt64LE(BigInt(number), at);
      try {
        for (const _ of parseBundle(changed)) look();
        for await (const _ of readBundle([changed])) look();
      } catch (error) {
        assert.instance(error, HeddleError);
      }
      look();
    }
  }
  assert.ok(most < 20_000_000, `${most} bytes`);
});

test.run();
