import fc from 'fast-check';
import type { ItemContent } from 'heddle/arweave';
import { tagBytes } from '../../lib/core/tags.ts';

const text = (minLength: number, maxLength: number) =>
  fc.oneof(fc.string({ minLength, maxLength }), fc.string({ unit: 'binary', minLength, maxLength }));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

const tag = (nameLength: number, valueLength: number) =>
  fc.record({ name: text(1, nameLength), value: text(0, valueLength) }, { noNullPrototype: true });

/** What an item may hold, as far as ANS-104 allows it. */
export const contents = fc
  .record({
    data: fc.oneof(fc.uint8Array({ maxLength: 3_000 }), fc.string({ unit: 'binary', maxLength: 300 })),
    target: fc.option(bytes32.map((bytes) => Buffer.from(bytes).toString('base64url'))),
    anchor: fc.option(bytes32),
    tags: fc.oneof(fc.array(tag(40, 100), { maxLength: 12 }), fc.array(tag(3, 3), { maxLength: 128 })),
  })
  .filter(({ tags }) => tagBytes(tags) <= 4_096) satisfies fc.Arbitrary<ItemContent>;

/** The data of an item with this content. */
export const dataOf = ({ data = '' }: ItemContent): Uint8Array =>
  typeof data === 'string' ? new TextEncoder().encode(data) : data;
