import fc from 'fast-check';
import { createSystem, type LogPiece, type MemoryStore, memoryStore } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashBytes } from '../../lib/core/id.ts';
import { adder, listener } from '../fixtures/system/behaviors.ts';

/** Bytes that tell where they are in a log. */
const bytesAt = (position: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => ((position + at) * 31 + ((position + at) >> 8)) & 0xff);

/** A store with pieces of these lengths, and all their bytes. */
function filled(lengths: readonly number[]): { readonly store: MemoryStore; readonly all: Uint8Array } {
  const store = memoryStore();
  let position = 0;
  for (const length of lengths) {
    store.append({ position, bytes: bytesAt(position, length) });
    position += length;
  }
  return { store, all: bytesAt(0, position) };
}

/** All pieces from a position on. */
function piecesFrom(store: MemoryStore, from: number): readonly LogPiece[] {
  const pieces: LogPiece[] = [];
  for (let piece = store.read(from); piece; piece = store.read(piece.position + piece.bytes.length)) pieces.push(piece);
  return pieces;
}

/** Fails unless what a store reads at a position holds it, and is what was appended there. */
function checkPiece(store: MemoryStore, position: number, starts: ReadonlySet<number>, all: Uint8Array): void {
  const piece = store.read(position);
  assert.ok(piece, `nothing at ${position} of ${all.length}`);
  if (!piece) return;
  const end = piece.position + piece.bytes.length;
  assert.ok(piece.position <= position && position < end, `${position} is not within ${piece.position} to ${end}`);
  assert.ok(Buffer.from(piece.bytes).equals(all.subarray(piece.position, end)), `other bytes at ${piece.position}`);
  assert.ok(starts.has(piece.position), `${piece.position} is in the middle of what was appended`);
  assert.ok(end === all.length || starts.has(end), `${end} is in the middle of what was appended`);
}

const startsOf = (lengths: readonly number[]): ReadonlySet<number> => {
  let position = 0;
  return new Set(
    lengths.map((length) => {
      position += length;
      return position - length;
    }),
  );
};

test('any position of the log is found in a piece that holds whole appended ones', () => {
  const lengths = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 300 }) },
      { weight: 2, arbitrary: fc.integer({ min: 1_000, max: 10_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(4_095, 4_096, 4_097, 65_536, 1_048_576, 1_048_577, 1_500_000) },
    ),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(), { maxLength: 30 }), (given, at) => {
      const { store, all } = filled(given);
      const starts = startsOf(given);
      assert.is(store.length, all.length);
      for (const position of [0, all.length - 1, ...starts, ...at.map((one) => one % all.length)]) {
        checkPiece(store, position, starts, all);
      }
      for (const position of [all.length, all.length + 1, all.length + 10_000]) {
        assert.is(store.read(position), undefined);
      }
      assert.ok(Buffer.concat(piecesFrom(store, 0).map(({ bytes }) => bytes)).equals(all));
    }),
    { numRuns: 30 },
  );
});

test('what was read before more is appended stays as it was', () => {
  const { store, all } = filled([10, 20]);
  const before = store.read(12);
  assert.ok(before);
  const bytes = before.bytes.slice();
  for (let position = 30; position < 20_000; position += 100) {
    store.append({ position, bytes: bytesAt(position, 100) });
  }
  assert.equal(before, { position: before.position, bytes });
  assert.equal(new Uint8Array(bytes), all.slice(before.position, before.position + bytes.length));
});

test('many small pieces are kept in few large ones', () => {
  const lengths = Array.from({ length: 50_000 }, (_, at) => 1 + (at % 97));
  const { store, all } = filled(lengths);
  const pieces = piecesFrom(store, 0);
  assert.ok(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(all));
  assert.ok(pieces.length < 20, `${pieces.length} pieces`);
  const starts = startsOf(lengths);
  for (let position = 0; position < all.length; position += 9_973) checkPiece(store, position, starts, all);
});

test('what is appended is the caller’s again', () => {
  const store = memoryStore();
  const bytes = new Uint8Array([1, 2, 3]);
  store.append({ position: 0, bytes });
  bytes.fill(9);
  assert.equal(store.read(0)?.bytes, new Uint8Array([1, 2, 3]));
});

test('an empty log has nothing to read', () => {
  const store = memoryStore();
  assert.is(store.length, 0);
  assert.is(store.read(0), undefined);
  assert.is(store.read(1), undefined);
});

test('bytes that are not the next are refused, and leave no trace', () => {
  const { store, all } = filled([10, 20]);
  const next = bytesAt(30, 5);
  for (const position of [0, 10, 29, 31, 100, -1, Number.NaN]) {
    assert.throws(() => store.append({ position, bytes: next }), /another system/, `at ${position}`);
    assert.is(store.length, 30);
  }
  assert.ok(Buffer.concat(piecesFrom(store, 0).map(({ bytes }) => bytes)).equals(all));
  store.append({ position: 30, bytes: next });
  assert.is(store.length, 35);
  assert.throws(() => memoryStore().append({ position: 1, bytes: next }), /another system/);
});

test('a system that goes on in a store finds there what the one before it appended', async () => {
  const store = memoryStore();
  const system = createSystem({ store });
  const [process, other] = [await system.spawn(adder), await system.spawn(listener)];
  const receipts = [await process.send({ data: '1', from: other.id }), await process.send({ data: '2' })];
  await system.settle();
  const [schedule, outcomes] = [await process.schedule(), await Promise.all(receipts.map((one) => one.outcome()))];
  const { log, digest } = await system.record();
  assert.ok(Buffer.concat(piecesFrom(store, 0).map(({ bytes }) => bytes)).equals(log));
  await system.close();
  const { length } = store;
  const again = createSystem({ store, modules: [adder, listener] });
  await again.open();
  assert.equal(
    again.processes.map(({ id }) => id),
    [process.id, other.id],
  );
  const found = again.process(process.id);
  assert.equal(await found.schedule(), schedule);
  for (const [at, { slot }] of receipts.entries()) assert.equal(await found.outcome(slot), outcomes[at]);
  assert.is(again.trace.digest, digest);
  assert.is(store.length, length);
});

test('of two checkpoints the newer is read, and each process has its own', () => {
  const store = memoryStore();
  assert.is(store.checkpoint('p'), undefined);
  store.putCheckpoint({ process: 'p', slot: 1, bytes: new Uint8Array([1]) });
  store.putCheckpoint({ process: 'q', slot: 7, bytes: new Uint8Array([7]) });
  store.putCheckpoint({ process: 'p', slot: 2, bytes: new Uint8Array([2]) });
  assert.equal(store.checkpoint('p'), { process: 'p', slot: 2, bytes: new Uint8Array([2]) });
  assert.equal(store.checkpoint('q'), { process: 'q', slot: 7, bytes: new Uint8Array([7]) });
  assert.is(store.checkpoint('r'), undefined);
});

test('bytes are kept under their hash, and nobody can change what is kept', () => {
  const store = memoryStore();
  for (const bytes of [new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3])]) {
    const id = store.putBlob(bytes);
    assert.is(id, hashBytes(new Uint8Array([1, 2, 3])));
    bytes[0] = 9;
    const read = store.blob(id);
    assert.equal(read, new Uint8Array([1, 2, 3]));
    if (read) read[0] = 9;
    assert.equal(store.blob(id), new Uint8Array([1, 2, 3]));
  }
  assert.is(store.blob('nothing'), undefined);
});

test.run();
