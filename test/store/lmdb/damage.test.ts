import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError, type RandomStream, randomStream } from 'heddle';
import { checkStore } from 'heddle/store/check';
import { lmdbStore, repairStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemOn } from './crash/script.ts';
import { copied, type Filled, filledStore, readAll } from './filled.ts';

const filled = await filledStore();
const file = (one: Filled) => join(one.folder, 'log.mdb');
const whole = readFileSync(file(filled));
const pageBytes = 4_096;

/** Ways in which a file is damaged, each at a place that is drawn. */
const damages: Readonly<Record<string, (bytes: Buffer, draws: RandomStream) => Buffer>> = {
  'a bit anywhere': (bytes, draws) => flipped(bytes, draws.below(bytes.length), draws),
  'a bit of a page that leads to others': (bytes, draws) => {
    const pages = treePages(bytes);
    return flipped(bytes, (pages[draws.below(pages.length)] ?? 0) + draws.below(96), draws);
  },
  'a bit of the first pages': (bytes, draws) => flipped(bytes, draws.below(2) * pageBytes + draws.below(176), draws),
  'an end that is missing': (bytes, draws) => bytes.subarray(0, draws.below(bytes.length)),
  'a block of zeros': (bytes, draws) => {
    const from = draws.below(bytes.length);
    return Buffer.from(bytes).fill(0, from, Math.min(from + 512, bytes.length));
  },
  'a page of another place': (bytes, draws) => {
    const [from, to] = [draws.below(bytes.length / pageBytes), draws.below(bytes.length / pageBytes)];
    const copy = Buffer.from(bytes);
    bytes.copy(copy, to * pageBytes, from * pageBytes, (from + 1) * pageBytes);
    return copy;
  },
};

function flipped(bytes: Buffer, at: number, draws: RandomStream): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << draws.below(8));
  return copy;
}

/** Where the pages are that lead to others or hold values. */
function treePages(bytes: Buffer): readonly number[] {
  const pages = Array.from({ length: bytes.length / pageBytes }, (_, page) => page * pageBytes);
  return pages.filter((at) => at < 2 * pageBytes || [1, 2].includes(bytes.readUInt16LE(at + 18)));
}

/** Everything as it was, or why it cannot be read. */
async function look(one: Filled): Promise<string> {
  try {
    const found = await readAll(one);
    assert.ok(found.log.equals(one.log), 'another log');
    for (const [id, bytes] of one.checkpoints) {
      const checkpoint = found.checkpoints.get(id);
      // One that is not found is made from the log again.
      assert.ok(checkpoint === undefined || checkpoint.equals(bytes), 'another checkpoint');
      if (!checkpoint) return 'a checkpoint is not found';
    }
    for (const [key, bytes] of one.notes) {
      const note = found.notes.get(key);
      assert.ok(note === undefined || note.equals(bytes), 'another note');
      if (!note) return 'a note is not found';
    }
    for (const [id, bytes] of one.blobs) {
      const blob = found.blobs.get(id);
      assert.ok(blob === undefined || blob.equals(bytes), 'another blob');
      if (!blob) return 'a blob is not found';
    }
    return 'as it was';
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    assert.is(error.code, 'store-damaged', error.message);
    assert.ok(error.definite);
    assert.is(error.facts.folder, one.folder);
    return error.message;
  }
}

for (const [name, damage] of Object.entries(damages)) {
  test(`${name} is found wherever it is, and what is good is kept`, async () => {
    const draws = randomStream('damage', name);
    let found = 0;
    for (let place = 0; place < 30; place++) {
      const again = copied(filled);
      const damaged = damage(whole, draws);
      writeFileSync(file(again), damaged);
      const label = `${name}, place ${place}`;
      const report = await checkStore(again.folder);
      assert.ok(readFileSync(file(again)).equals(damaged), `${label}: changed by the check`);
      const seen = await look(again);
      const isWhole = seen === 'as it was';
      if (!isWhole) found++;
      if (!isWhole) assert.ok(report.damages.length > 0, `${label}: not in the report: ${seen}`);
      assert.ok(report.goodLength <= again.log.length);
      writeFileSync(file(again), damaged);
      const { logLength, aside } = await repairStore(again.folder);
      assert.ok(logLength >= report.goodLength, label);
      if (isWhole) assert.is(logLength, again.log.length, label);
      assert.ok(readFileSync(aside[0] ?? '').equals(damaged), `${label}: what was there is not aside`);
      const repaired = await readAll(again);
      assert.ok(repaired.log.equals(again.log.subarray(0, logLength)), `${label}: another log`);
      for (const [key, bytes] of repaired.notes)
        assert.ok(!bytes || bytes.equals(again.notes.get(key) ?? bytes), label);
      assert.equal((await checkStore(again.folder)).damages, [], label);
      rmSync(join(again.folder, '..'), { recursive: true });
    }
    assert.ok(found > 0);
  });
}

test('a store without damages is said to have none, with all that it holds', async () => {
  const report = await checkStore(filled.folder);
  assert.equal(report.damages, []);
  assert.is(report.goodLength, filled.log.length);
  assert.is(report.logLength, filled.log.length);
  assert.is(report.checkpoints, filled.checkpoints.size);
  assert.is(report.notes, filled.notes.size);
  assert.is(report.blobs, filled.blobs.size);
  assert.is(report.processes, 8);
  assert.ok(report.records > 100 && report.pieces > 10);
});

test('a system that opens a damaged log is told where, and goes on from what is kept', async () => {
  const one = copied(filled);
  const bytes = readFileSync(file(one));
  // The newest pieces stand in pages that were written last.
  const at = bytes.lastIndexOf(one.log.subarray(-40));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file(one), bytes);
  const report = await checkStore(one.folder);
  const system = systemOn('filled', lmdbStore(one.folder));
  const error = await system.open().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, HeddleError);
  if (!(error instanceof HeddleError)) return;
  assert.is(error.code, 'store-damaged');
  assert.is(error.facts.position, report.goodLength);
  await system.close();
  const { logLength } = await repairStore(one.folder);
  assert.is(logLength, report.goodLength);
  const again = systemOn('filled', lmdbStore(one.folder));
  await again.settle();
  await again.close();
});

test.run();
