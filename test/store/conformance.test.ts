import { join } from 'node:path';
import fc from 'fast-check';
import {
  type Id,
  type LogPiece,
  memoryStore,
  type Notes,
  type Store,
  type StoredCheckpoint,
  type StoredLedger,
} from 'heddle';
import { type LmdbOptions, lmdbStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashBytes } from '../../lib/core/id.ts';
import { emptyFolder } from './lmdb/folders.ts';

type AnyStore = Store & Notes & { readonly length: number };

/** What a store does that is there for a while: memory is as long as the program, a folder longer. */
interface Kind {
  readonly name: string;
  /** A new store, and what opens it again after it was closed. */
  readonly make: () => () => AnyStore;
}

const onDisk = (options: LmdbOptions): Kind => ({
  name: JSON.stringify(options),
  make: () => {
    const folder = join(emptyFolder(), 'a', 'store');
    return () => lmdbStore(folder, options);
  },
});

const kinds: readonly Kind[] = [
  {
    name: 'memory store',
    make: () => {
      const store = memoryStore();
      return () => store;
    },
  },
  onDisk({ durability: 'memory' }),
  onDisk({ durability: 'batched' }),
  onDisk({ durability: 'batched', commitMs: 1, commitBytes: 100, pendingBytes: 1_000 }),
  onDisk({ durability: 'each' }),
];

type Command =
  | { readonly do: 'append'; readonly bytes: number }
  | { readonly do: 'checkpoint'; readonly process: number; readonly slot: number; readonly bytes: number }
  | { readonly do: 'note'; readonly key: number; readonly bytes: number; readonly isAwaited: boolean }
  | { readonly do: 'blob' | 'ledger'; readonly bytes: number }
  | { readonly do: 'read'; readonly at: number }
  | { readonly do: 'trim'; readonly behind: 'this' | 'before'; readonly bytes: number; readonly keep: number }
  | { readonly do: 'flush' | 'reopen' | 'wait' };

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 2, arbitrary: fc.integer({ min: 200, max: 40_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(16_384, 16_385, 65_535, 65_536, 65_537, 300_000) },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), bytes: size }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('read' as const), at: fc.double({ min: 0, max: 1.1, noNaN: true }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('checkpoint' as const), process: fc.nat(3), slot: fc.nat(9), bytes: size }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('note' as const), key: fc.nat(3), bytes: size, isAwaited: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('blob' as const, 'ledger' as const), bytes: size }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('trim' as const),
      behind: fc.constantFrom('this' as const, 'before' as const),
      bytes: size,
      keep: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'reopen' as const, 'wait' as const) }) },
);

/** Bytes that tell where they are, and of what. */
const bytesAt = (position: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => ((position + at) * 31 + ((position + at) >> 8)) & 0xff);

/** What a store is to hold. */
class Model {
  readonly starts: number[] = [0];
  readonly checkpoints = new Map<Id, StoredCheckpoint>();
  readonly blobs = new Map<Id, Uint8Array>();
  readonly notes = new Map<Id, Uint8Array>();
  ledger: StoredLedger | undefined;
  /** Where the log begins, the newest base, and what the bases keep. */
  trimmed = 0;
  base = 0;
  kept: readonly LogPiece[] = [];
  nextKept: readonly LogPiece[] = [];

  get length(): number {
    return this.starts.at(-1) ?? 0;
  }

  /** Fails unless a store reads what was appended at a position, in a piece of whole ones. */
  checkRead(store: Store, position: number): void {
    const piece = store.read(position);
    if (position < this.trimmed) {
      const isKept = this.kept.some((one) => one.position <= position && position < one.position + one.bytes.length);
      assert.is(piece !== undefined, isKept, `at ${position}, which is trimmed`);
      if (piece) assert.ok(Buffer.from(piece.bytes).equals(bytesAt(piece.position, piece.bytes.length)), 'other bytes');
      return;
    }
    assert.is(piece !== undefined, position < this.length, `at ${position} of ${this.length}`);
    if (!piece) return;
    const end = piece.position + piece.bytes.length;
    assert.ok(piece.position <= position && position < end, `${position} is not within ${piece.position} to ${end}`);
    assert.ok(this.starts.includes(piece.position) && this.starts.includes(end), 'not whole');
    assert.ok(Buffer.from(piece.bytes).equals(bytesAt(piece.position, piece.bytes.length)), 'other bytes');
  }

  async checkAll(store: AnyStore): Promise<void> {
    assert.is(store.length, this.length);
    assert.is(store.trimmed, this.trimmed);
    assert.is(store.base, this.base);
    for (const start of this.starts) this.checkRead(store, start);
    for (const [process, checkpoint] of this.checkpoints) {
      assert.equal(plain(await store.checkpoint(process)), plain(checkpoint));
    }
    for (const [id, bytes] of this.blobs) assert.ok(Buffer.from((await store.blob(id)) ?? []).equals(bytes));
    for (const [key, bytes] of this.notes) assert.ok(Buffer.from((await store.note(key)) ?? []).equals(bytes));
    assert.is(await store.note('nothing'), undefined);
    assert.equal(plain(await store.ledger()), plain(this.ledger));
    assert.is(await store.checkpoint('nobody'), undefined);
    assert.is(await store.blob(hashBytes(new Uint8Array())), undefined);
  }
}

const plain = (checkpoint: StoredCheckpoint | StoredLedger | undefined) =>
  checkpoint && { ...checkpoint, kept: undefined, bytes: Buffer.from(checkpoint.bytes).toString('base64') };

/** Does it to the store and to the model. Returns the store that is open then. */
async function act(step: Command, store: AnyStore, model: Model, open: () => AnyStore): Promise<AnyStore> {
  switch (step.do) {
    case 'append': {
      const position = model.length;
      const bytes = bytesAt(position, step.bytes);
      model.starts.push(position + step.bytes);
      const appended = store.append({ position, bytes });
      model.checkRead(store, position);
      await appended;
      // It is the caller's again.
      bytes.fill(0);
      break;
    }
    case 'read':
      model.checkRead(store, Math.floor(model.length * step.at));
      break;
    case 'checkpoint': {
      const process = `process ${step.process}`;
      const bytes = bytesAt(step.slot, step.bytes);
      const checkpoint = { process, slot: step.slot, bytes };
      await store.putCheckpoint(checkpoint);
      assert.equal(plain(await store.checkpoint(process)), plain(checkpoint));
      model.checkpoints.set(process, checkpoint);
      break;
    }
    case 'ledger': {
      const ledger = { position: model.length, bytes: bytesAt(model.length, step.bytes) };
      await store.putLedger(ledger);
      if (ledger.position === model.base) break;
      model.ledger = ledger;
      assert.equal(plain(await store.ledger()), plain(model.ledger));
      break;
    }
    case 'trim': {
      const { length } = model;
      if (length === 0) break;
      const kept = model.starts.slice(0, -1).flatMap((position, at) => {
        // What is gone could not be kept, but that is the caller's matter.
        if (at % step.keep > 0) return [];
        return [{ position, bytes: bytesAt(position, (model.starts[at + 1] ?? 0) - position) }];
      });
      const base = { position: length, bytes: bytesAt(length, step.bytes), kept };
      const before = step.behind === 'this' ? length : model.base;
      await store.trim(base, before);
      if (before === length) model.kept = kept;
      else if (before > model.trimmed) model.kept = model.nextKept;
      model.trimmed = before;
      model.base = length;
      model.nextKept = kept;
      model.ledger = { position: length, bytes: base.bytes };
      assert.is(store.durableLength, length);
      assert.is(store.trimmed, model.trimmed);
      for (const start of model.starts.slice(-20)) model.checkRead(store, start);
      assert.equal(plain(await store.ledger()), plain(model.ledger));
      break;
    }
    case 'blob': {
      const bytes = bytesAt(step.bytes, step.bytes);
      const id = await store.putBlob(bytes);
      assert.is(id, hashBytes(bytes));
      model.blobs.set(id, bytes);
      break;
    }
    case 'note': {
      const key = `note ${step.key}`;
      const bytes = bytesAt(step.key, step.bytes);
      model.notes.set(key, bytes.slice());
      const put = store.putNote(key, bytes);
      // It is the caller's again.
      bytes.fill(0);
      if (!step.isAwaited) break;
      await put;
      assert.equal(Buffer.from((await store.note(key)) ?? []), Buffer.from(model.notes.get(key) ?? []));
      break;
    }
    case 'flush':
      await store.flush();
      assert.is(store.durableLength, model.length);
      break;
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, 3));
      break;
    case 'reopen':
      await store.close();
      return open();
  }
  assert.ok(store.durableLength <= model.length);
  return store;
}

for (const { name, make } of kinds) {
  test(`${name}: whatever is done to it, it holds what it was given`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (steps) => {
        const open = make();
        const model = new Model();
        let store = open();
        try {
          for (const step of steps) store = await act(step, store, model, open);
        } finally {
          await store.close();
        }
        const last = open();
        await model.checkAll(last);
        assert.is(last.durableLength, last.length);
        await last.close();
      }),
      { numRuns: 12 },
    );
  });

  test(`${name}: bytes that are not the next are refused, and leave no trace`, async () => {
    const store = make()();
    await store.append({ position: 0, bytes: bytesAt(0, 30) });
    for (const position of [0, 10, 29, 31, 100, -1, Number.NaN]) {
      assert.throws(() => store.append({ position, bytes: bytesAt(30, 5) }), /another system/, `at ${position}`);
      assert.is(store.length, 30);
    }
    await store.append({ position: 30, bytes: bytesAt(30, 5) });
    assert.is(store.length, 35);
    await store.close();
  });

  test(`${name}: what was read stays as it was when more is appended`, async () => {
    const store = make()();
    await store.append({ position: 0, bytes: bytesAt(0, 30) });
    const before = store.read(12);
    const bytes = before?.bytes.slice();
    for (let position = 30; position < 20_000; position += 1_000) {
      await store.append({ position, bytes: bytesAt(position, 1_000) });
    }
    assert.equal(before?.bytes.slice(), bytes);
    await store.close();
  });

  test(`${name}: a blob cannot be changed from outside, and is there once`, async () => {
    const store = make()();
    const bytes = bytesAt(1, 100);
    const id = await store.putBlob(bytes);
    assert.is(await store.putBlob(bytes), id);
    const read = await store.blob(id);
    read?.fill(0);
    assert.ok(Buffer.from((await store.blob(id)) ?? []).equals(bytes));
    await store.close();
  });
}

test.run();
