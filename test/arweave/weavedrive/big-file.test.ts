// Files that are read in parts, of which few are in memory at a time.

import { HeddleError, type Limits } from 'heddle';
import type { DriveLimits, DriveSource } from 'heddle/arweave';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Readers, someId } from './weave.ts';

const mebibyte = 1_048_576;

const byteAt = (at: number): number =>
  (Math.imul(at >>> 3, 0x9e37_79b1) >>> 24) ^ (at & 0xff) ^ Math.floor(at / 2 ** 32);

/** A file that nobody has on disk or in memory. */
class Endless implements DriveSource {
  readonly sizeBytes: number;
  readonly fetched: (readonly [from: number, to: number])[] = [];

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  get fetchedBytes(): number {
    return this.fetched.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  async size(): Promise<number> {
    return this.sizeBytes;
  }

  async range(_id: string, from: number, to: number): Promise<Uint8Array> {
    this.fetched.push([from, to]);
    const bytes = new Uint8Array(to - from);
    for (let at = 0; at < bytes.length; at++) bytes[at] = byteAt(from + at);
    return bytes;
  }

  async transaction(): Promise<string> {
    throw new HeddleError('gateway-not-found', 'there is none');
  }

  async block(): Promise<string> {
    throw new HeddleError('gateway-not-found', 'there is none');
  }

  async height(): Promise<number> {
    return Number.MAX_SAFE_INTEGER;
  }

  async attests(): Promise<boolean> {
    return true;
  }
}

const id = someId();

async function reading(
  source: DriveSource,
  drive: Partial<DriveLimits> = {},
  limits: Partial<Limits> = {},
  workers = 0,
) {
  const readers = new Readers(source, { drive: { mode: 'test', limits: drive }, system: { limits, workers } });
  const reader = await readers.spawn({});
  await reader.says(`F = io.open('/data/${id}')
    function at(position, bytes) F:seek('set', position) local text = F:read(bytes or 1) return text:byte() end`);
  return { readers, reader };
}

for (const workers of [0, 1]) {
  test(`any part of a file of ten gigabytes, with ${workers} workers`, async () => {
    const source = new Endless(10 * 1024 * mebibyte + 12_345);
    const { readers, reader } = await reading(source, {}, {}, workers);
    await using _ = readers;
    assert.is(await reader.says(`return string.format('%d', F:seek('end'))`), String(source.sizeBytes));
    for (const position of [0, 5_000_000_000, 262_143, source.sizeBytes - 1, 7, 9_999_999_999]) {
      assert.is(await reader.says(`return at(${position})`), String(byteAt(position)));
    }
    assert.ok(source.fetchedBytes < 8 * mebibyte, `${source.fetchedBytes} bytes were fetched`);
    // Across the end of a page.
    const expected = [262_142, 262_143, 262_144, 262_145].map((position) => byteAt(position)).join(' ');
    assert.is(await reader.says(`F:seek('set', 262142) return table.concat({ F:read(4):byte(1, 4) }, ' ')`), expected);
  });
}

for (const workers of [0, 1]) {
  test(`whoever reads on for an end is told how to find it, with ${workers} workers`, async () => {
    const { readers, reader } = await reading(new Endless(1_000), {}, {}, workers);
    await using _ = readers;
    const said = await reader.says(`return F:read('*a')`);
    assert.match(said, `it had read beyond the end of /data/${id}, which WeaveDrive does not tell: seek('end') does`);
    assert.is(await reader.says(`return at(999)`), String(byteAt(999)));
  });
}

test('a file that is read as a whole is fetched at once', async () => {
  const source = new Endless(20 * mebibyte);
  const { readers, reader } = await reading(source, { cacheBytes: 4 * mebibyte });
  await using _ = readers;
  const said = await reader.says(
    `F:seek('set', 0) local text = F:read(F:seek('end')) return #text .. ' ' .. text:byte(20 * 1048576)`,
  );
  assert.is(said, `${20 * mebibyte} ${byteAt(20 * mebibyte - 1)}`);
  assert.equal(source.fetched, [[0, 20 * mebibyte]]);
});

test('a small file is fetched at once, whatever is read of it', async () => {
  const source = new Endless(mebibyte);
  const { readers, reader } = await reading(source);
  await using _ = readers;
  assert.is(await reader.says('return at(1000000)'), String(byteAt(1_000_000)));
  assert.is(await reader.says('return at(3)'), String(byteAt(3)));
  assert.equal(source.fetched, [[0, mebibyte]]);
});

test('who reads on and on is not begun anew for each piece', async () => {
  const source = new Endless(64 * mebibyte);
  const { readers, reader } = await reading(source, {}, { driveMisses: 10 });
  await using _ = readers;
  const sum = await reader.says(`local sum = 0
    F:seek('set', 0)
    for piece = 1, 320 do sum = sum + F:read(100000):byte(99999) end
    return sum`);
  let expected = 0;
  for (let piece = 0; piece < 320; piece++) expected += byteAt(piece * 100_000 + 99_998);
  assert.is(sum, String(expected));
  assert.ok(source.fetched.length <= 10, `${source.fetched.length} times something was fetched`);
  assert.ok(source.fetchedBytes <= 64 * mebibyte);
});

test('no more is kept than the limit says', async () => {
  const source = new Endless(64 * mebibyte);
  const { readers, reader } = await reading(source, { cacheBytes: 4 * mebibyte, aheadBytes: mebibyte });
  await using _ = readers;
  for (let position = 0; position < 12 * mebibyte; position += mebibyte)
    await reader.says(`return at(${position}, 1048576)`);
  const { length } = source.fetched;
  await reader.says(`return at(${11 * mebibyte})`);
  assert.is(source.fetched.length, length);
  await reader.says('return at(0)');
  assert.is(source.fetched.length, length + 1);
});

test('one turn may not read more than the limit says, and that is its outcome', async () => {
  for (const workers of [0, 1]) {
    const { readers, reader } = await reading(new Endless(8 * mebibyte), {}, { driveBytes: 3_000_000 }, workers);
    await using _ = readers;
    const { fault, error } = await reader.evaluate('Tried = 1 for _ = 1, 4 do at(0, 1000000) end return 1');
    assert.is(fault, 'drive-over-limit');
    assert.match(String(error), 'reads more than 3000000 bytes');
    assert.is(await reader.says('for _ = 1, 3 do at(0, 1000000) end return tostring(Tried)'), 'nil');
  }
});

test('one turn may not open more files than the limit says', async () => {
  const { readers, reader } = await reading(new Endless(8), { turnFiles: 3 });
  await using _ = readers;
  const open = (files: readonly string[]) => files.map((name) => `io.open('/data/${name}'):close()`).join(' ');
  const ids = Array.from({ length: 4 }, () => someId());
  assert.is((await reader.evaluate(open(ids))).fault, 'drive-over-limit');
  assert.is((await reader.evaluate(open(ids.slice(1)))).fault, undefined);
});

test('a turn that is begun anew too often has crashed, and finds what was fetched when it is restarted', async () => {
  const source = new Endless(64 * mebibyte);
  const { readers, reader } = await reading(source, {}, { driveMisses: 3 });
  await using _ = readers;
  const positions = [60, 10, 50, 20, 40, 5, 30, 15].map((position) => position * mebibyte);
  const said = await reader.says(`${positions.map((position) => `local _ = at(${position})`).join(' ')} return 'all'`);
  assert.is(said, 'all');
  assert.is(source.fetched.length, positions.length);
});

test.run();
