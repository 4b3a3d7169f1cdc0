// What a guest can do to files, where @wasmer/wasi alone would do otherwise or break among it.

import { type RandomStream, randomStream } from 'heddle';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errno } from '../../../lib/compute/wasi/errno.ts';
import { Hosted, openFlags } from './hosted.ts';

const { create, exclusive, folder, truncate } = openFlags;

test('a file is read where it was written, and keeps what was written last', async () => {
  const guest = await Hosted.start();
  const file = guest.open('a', create);
  assert.is(guest.write(file, 'hello world'), 11);
  assert.is(guest.seek(file, 0), 0);
  assert.is(guest.write(file, 'HE'), 2);
  assert.is(guest.read(file, 3), 'llo');
  assert.is(guest.write(file, '-there'), 6);
  assert.is(guest.seek(file, 6), 6);
  assert.is(guest.write(file, 'T', 0), 1);
  assert.is(guest.read(file), 'there', 'a write elsewhere leaves the place where it is');
  assert.is(guest.read(file, 4, 2), 'llo-');
  assert.equal(guest.end(), { a: 'TEllo-there' });
});

test('a gap reads as zeros, and the end can be moved', async () => {
  const guest = await Hosted.start();
  const file = guest.open('a', create);
  guest.write(file, 'ab');
  assert.is(guest.seek(file, 2, 2), 4);
  assert.is(guest.read(file), '');
  guest.write(file, 'c');
  assert.equal(guest.describe('a'), [4, 5]);
  assert.is(guest.call('fd_filestat_set_size', file, 1n), 0);
  guest.write(file, 'd', 3);
  assert.is(guest.call('fd_allocate', file, 0n, 6n), 0);
  assert.is(guest.call('fd_allocate', file, 0n, 2n), 0);
  assert.is(guest.call('fd_filestat_get', file, 240), 0);
  assert.is(guest.view.getBigUint64(272, true), 6n);
  assert.equal(guest.end(), { a: 'a\0\0d\0\0' });
});

test('two who have a file open see the same bytes, each at a place of its own', async () => {
  const guest = await Hosted.start({ files: new Map([['a', new TextEncoder().encode('one')]]) });
  const [one, other] = [guest.open('a'), guest.open('a', 0, 1)];
  assert.is(guest.write(other, ' two'), 4);
  assert.is(guest.read(one), 'one two');
  assert.is(guest.read(other), '');
  guest.write(one, 'X', 0);
  assert.is(guest.seek(other, 0), 0);
  assert.is(guest.read(other), 'Xne two');
  guest.write(other, '!');
  assert.equal(guest.end(), { a: 'Xne two!' });
});

test('to open says what is there', async () => {
  const guest = await Hosted.start();
  assert.is(guest.open('a'), -errno.noSuchFile);
  assert.is(guest.open('a/b', create), -errno.noSuchFile);
  guest.write(guest.open('a', create), 'text');
  assert.is(guest.open('a', create | exclusive), -errno.exists);
  assert.is(guest.open('a', folder), -errno.notDirectory);
  assert.is(guest.open('a/b', create), -errno.notDirectory);
  assert.is(guest.createFolder('d'), 0);
  assert.is(guest.createFolder('d'), errno.exists);
  assert.is(guest.createFolder('x/y'), errno.noSuchFile);
  assert.is(guest.open('d'), -errno.isDirectory);
  const inside = guest.open('d', folder);
  assert.ok(guest.open('b', create, 0, inside) > 0);
  assert.ok(guest.open('../c', create, 0, inside) > 0);
  guest.open('a', truncate);
  assert.equal(guest.names(), ['a', 'c', 'd/']);
  assert.equal(guest.names(inside), ['b']);
  assert.equal(guest.end(), { a: '', c: '', d: null, 'd/b': '' });
});

test('what is open can be neither taken away nor renamed', async () => {
  const guest = await Hosted.start();
  guest.createFolder('d');
  const file = guest.open('d/a', create);
  for (const failure of [guest.removeFile('d/a'), guest.rename('d/a', 'b'), guest.rename('d', 'e')]) {
    assert.is(failure, errno.busy);
  }
  guest.open('c', create);
  assert.is(guest.call('fd_close', file), 0);
  assert.is(guest.rename('d/a', 'c'), errno.busy);
  assert.is(guest.rename('d', 'e'), errno.busy, 'a folder moves only if nothing at all is open');
  assert.is(guest.rename('d/a', 'b'), 0);
  assert.is(guest.removeFile('b'), 0);
  assert.is(guest.removeFolder('d'), 0);
  assert.equal(guest.end(), { c: '' });
});

test('a folder takes along what is in it', async () => {
  const guest = await Hosted.start();
  guest.createFolder('d');
  guest.createFolder('d/e');
  const file = guest.open('d/e/a', create);
  guest.write(file, 'text');
  guest.call('fd_close', file);
  assert.equal(guest.describe('d/e/a'), [4, 4]);
  assert.is(guest.rename('d', 'd/e/f'), errno.invalid);
  assert.is(guest.rename('d', 'f'), 0);
  assert.is(guest.describe('d/e/a'), -errno.noSuchFile);
  assert.equal(guest.describe('f/e/a'), [4, 4]);
  assert.is(guest.read(guest.open('f/e/a')), 'text');
  assert.is(guest.createFolder('d'), 0);
  assert.equal(guest.end(), { d: null, f: null, 'f/e': null, 'f/e/a': 'text' });
});

test('no path leads out of the process', async () => {
  const guest = await Hosted.start();
  for (const path of ['..', '../a', 'a/../../b', '/etc/passwd', '/']) {
    assert.is(guest.open(path, create), -errno.outsideRoot, path);
    assert.is(guest.describe(path), -errno.outsideRoot, path);
  }
  assert.is(guest.open('', create), -errno.noSuchFile);
  assert.is(guest.open('a\0b', create), -errno.invalid);
  assert.is(guest.open('n'.repeat(256), create), -errno.nameTooLong);
  assert.is(guest.open('n/'.repeat(2100), create), -errno.nameTooLong);
  guest.bytes(1000, 1)[0] = 0xff;
  assert.is(guest.call('path_create_directory', 3, 1000, 1), errno.notText);
  assert.is(guest.call('path_symlink', ...guest.put(1000, 'a'), 3, ...guest.put(2000, 'b')), errno.notSupported);
  assert.is(guest.call('path_link', 3, 0, ...guest.put(1000, 'a'), 3, ...guest.put(2000, 'b')), errno.notSupported);
  assert.equal(guest.end(), {});
});

test('files are bounded in bytes, in number and in how many are open', async () => {
  const guest = await Hosted.start({ limits: { fileBytes: 100, files: 3, openFiles: 8 } });
  const file = guest.open('a', create);
  assert.is(guest.write(file, 'x'.repeat(101)), -errno.noSpace);
  assert.is(guest.write(file, 'x', 100), -errno.noSpace);
  assert.is(guest.write(file, 'x'.repeat(60)), 60);
  assert.is(guest.call('fd_filestat_set_size', file, 101n), errno.noSpace);
  assert.is(guest.call('fd_allocate', file, 50n, 51n), errno.noSpace);
  assert.is(guest.call('fd_filestat_set_size', file, 1n << 40n), errno.noSpace);
  assert.is(guest.call('fd_filestat_set_size', file, -1n), errno.invalid);
  const other = guest.open('b', create);
  assert.is(guest.write(other, 'x'.repeat(41)), -errno.noSpace);
  assert.is(guest.write(other, 'x'.repeat(40)), 40);
  assert.is(guest.write(file, 'y'.repeat(60), 0), 60, 'to write over what is there takes no room');
  assert.is(guest.createFolder('d'), 0);
  assert.is(guest.open('c', create), -errno.noSpace);
  assert.is(guest.createFolder('e'), errno.noSpace);
  assert.ok(guest.open('b') > 0);
  assert.is(guest.open('b'), -errno.tooManyOpen);
  assert.is(guest.call('fd_close', file), 0);
  assert.is(guest.removeFile('a'), 0);
  assert.is(guest.write(other, 'z'.repeat(60)), 60, 'room that was given back can be used');
  assert.equal(guest.end(), { b: `${'x'.repeat(40)}${'z'.repeat(60)}`, d: null });
});

test('numbers are the lowest that are free, and can be given to what is open already', async () => {
  const guest = await Hosted.start();
  const [one, other] = [guest.open('a', create), guest.open('b', create)];
  assert.equal([one, other], [5, 6]);
  guest.call('fd_close', one);
  assert.is(guest.open('c', create), 5);
  assert.is(guest.call('fd_renumber', 6, 1), 0);
  assert.is(guest.write(1, 'printed'), 7);
  assert.is(guest.write(6, 'gone'), -errno.badFile);
  assert.is(guest.host.output, '');
  assert.equal(guest.end(), { a: '', b: 'printed', c: '' });
});

test('who may only read cannot write, and the other way round', async () => {
  const guest = await Hosted.start({ files: new Map([['a', new TextEncoder().encode('text')]]) });
  const open = (rights: bigint) => {
    guest.call('path_open', 3, 0, ...guest.put(1000, 'a'), 0, rights, 0n, 0, 200);
    return guest.view.getUint32(200, true);
  };
  const [reader, writer] = [open(2n), open(64n)];
  assert.is(guest.read(reader), 'text');
  assert.is(guest.write(reader, 'x'), -errno.badFile);
  assert.is(guest.call('fd_filestat_set_size', reader, 0n), errno.badFile);
  assert.is(guest.write(writer, 'T'), 1);
  assert.is(guest.read(writer), -errno.badFile);
  assert.equal(guest.end(), { a: 'Text' });
});

test('a large read takes no more than the file has', async () => {
  const guest = await Hosted.start({ files: new Map([['a', new TextEncoder().encode('text')]]) });
  guest.memory.grow(100);
  const vector = guest.vector(100_000, 6_000_000);
  const file = guest.open('a');
  assert.is(guest.call('fd_read', file, ...vector, 200), 0);
  assert.is(guest.view.getUint32(200, true), 4);
  assert.is(guest.text(100_000, 4), 'text');
  assert.is(guest.call('fd_read', file, ...vector, 200), 0);
  assert.is(guest.view.getUint32(200, true), 0);
  guest.end();
});

test('the first version of WASI has other numbers and other layouts', async () => {
  const guest = await Hosted.start({}, 'wasi_unstable');
  const file = guest.open('a', create);
  guest.write(file, 'hello');
  assert.is(guest.seek(file, -1, 1), 4, 'from the end');
  assert.is(guest.seek(file, -1, 0), 3, 'from where it is');
  assert.is(guest.seek(file, 1, 2), 1, 'from the start');
  guest.bytes(240, 64).fill(0xee);
  assert.is(guest.call('fd_filestat_get', file, 240), 0);
  assert.is(guest.view.getUint8(256), 4);
  assert.is(guest.view.getUint32(260, true), 1);
  assert.is(guest.view.getBigUint64(264, true), 5n);
  assert.is(guest.view.getUint8(296), 0xee, 'it is shorter');
  guest.end();
});

for (const seed of ['a', 'b', 'c']) {
  test(`whatever is done to closed files, they are as a simple model has them: ${seed}`, async () => {
    const chance = randomStream(seed, 'files');
    for (let turn = 0; turn < 60; turn++) await compareWithModel(chance);
  });
}

const names = ['a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/f', 'g', 'g/a'];

/** A turn of random changes, after each of which guest and model must agree. */
async function compareWithModel(chance: RandomStream): Promise<void> {
  const guest = await Hosted.start();
  const model = new Map<string, string | null>();
  const pick = <T>(list: readonly T[]): T => list[chance.below(list.length)] ?? (list[0] as T); // The list is not empty.
  const steps: string[] = [];
  for (let step = 0; step < 30; step++) {
    const [path, other] = [pick(names), pick(names)];
    const kind = pick(['write', 'overwrite', 'folder', 'remove', 'removeFolder', 'rename']);
    const done = act(guest, kind, path, other, `${step}`);
    const expected = actOnModel(model, kind, path, other, `${step}`);
    steps.push(`${kind} ${path} ${other}: ${done}`);
    assert.is(done, expected, steps.join('\n'));
    const seen = guest.describe(path);
    const wanted = model.get(path);
    if (wanted === undefined) assert.type(seen, 'number', steps.join('\n'));
    else assert.equal(seen, wanted === null ? [3, 0] : [4, wanted.length], steps.join('\n'));
    const top = [...model.keys()].filter((name) => !name.includes('/')).sort();
    assert.equal(
      guest.names(),
      top.map((name) => name + (model.get(name) === null ? '/' : '')),
      steps.join('\n'),
    );
  }
  const left = [...model].sort(([one], [two]) => (one < two ? -1 : 1));
  assert.equal(guest.end(), Object.fromEntries(left), steps.join('\n'));
}

function act(guest: Hosted, kind: string, path: string, other: string, text: string): boolean {
  switch (kind) {
    case 'write':
    case 'overwrite': {
      const file = guest.open(path, kind === 'write' ? create | truncate : 0);
      if (file < 0) return false;
      guest.write(file, text);
      return guest.call('fd_close', file) === 0;
    }
    case 'folder':
      return guest.createFolder(path) === 0;
    case 'remove':
      return guest.removeFile(path) === 0;
    case 'removeFolder':
      return guest.removeFolder(path) === 0;
    default:
      return guest.rename(path, other) === 0;
  }
}

function actOnModel(
  model: Map<string, string | null>,
  kind: string,
  path: string,
  other: string,
  text: string,
): boolean {
  const isFolder = (at: string) => at === '' || model.get(at) === null;
  const hasParent = (at: string) => isFolder(at.slice(0, Math.max(0, at.lastIndexOf('/'))));
  const inside = (at: string) => [...model.keys()].filter((name) => name.startsWith(`${at}/`));
  const had = model.get(path);
  switch (kind) {
    case 'write':
      if (!hasParent(path) || had === null) return false;
      model.set(path, text);
      return true;
    case 'overwrite':
      if (had === undefined || had === null) return false;
      model.set(path, text + had.slice(text.length));
      return true;
    case 'folder':
      if (!hasParent(path) || had !== undefined) return false;
      model.set(path, null);
      return true;
    case 'remove':
      return typeof had === 'string' && model.delete(path);
    case 'removeFolder':
      return had === null && inside(path).length === 0 && model.delete(path);
    default: {
      const replaced = model.get(other);
      if (had === undefined) return false;
      if (path === other) return true;
      if (!hasParent(other) || other.startsWith(`${path}/`)) return false;
      if (replaced !== undefined && (replaced === null) !== (had === null)) return false;
      if (replaced === null && inside(other).length > 0) return false;
      const moved = inside(path).map(
        (name) => [`${other}${name.slice(path.length)}`, model.get(name) ?? null] as const,
      );
      for (const name of [path, ...inside(path)]) model.delete(name);
      model.set(other, had);
      for (const [name, content] of moved) model.set(name, content);
      return true;
    }
  }
}

test.run();
