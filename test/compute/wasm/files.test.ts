// A guest's files: bounded, without a way out, and the same again after a copy of them was kept.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeFiles,
  encodeFiles,
  errno,
  FileError,
  type FileLimits,
  Files,
  type FilesState,
  firstState,
} from '../../../lib/compute/wasm/files/index.ts';
import { randomStream } from '../../../lib/core/random.ts';

const limits: FileLimits = { fileBytes: 1_000_000, files: 100, openFiles: 20 };
const create = 0o100;
const [readOnly, writeOnly, both] = [0, 1, 2];
const [truncate, append, exclusive] = [0o1000, 0o2000, 0o200];

function blank(some: Partial<FileLimits> = {}, state: FilesState = firstState(true)): Files {
  let clock = 20_000;
  return new Files(state, { ...limits, ...some }, () => clock++);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function put(files: Files, path: string, text: string): void {
  const file = files.open(path, writeOnly | create | truncate, 0o666);
  files.write(file, bytesOf(text));
  files.close(file);
}

function get(files: Files, path: string): string {
  const file = files.open(path, readOnly, 0);
  const into = new Uint8Array(files.nodeOf(file).content?.size ?? 0);
  files.read(file, into);
  files.close(file);
  return new TextDecoder().decode(into);
}

function failure(call: () => unknown): number {
  try {
    call();
  } catch (error) {
    if (error instanceof FileError) return error.errno;
    throw error;
  }
  return 0;
}

test('what is written can be read, at its place', () => {
  const files = blank();
  put(files, '/data/a', 'hello');
  assert.is(get(files, '/data/a'), 'hello');
  const file = files.open('/data/a', both, 0);
  assert.is(files.seek(file, 2, 0), 2);
  files.write(file, bytesOf('LL'));
  assert.is(files.seek(file, -1, 2), 4);
  files.write(file, bytesOf('0, world'));
  assert.is(get(files, 'data/a'), 'heLL0, world');
  const end = files.open('/data/a', writeOnly | append, 0);
  files.write(end, bytesOf('!'));
  files.truncate(file, 6);
  files.write(end, bytesOf('?'));
  assert.is(get(files, '/data/a'), 'heLL0,?');
  put(files, '/data/a', 'x');
  assert.is(get(files, '/data/a'), 'x');
  assert.is(
    failure(() => files.open('/data/a', writeOnly | create | exclusive, 0)),
    errno.exists,
  );
});

test('paths that would lead out lead nowhere', () => {
  const files = blank();
  for (const path of ['../../etc/passwd', '/../../../etc/passwd', '/data/../../etc/passwd', '/etc/passwd', '\0', '']) {
    assert.is(
      failure(() => files.open(path, readOnly, 0)),
      errno.noSuchFile,
      path,
    );
  }
  put(files, '/data/../../tmp/./x', 'inside');
  assert.is(get(files, '//tmp//x/'), 'inside');
  for (const name of ['__proto__', 'constructor', 'toString', '...', ' ', '\n']) {
    assert.is(
      failure(() => files.look(`/tmp/${name}`)),
      errno.noSuchFile,
    );
    put(files, `/tmp/${name}`, name);
    assert.is(get(files, `/tmp/${name}`), name);
  }
  assert.is(
    failure(() => files.look(`/${'x'.repeat(256)}`)),
    errno.nameTooLong,
  );
  assert.is(
    failure(() => files.look('/x'.repeat(1_000_000))),
    errno.nameTooLong,
  );
});

test('links that go round in circles', () => {
  const state = firstState(true);
  const nodes = new Map(state.nodes);
  const root = nodes.get(1);
  const link = { owner: {}, mode: 0o120777, timeMs: 0 };
  for (const [number, name, target] of [
    [90, 'a', '/b'],
    [91, 'b', 'a'],
    [92, 'self', '/self/self'],
    [93, 'up', '/up/../up'],
    [94, 'good', 'tmp'],
  ] as const) {
    nodes.set(number, { ...link, number, target });
    root?.entries?.set(name, number);
  }
  const files = blank({}, { ...state, nodes, nextNode: 100 });
  for (const path of ['/a', '/b', '/a/x', '/self', '/self/x', '/up']) {
    assert.is(
      failure(() => files.look(path)),
      errno.tooManyLinks,
      path,
    );
  }
  put(files, '/good/x', 'through a link');
  assert.is(get(files, '/tmp/x'), 'through a link');
});

test('a place far behind the end costs nothing until it is written, and then what the limit allows', () => {
  const files = blank();
  const file = files.open('/data/far', both | create, 0o666);
  assert.is(files.seek(file, 2 ** 40, 0), 2 ** 40);
  assert.is(files.read(file, new Uint8Array(10)), 0);
  assert.is(
    failure(() => files.write(file, bytesOf('x'))),
    errno.noSpace,
  );
  assert.is(
    failure(() => files.truncate(file, 2 ** 52)),
    errno.noSpace,
  );
  assert.is(
    failure(() => files.seek(file, -1, 0)),
    errno.invalid,
  );
  assert.is(
    failure(() => files.seek(file, Number.MAX_SAFE_INTEGER, 1)),
    errno.invalid,
  );
  files.seek(file, 900_000, 0);
  files.write(file, bytesOf('x'));
  assert.is(get(files, '/data/far').length, 900_001);
  assert.ok(encodeFiles(files.snapshot()).length < 10_000, 'what was not written takes no room');
});

test('writing a gigabyte', () => {
  const files = blank({ fileBytes: 50_000_000 });
  const file = files.open('/data/large', writeOnly | create, 0o666);
  const block = new Uint8Array(1_048_576).fill(7);
  let written = 0;
  let refused = 0;
  for (let i = 0; i < 1024; i++) {
    const error = failure(() => {
      written += files.write(file, block);
    });
    if (error === errno.noSpace) refused++;
  }
  assert.is(written, 47 * 1_048_576);
  assert.is(refused, 1024 - 47);
  files.close(file);
  files.remove('/data/large');
  put(files, '/data/next', 'there is room again');
});

test('a file that is removed or replaced while open lives until it is closed', () => {
  const files = blank({ fileBytes: 10 });
  put(files, '/data/a', '12345678');
  const file = files.open('/data/a', both, 0);
  files.remove('/data/a');
  assert.is(
    failure(() => put(files, '/data/b', '12345678')),
    errno.noSpace,
  );
  const into = new Uint8Array(8);
  assert.is(files.read(file, into), 8);
  files.close(file);
  put(files, '/data/b', '1234');
  put(files, '/data/c', '5678');
  const open = files.open('/data/c', readOnly, 0);
  files.rename('/data/b', '/data/c');
  assert.is(files.read(open, into), 4);
  assert.is(get(files, '/data/c'), '1234');
  files.close(open);
  put(files, '/data/d', '123456');
});

test('more files, and more of them open, than the limits allow', () => {
  const files = blank();
  const descriptors: number[] = [];
  for (;;) {
    const error = failure(() => descriptors.push(files.open('/dev/null', readOnly, 0)));
    if (error === 0) continue;
    assert.is(error, errno.tooManyOpen);
    break;
  }
  assert.is(descriptors.length, limits.openFiles - 3);
  assert.is(
    failure(() => files.duplicate(0, 0)),
    errno.tooManyOpen,
  );
  for (const descriptor of descriptors) files.close(descriptor);
  let made = 0;
  while (failure(() => files.makeFolder(`/data/${made}`, 0o777)) === 0) made++;
  assert.is(made, limits.files - firstState(true).nodes.size);
  assert.is(
    failure(() => files.open('/data/one more', writeOnly | create, 0o666)),
    errno.noSpace,
  );
  assert.is(
    failure(() => files.duplicateTo(0, 2 ** 31 - 1)),
    errno.badFile,
  );
});

test('duplicates share their place; the file is closed with the last of them', () => {
  const files = blank();
  put(files, '/data/a', 'abcdef');
  const file = files.open('/data/a', readOnly, 0);
  const copy = files.duplicate(file, 10);
  assert.is(copy, 10);
  files.read(file, new Uint8Array(2));
  assert.is(files.seek(copy, 0, 1), 2);
  files.close(file);
  assert.is(files.seek(copy, 0, 1), 2);
  files.close(copy);
  assert.is(
    failure(() => files.seek(copy, 0, 1)),
    errno.badFile,
  );
});

test('permissions and kinds', () => {
  const files = blank();
  put(files, '/data/a', 'x');
  files.setMode(files.look('/data/a'), 0o400);
  assert.is(
    failure(() => files.open('/data/a', both, 0)),
    errno.access,
  );
  assert.is(get(files, '/data/a'), 'x');
  assert.is(
    failure(() => files.open('/data', writeOnly, 0)),
    errno.isDirectory,
  );
  assert.is(
    failure(() => files.open('/data/a/b', readOnly, 0)),
    errno.noSuchFile,
  );
  assert.is(
    failure(() => files.look('/data/a/b')),
    errno.notDirectory,
  );
  assert.is(
    failure(() => files.seek(0, 0, 0)),
    errno.noSeek,
  );
  assert.is(
    failure(() => files.rename('/data', '/data/inside')),
    errno.invalid,
  );
});

test('random bytes are the same in every process, and go on where they were', () => {
  const draw = (files: Files) => {
    const into = new Uint8Array(16);
    files.read(files.open('/dev/urandom', readOnly, 0), into);
    return [...into];
  };
  const files = blank();
  const first = draw(files);
  assert.equal(draw(blank()), first);
  const kept = files.snapshot();
  const second = draw(files);
  assert.not.equal(second, first);
  assert.equal(draw(blank({}, kept)), second);
});

/** Does something by chance; what it came to. */
function act(files: Files, random: ReturnType<typeof randomStream>): unknown {
  const path = `/data/${'abc'[random.below(3)]}`;
  const other = `/data/${'abc'[random.below(3)]}`;
  const file = 3 + random.below(4);
  const acts: readonly (() => unknown)[] = [
    () => files.open(path, both | create, 0o666),
    () => files.open(path, both | create | truncate, 0o666),
    () => files.close(file),
    () => files.write(file, new Uint8Array(random.below(9000)).fill(random.below(256))),
    () => files.seek(file, random.below(20_000), 0),
    () => files.truncate(file, random.below(20_000)),
    () => [...sample(files, file)],
    () => files.rename(path, other),
    () => files.remove(path),
    () => files.duplicate(file, 3),
  ];
  try {
    return acts[random.below(acts.length)]?.() ?? 'done';
  } catch (error) {
    if (error instanceof FileError) return `errno ${error.errno}`;
    throw error;
  }
}

function sample(files: Files, file: number): Uint8Array {
  const into = new Uint8Array(100);
  return into.subarray(0, files.read(file, into));
}

test('whatever happens after a snapshot, it stays what it was, and its copy in bytes goes on the same way', () => {
  for (let round = 0; round < 30; round++) {
    const random = randomStream('files', `before ${round}`);
    const files = blank({ fileBytes: 60_000, openFiles: 8 });
    for (let i = 0; i < 100; i++) act(files, random);
    const kept = files.snapshot();
    const bytes = encodeFiles(kept);
    const after = (continued: Files) => {
      const stream = randomStream('files', `after ${round}`);
      return Array.from({ length: 100 }, () => JSON.stringify(act(continued, stream)));
    };
    const expected = after(files);
    assert.equal(encodeFiles(kept), bytes, 'the snapshot is as it was');
    const decoded = decodeFiles(bytes);
    assert.ok(decoded);
    const copy = blank({ fileBytes: 60_000, openFiles: 8 }, decoded);
    assert.equal(encodeFiles(copy.snapshot()), bytes);
    assert.equal(after(copy), expected, 'the copy goes on the same way');
    files.restore(kept);
    assert.equal(after(files), expected, 'and so do the files that were put back');
    assert.equal(encodeFiles(kept), bytes);
  }
});

test('bytes that hold no files', () => {
  const bytes = encodeFiles(blank().snapshot());
  for (let length = 0; length < bytes.length; length++) assert.is(decodeFiles(bytes.subarray(0, length)), undefined);
  assert.is(decodeFiles(Uint8Array.from([...bytes, 0])), undefined);
  assert.is(decodeFiles(bytesOf('\x02\0\0\0{}')), undefined);
});

test.run();
