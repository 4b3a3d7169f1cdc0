import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteReader } from '../../lib/store/log/byte-reader.ts';
import { ByteWriter } from '../../lib/store/log/byte-writer.ts';

/** Something that can be written and read. */
type Part = 'byte' | 'number' | 'signed' | 'text' | 'long';
type Value = number | string | bigint;
type Written = readonly [Part, Value];

function write(values: readonly Written[], room = 1): Uint8Array {
  const writer = new ByteWriter(room);
  for (const [part, value] of values) {
    if (typeof value === 'bigint') writer.long(value);
    else if (typeof value === 'string') writer.text(value);
    else if (part === 'byte') writer.byte(value);
    else if (part === 'signed') writer.signed(value);
    else writer.number(value);
  }
  return writer.bytes.slice(0, writer.at);
}

const readOne = (reader: ByteReader, [part]: Written): Value => reader[part]();

/** Fails unless values come back one after the other, with nothing between them and nothing left. */
function checkRoundTrip(values: readonly Written[], room?: number): void {
  const reader = new ByteReader(write(values, room));
  for (const [at, value] of values.entries()) {
    assert.not.ok(reader.ended, `nothing left for ${at}`);
    assert.is(readOne(reader, value), value[1], `${value[0]} number ${at}`);
  }
  assert.ok(reader.ended);
}

const most = Number.MAX_SAFE_INTEGER;
const number = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.nat(), atPowers(0, 53));
// Twice a signed number must be one that can be written.
const mostSigned = 2 ** 52 - 1;
const signed = fc.oneof(fc.integer(), fc.integer({ min: -mostSigned - 1, max: mostSigned }));
const unit = fc.constantFrom<fc.StringConstraints['unit']>('binary', 'grapheme', 'binary-ascii', 'grapheme-ascii');
const text = unit.chain((one) => fc.string({ unit: one ?? 'binary', maxLength: 200 }));

/** Whole numbers about powers of two. */
function atPowers(from: number, to: number): fc.Arbitrary<number> {
  const near = fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: -2, max: 2 }));
  return near.map(([power, away]) => Math.min(Math.max(2 ** power + away, 0), most));
}

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.nat(255).map((value): Written => ['byte', value]),
  number.map((value): Written => ['number', value]),
  signed.map((value): Written => ['signed', value]),
  text.map((value): Written => ['text', value]),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): Written => ['long', value]),
);

test('what is written one after the other is read one after the other, however little room there was', () => {
  fc.assert(fc.property(fc.array(written, { maxLength: 50 }), fc.integer({ min: 0, max: 100 }), checkRoundTrip), {
    numRuns: 1_000,
  });
});

test('whole numbers come back up to the last safe one', () => {
  for (let power = 0; power <= 53; power++) {
    const near = [-2, -1, 0, 1].map((away) => 2 ** power + away).filter((value) => value >= 0 && value <= most);
    checkRoundTrip(near.map((value): Written => ['number', value]));
  }
  fc.assert(
    fc.property(number, (value) => checkRoundTrip([['number', value]])),
    { numRuns: 2_000 },
  );
});

test('a number takes a byte for each seven bits', () => {
  for (let bytes = 1; bytes <= 7; bytes++) {
    assert.is(write([['number', 2 ** (7 * bytes) - 1]]).length, bytes);
    assert.is(write([['number', 2 ** (7 * bytes)]]).length, bytes + 1);
  }
  assert.equal([...write([['number', 300]])], [0xac, 0x02]);
});

test('numbers of either sign come back, with no negative zero', () => {
  const edges = Array.from({ length: 53 }, (_, power) => 2 ** power).flatMap((value) => [value - 1, -value, 1 - value]);
  checkRoundTrip(edges.map((value): Written => ['signed', value + 0]));
  fc.assert(
    fc.property(signed, (value) => checkRoundTrip([['signed', value]])),
    { numRuns: 2_000 },
  );
});

test('small numbers of either sign take one byte', () => {
  for (let value = -64; value < 64; value++) assert.is(write([['signed', value]]).length, 1);
});

test('eight bytes come back, and the reader notes where they are', () => {
  const values: readonly Written[] = [
    ['long', 0n],
    ['number', 300],
    ['long', 2n ** 64n - 1n],
    ['text', 'between'],
    ['long', 0x0102_0304_0506_0708n],
  ];
  checkRoundTrip(values);
  const bytes = write(values);
  assert.equal([...bytes.subarray(-8)], [8, 7, 6, 5, 4, 3, 2, 1]);
  const longs: number[] = [];
  const reader = new ByteReader(bytes, 0, longs);
  for (const value of values) readOne(reader, value);
  assert.equal(longs, [0, 10, 26]);
});

/** Texts of a length whose UTF-8 takes one to four bytes a character, all of a kind or mixed. */
const alphabets = ['a', 'é', '語', '😀', 'aé', 'a語', 'aaaaaaaaa😀', '\u0000\u007f\u0080\u07ff\u0800\uffff\u{10ffff}'];

function textOf(alphabet: string, length: number): string {
  const characters = [...alphabet];
  let made = '';
  for (let at = 0; made.length < length; at++) {
    const next = characters[at % characters.length] ?? '';
    // Half of a pair would not be well-formed.
    made += made.length + next.length <= length ? next : 'x';
  }
  return made;
}

test('text of any length up to 200 comes back, in every alphabet', () => {
  for (const alphabet of alphabets) {
    for (let length = 0; length <= 200; length++) {
      const given = textOf(alphabet, length);
      assert.is(given.length, length);
      checkRoundTrip([
        ['text', given],
        ['number', length],
        ['text', given],
      ]);
    }
  }
});

test('text whose length takes more bytes as UTF-8 than as it is comes back', () => {
  for (const alphabet of alphabets) {
    // Text that is longer still takes long to make.
    const edges = alphabet === 'é' ? [2_097_151, 2_097_152] : [];
    for (const edge of [127, 128, 16_383, 16_384, ...edges]) {
      for (const length of [edge, Math.ceil(edge / 2), Math.ceil(edge / 3), Math.floor(edge / 3)]) {
        checkRoundTrip([
          ['text', textOf(alphabet, length)],
          ['text', 'behind'],
        ]);
      }
    }
  }
});

test('long text comes back', () => {
  const long = fc.tuple(fc.constantFrom(...alphabets), fc.integer({ min: 10_000, max: 90_000 }));
  fc.assert(
    fc.property(long, fc.integer({ min: 0, max: 70_000 }), ([alphabet, length], room) => {
      checkRoundTrip(
        [
          ['byte', 7],
          ['text', textOf(alphabet, length)],
          ['byte', 8],
        ],
        room,
      );
    }),
    { numRuns: 60 },
  );
});

test('text is written as its UTF-8 behind its length', () => {
  fc.assert(
    fc.property(text, (given) => {
      const utf8 = Buffer.from(given, 'utf8');
      const bytes = write([['text', given]]);
      assert.equal([...bytes], [...write([['number', utf8.length]]), ...utf8]);
    }),
    { numRuns: 1_000 },
  );
});

test('a mark of byte order is text like any other', () => {
  checkRoundTrip([
    ['text', '\ufeffmarked'],
    ['text', `\ufeff${'語'.repeat(100)}`],
  ]);
});

test('bytes that end too early are refused, wherever they end', () => {
  const endless = fc.array(written, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(endless, fc.nat(), (values, cut) => {
      const bytes = write(values);
      const reader = new ByteReader(bytes.subarray(0, cut % bytes.length));
      assert.throws(
        () => {
          for (const value of values) readOne(reader, value);
        },
        (error: unknown) => error instanceof RangeError,
      );
    }),
    { numRuns: 2_000 },
  );
});

test('no bytes whatever make a reader run on: it reads what is there or refuses it', () => {
  const parts = fc.array(fc.constantFrom<Part>('byte', 'number', 'signed', 'text', 'long'), { maxLength: 20 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), parts, (bytes, all) => {
      const reader = new ByteReader(bytes);
      for (const part of all) {
        const { at } = reader;
        try {
          reader[part]();
        } catch (error) {
          assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
          return;
        }
        assert.ok(reader.at > at && reader.at <= bytes.length);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('a number without an end is refused', () => {
  assert.throws(
    () => new ByteReader(new Uint8Array(1_000).fill(0xff)).number(),
    (error: unknown) => error instanceof RangeError,
  );
});

test('text that is said to be longer than all there is is refused', () => {
  for (const length of [3, 128, 2 ** 32, most]) {
    const bytes = Uint8Array.from([...write([['number', length]]), 65, 66]);
    assert.throws(
      () => new ByteReader(bytes).text(),
      (error: unknown) => error instanceof RangeError,
    );
  }
});

test('a reader begins where it is told', () => {
  const bytes = write([
    ['text', 'first'],
    ['text', 'second'],
  ]);
  assert.is(new ByteReader(bytes, 6).text(), 'second');
});

test.run();
