import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type MemoryStore, memoryStore, type Store } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { joined } from '../../lib/core/bytes.ts';
import type { ByteReader } from '../../lib/store/log/byte-reader.ts';
import { Log } from '../../lib/store/log/log.ts';
import { refusal } from '../fixtures/system/refusal.ts';

/** A record: a text, and numbers that are written aside. */
interface Entry {
  readonly text: string;
  readonly aside: readonly bigint[];
  /** Whether the log is put into the store after it. */
  readonly flush: boolean;
}

function write(log: Log, { text, aside }: Entry): number {
  const { end, writer } = log;
  writer.number(aside.length);
  for (const value of aside) log.writeAside(value);
  writer.text(text);
  log.endRecord();
  return end;
}

function read(reader: ByteReader): Pick<Entry, 'text' | 'aside'> {
  const aside = Array.from({ length: reader.number() }, () => reader.long());
  return { text: reader.text(), aside };
}

const content = ({ text, aside }: Entry) => ({ text, aside });

/** A log with these records and where they are. It is all in the store at the end. */
function filled(entries: readonly Entry[], store: Store = memoryStore()) {
  const log = new Log(store);
  const positions: number[] = [];
  for (const entry of entries) {
    positions.push(write(log, entry));
    if (entry.flush) log.flush();
  }
  log.flush();
  return { log, positions };
}

/** All records of a store, as a new log takes them in. */
function recovered(store: Store) {
  const log = new Log(store);
  const taken: (readonly [ReturnType<typeof read>, number])[] = [];
  log.recover((reader, position) => taken.push([read(reader), position]));
  return { log, taken };
}

/** The digest of a log without what is written aside, made from scratch: blocks of 64 KiB, chained. */
function digestOf(entries: readonly Entry[]): string {
  const parts: Uint8Array[] = [];
  const plain = new Log(memoryStore());
  for (const { text, aside } of entries) {
    const { writer } = plain;
    const from = writer.at;
    writer.number(aside.length);
    writer.text(text);
    parts.push(writer.bytes.subarray(from, writer.at));
  }
  let rest = Buffer.concat(parts);
  while (rest.length > 65_536) {
    const before = createHash('sha256').update(rest.subarray(0, 65_536)).digest();
    rest = Buffer.concat([before, rest.subarray(65_536)]);
  }
  return createHash('sha256').update(rest).digest('base64url');
}

const text = fc.oneof(
  { weight: 10, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 6_000 }).map((length) => 'é'.repeat(length)) },
  { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 140_000 }).map((length) => 'x'.repeat(length)) },
);
const entry: fc.Arbitrary<Entry> = fc.record({
  text,
  aside: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 3 }),
  flush: fc.boolean(),
});
const entries = fc.array(entry, { maxLength: 80, size: 'max' });

test('every record is read back where it was written, before it is stored and after', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const log = new Log(memoryStore());
      const positions: number[] = [];
      for (const [at, one] of given.entries()) {
        positions.push(write(log, one));
        if (one.flush) log.flush();
        for (const look of [at, Math.floor(at / 2), 0]) {
          assert.equal(read(log.at(positions[look] ?? -1)), content(given[look] ?? one));
        }
      }
      for (const [at, one] of given.entries()) assert.equal(read(log.at(positions[at] ?? -1)), content(one));
    }),
    { numRuns: 60 },
  );
});

test('a position is the number of bytes before it, and the pieces are all bytes', () => {
  fc.assert(
    fc.property(entries, fc.boolean(), (given, last) => {
      const log = new Log(memoryStore());
      const written: Uint8Array[] = [];
      let length = 0;
      for (const one of [...given, { text: 'last', aside: [], flush: last }]) {
        assert.is(log.end, length);
        assert.is(write(log, one), length);
        assert.is(log.newest, length);
        written.push(log.newestBytes.slice());
        length = log.end;
        if (!one.flush) continue;
        log.flush();
        assert.is(log.end, length);
        assert.equal(log.newestBytes.slice(), written.at(-1));
      }
      assert.ok(Buffer.concat(written).equals(joined([...log.pieces()])));
    }),
    { numRuns: 60 },
  );
});

test('a new log takes in the same records at the same places, with the same digest', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const store = memoryStore();
      const { log, positions } = filled(given, store);
      const again = recovered(store);
      assert.equal(
        again.taken,
        given.map((one, at) => [content(one), positions[at]]),
      );
      assert.equal([again.log.digest, again.log.end], [log.digest, log.end]);
      for (const [at, one] of given.entries()) assert.equal(read(again.log.at(positions[at] ?? -1)), content(one));
    }),
    { numRuns: 60 },
  );
});

test('the digest is that of what was written, however it got into the store', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const { digest } = filled(given).log;
      assert.is(digest, digestOf(given));
      assert.is(filled(given.map((one) => ({ ...one, flush: true }))).log.digest, digest);
      assert.is(filled(given.map((one) => ({ ...one, flush: false }))).log.digest, digest);
    }),
    { numRuns: 60 },
  );
});

test('what is written aside does not count, and anything else does', () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (given, at, value) => {
      fc.pre(given.length > 0);
      const index = at % given.length;
      const { digest } = filled(given).log;
      const changed = (change: (one: Entry) => Entry) =>
        filled(given.map((one, each) => (each === index ? change(one) : one))).log.digest;
      assert.is(
        changed((one) => ({ ...one, aside: one.aside.map(() => value) })),
        digest,
      );
      assert.is.not(
        changed((one) => ({ ...one, text: `${one.text}x` })),
        digest,
      );
      assert.is.not(
        changed((one) => ({ ...one, aside: [...one.aside, value] })),
        digest,
      );
      assert.is.not(filled(given.toSpliced(index, 1)).log.digest, digest);
    }),
    { numRuns: 60 },
  );
});

test('a log that was taken in goes on as the one before would have', () => {
  fc.assert(
    fc.property(entries, entries, (before, after) => {
      const store = memoryStore();
      filled(before, store);
      const { log } = recovered(store);
      const positions = after.map((one) => {
        const position = write(log, one);
        if (one.flush) log.flush();
        return position;
      });
      log.flush();
      const whole = filled([...before, ...after]);
      assert.equal([log.digest, log.end], [whole.log.digest, whole.log.end]);
      assert.equal(positions, whole.positions.slice(before.length));
      assert.ok(Buffer.from(joined([...log.pieces()])).equals(joined([...whole.log.pieces()])));
      assert.is(recovered(store).log.digest, whole.log.digest);
    }),
    { numRuns: 60 },
  );
});

test('what is not taken in is tried again from there', () => {
  fc.assert(
    fc.property(entries, fc.array(fc.nat(), { maxLength: 5 }), (given, failures) => {
      const store = memoryStore();
      const { log, positions } = filled(given, store);
      const failing = new Set(failures.map((one) => one % Math.max(given.length, 1)));
      const again = new Log(store);
      const taken: number[] = [];
      const take = (reader: ByteReader, position: number): void => {
        read(reader);
        if (failing.delete(taken.length)) throw new Error('not yet');
        taken.push(position);
      };
      for (let left = failing.size; left > 0 && given.length > 0; left--) {
        assert.throws(() => again.recover(take), /not yet/);
      }
      again.recover(take);
      assert.equal([taken, again.digest, again.end], [positions, log.digest, log.end]);
    }),
    { numRuns: 60 },
  );
});

const small: Entry = { text: 'small', aside: [1n], flush: false };
const large: Entry = { text: 'l'.repeat(70_000), aside: [2n], flush: false };

test('a record that has not ended is neither read nor stored nor counted', () => {
  for (const first of [small, large]) {
    const store = memoryStore();
    const { log } = filled([first], store);
    const { digest, end } = log;
    const { length } = store;
    log.writer.text('under way');
    log.writeAside(5n);
    log.flush();
    assert.equal([log.digest, log.end, store.length], [digest, end, length]);
    assert.equal(joined([...log.pieces()]).length, length);
    log.endRecord();
    log.flush();
    assert.is(log.at(end).text(), 'under way');
    assert.is(recovered2(store), 'under way');
    assert.is.not(log.digest, digest);
  }
});

/** The text of a store's second record. */
function recovered2(store: MemoryStore): string {
  let records = 0;
  let text = '';
  new Log(store).recover((reader) => {
    if (records++ === 0) read(reader);
    else {
      text = reader.text();
      reader.long();
    }
  });
  return text;
}

test('nothing is stored twice, and nothing is stored before it is flushed', () => {
  const store = memoryStore();
  const log = new Log(store);
  write(log, small);
  assert.is(store.length, 0);
  log.flush();
  const { length } = store;
  assert.is(length, log.end);
  log.flush();
  assert.is(store.length, length);
});

/** A memory store that takes its time, and stores when it is told to. */
function slowStore() {
  const store = memoryStore();
  const waiting: (() => void)[] = [];
  const slow: Store = {
    append: ({ position, bytes }) =>
      new Promise((resolve) => {
        waiting.push(() => {
          store.append({ position, bytes });
          resolve();
        });
      }),
    read: (position) => store.read(position),
    putCheckpoint: (checkpoint) => store.putCheckpoint(checkpoint),
    checkpoint: (process) => store.checkpoint(process),
    putLedger: (ledger) => store.putLedger(ledger),
    ledger: () => store.ledger(),
    trimmed: 0,
    base: 0,
    trim: (base, before) => store.trim(base, before),
    putBlob: (bytes) => store.putBlob(bytes),
    blob: (id) => store.blob(id),
    get durableLength() {
      return store.length;
    },
    flush: () => {},
    close: () => store.close(),
  };
  return { store, slow, finish: () => waiting.shift()?.() };
}

test('what is written while a slow store is at work is stored by the next flush', async () => {
  for (const first of [small, large]) {
    for (const second of [small, large]) {
      const { store, slow, finish } = slowStore();
      const log = new Log(slow);
      const positions = [write(log, first)];
      const flushed = log.flush();
      positions.push(write(log, second));
      finish();
      await flushed;
      assert.is(store.length, positions[1]);
      for (const [at, one] of [first, second].entries()) assert.equal(read(log.at(positions[at] ?? -1)), content(one));
      const again = log.flush();
      finish();
      await again;
      assert.is(store.length, log.end);
      assert.is(log.digest, digestOf([first, second]));
      assert.equal(
        recovered(store).taken.map(([, position]) => position),
        positions,
      );
    }
  }
});

test('a store that fails is the failure of whoever flushes or reads', async () => {
  const broken = (parts: Partial<Store>): Store => {
    const { slow } = slowStore();
    return { ...slow, ...parts };
  };
  const fail = (): never => {
    throw new Error('the disk is full');
  };
  for (const append of [fail, () => Promise.reject(new Error('the disk is full'))]) {
    const log = new Log(broken({ append }));
    write(log, small);
    const error = await refusal(() => log.flush());
    assert.is(error.code, 'store-failed');
    assert.match(error.message, 'the disk is full');
    assert.equal(read(log.at(0)), content(small));
  }
  assert.is((await refusal(() => new Log(broken({ read: fail })).recover(() => {}))).code, 'store-failed');
  assert.is((await refusal(() => new Log(memoryStore()).at(0))).code, 'store-failed');
});

test('a log that another has written to behind its back is refused', async () => {
  const store = memoryStore();
  const [one, other] = [new Log(store), new Log(store)];
  for (const log of [one, other]) write(log, small);
  one.flush();
  assert.is((await refusal(() => other.flush())).code, 'store-failed');
  assert.is(recovered(store).taken.length, 1);
});

test.run();
