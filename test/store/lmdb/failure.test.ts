import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createSystem } from 'heddle';
import { checkStore } from 'heddle/store/check';
import { compactStore, type Durability, lmdbStore, repairStore } from 'heddle/store/lmdb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realDisk } from '../../../lib/store/lmdb/disk.ts';
import { LmdbStore } from '../../../lib/store/lmdb/lmdb-store.ts';
import { Tables } from '../../../lib/store/lmdb/tables.ts';
import { adder } from '../../fixtures/system/behaviors.ts';
import { refusal } from '../../fixtures/system/refusal.ts';
import { systemOn } from './crash/script.ts';
import { copied, filledStore, readAll } from './filled.ts';
import { emptyFolder } from './folders.ts';
import { nodeArguments, Program, program } from './programs.ts';

const levels: readonly Durability[] = ['memory', 'batched', 'each'];
const filled = await filledStore();
const other = await filledStore('each', 'other');
const trimmed = await filledStore('each', 'trimmed', [20, 30]);

/** What is in a folder, with the names and contents of all files. */
function contents(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(folder, path), 'base64')]));
}

/** The length of the log, after it was read. */
async function lengthOf(folder: string): Promise<number> {
  const store = lmdbStore(folder);
  let length = 0;
  for (let piece = store.read(0); piece; piece = store.read(length)) length += piece.bytes.length;
  assert.is(length, store.length);
  await store.close();
  return length;
}

for (const durability of levels) {
  test(`${durability}: nothing that follows a transaction that failed is kept`, async () => {
    for (const failsAt of [0, 1, 5]) {
      const folder = join(emptyFolder(), 'store');
      let transactions = 0;
      const transaction: typeof realDisk.transaction = (work) => {
        if (transactions++ === failsAt) throw new Error('No space left on device');
        return work();
      };
      const store = new LmdbStore(folder, { durability, commitMs: 1, commitBytes: 50 }, { ...realDisk, transaction });
      let durable = 0;
      const error = await refusal(async () => {
        for (let position = 0; ; position += 20) {
          await store.append({ position, bytes: new Uint8Array(20).fill(position) });
          if (position % 100 === 80) await store.flush();
          durable = store.durableLength;
        }
      });
      assert.is(error.code, 'store-failed');
      assert.is(error.definite, false);
      assert.match(error.message, 'make room');
      assert.is(error.facts.folder, store.folder);
      const works = [
        () => store.append({ position: store.length, bytes: new Uint8Array(1) }),
        () => store.putCheckpoint({ process: 'p', slot: 1, bytes: new Uint8Array(1) }),
        () => store.putNote('a note', new Uint8Array(1)),
        () => store.putNote('a note', new Uint8Array(20_000)),
        () => store.putBlob(new Uint8Array(1)),
        () => store.flush(),
      ];
      for (const work of works) assert.is((await refusal(work)).code, 'store-failed');
      assert.is(transactions, failsAt + 1, 'tried again');
      assert.ok(store.read(0) || durable === 0);
      await store.close();
      assert.ok(store.durableLength >= durable);
      assert.is(await lengthOf(folder), store.durableLength);
    }
  });

  test(`${durability}: a system whose store fails takes no more, and another goes on from what is durable`, async () => {
    const folder = join(emptyFolder(), 'store');
    let fails = false;
    const transaction: typeof realDisk.transaction = (work) => {
      if (fails) throw new Error('the disk is gone');
      return work();
    };
    const system = createSystem({ store: new LmdbStore(folder, { durability }, { ...realDisk, transaction }) });
    const process = await system.spawn(adder);
    await process.send({ data: '1' });
    await system.settle();
    await system.flush();
    fails = true;
    const error = await refusal(async () => {
      await process.send({ data: '2' });
      await system.flush();
    });
    assert.is(error.code, 'store-failed');
    assert.is((await refusal(() => process.send({ data: '3' }))).code, 'store-failed');
    await system.close();
    const next = createSystem({ store: lmdbStore(folder), modules: [adder] });
    await next.settle();
    assert.is(next.process(process.id).status.slots, 2);
    await next.close();
  });
}

test('a failure that nobody was told of is told when the store is closed', async () => {
  const folder = join(emptyFolder(), 'store');
  const transaction = () => {
    throw new Error('the disk is gone');
  };
  const store = new LmdbStore(folder, { commitMs: 1_000 }, { ...realDisk, transaction });
  store.append({ position: 0, bytes: new Uint8Array(3) });
  assert.is((await refusal(() => store.close())).code, 'store-failed');
  assert.is(await lengthOf(folder), 0);
});

/** A file system with so little room; undefined where none can be mounted. */
function smallDisk(): string | undefined {
  const folder = emptyFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    process.prependListener('exit', () => execFileSync('umount', ['-l', folder], { stdio: 'ignore' }));
    return folder;
  } catch {
    return undefined;
  }
}

const disk = smallDisk();

for (const durability of levels) {
  (disk ? test : test.skip)(`${durability}: a disk that is full loses nothing that was durable`, async () => {
    const folder = join(disk ?? '', durability);
    const store = lmdbStore(folder, { durability });
    let durable = 0;
    const error = await refusal(async () => {
      for (let position = 0; position < 10_000_000; position += 20_000) {
        await store.append({ position, bytes: new Uint8Array(20_000).fill(position / 20_000) });
        await store.flush();
        durable = store.durableLength;
      }
    });
    assert.is(error.code, 'store-failed');
    assert.match(error.message, 'the disk is full');
    await store.close();
    assert.is(await lengthOf(folder), durable);
    assert.ok(durable > 100_000);
    assert.equal(
      (await checkStore(folder)).damages.filter(({ what }) => what !== 'record'),
      [],
    );
    const again = lmdbStore(folder);
    const large = new Uint8Array(1_100_000);
    assert.is((await refusal(() => again.putCheckpoint({ process: 'p', slot: 0, bytes: large }))).code, 'store-failed');
    assert.is((await refusal(() => again.putNote('a note', large))).code, 'store-failed');
    assert.is((await refusal(() => again.putBlob(large))).code, 'store-failed');
    await again.close();
    assert.equal(readdirSync(join(folder, 'checkpoints')), []);
    assert.equal(readdirSync(join(folder, 'notes')), []);
    assert.equal(readdirSync(join(folder, 'blobs')), []);
    rmSync(folder, { recursive: true });
  });
}

for (const durability of levels) {
  (disk ? test : test.skip)(
    `${durability}: a program whose disk is full is told so, and goes on when there is room`,
    async () => {
      // In a program of its own: what nobody catches ends it, and so does memory that LMDB wrote over.
      const filler = program('./filler.ts', join(disk ?? '', durability), durability);
      assert.equal((await filler.output()).split('\n'), ['full', 'full', 'closed', 'as in memory', ''], filler.errors);
    },
  );
}

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const limitsFiles = process.platform === 'linux';

(isRoot ? test : test.skip)('a folder without rights is refused, and left as it was', async () => {
  const one = copied(filled);
  chmodSync(join(one.folder, '..'), 0o755);
  // Others may look at it, and change nothing.
  for (const path of readdirSync(one.folder)) chmodSync(join(one.folder, path), path.includes('.') ? 0o644 : 0o755);
  const before = contents(one.folder);
  const asNobody = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath];
  const opener = new Program('setpriv', [...asNobody, ...nodeArguments('./holder.ts'), one.folder]);
  assert.is(await opener.line(), 'store-failed');
  assert.equal(contents(one.folder), before);
  const unmakeable = join(one.folder, '..', 'new');
  const maker = new Program('setpriv', [...asNobody, ...nodeArguments('./holder.ts'), unmakeable]);
  assert.is(await maker.line(), 'store-failed');
  assert.ok((await readAll(one)).log.equals(one.log));
});

for (const durability of levels) {
  test(`${durability}: a folder that is moved or removed while it is open fails, and is whole when it is put back`, async () => {
    for (const how of ['moved', 'moved and made again', 'removed'] as const) {
      const folder = join(emptyFolder(), 'store');
      const system = createSystem({ store: lmdbStore(folder, { durability }) });
      const process = await system.spawn(adder);
      await system.settle();
      await system.flush();
      if (how === 'removed') rmSync(folder, { recursive: true });
      else renameSync(folder, `${folder}-moved`);
      if (how === 'moved and made again') await lmdbStore(folder).close();
      const trimmed = await refusal(() => system.trim());
      assert.is(trimmed.code, 'store-failed');
      assert.match(trimmed.message, 'moved or removed');
      const error = await refusal(async () => {
        await process.send({ data: '1' });
        await system.flush();
      });
      assert.is(error.code, 'store-failed');
      await system.close();
      if (how === 'removed') continue;
      assert.equal((await checkStore(`${folder}-moved`)).damages, []);
      const next = createSystem({ store: lmdbStore(`${folder}-moved`), modules: [adder] });
      await next.settle();
      assert.is(next.process(process.id).status.slots, 1);
      await next.close();
    }
  });

  test(`${durability}: a moved folder is told of when it is written to`, async () => {
    const folder = join(emptyFolder(), 'store');
    const store = lmdbStore(folder, { durability });
    renameSync(folder, `${folder}-moved`);
    const error = await refusal(async () => {
      await store.append({ position: 0, bytes: new Uint8Array(1) });
      await store.flush();
    });
    assert.is(error.code, 'store-failed');
    assert.match(error.message, 'moved or removed');
    await store.close();
    assert.is(await lengthOf(`${folder}-moved`), 0);
  });
}

test('what is no key of a note, and what are no bytes, is refused, and others go on', async () => {
  const store = lmdbStore(join(emptyFolder(), 'store'));
  for (const key of ['', 'x'.repeat(501), '\ud800', 5, null, undefined, {}, Symbol('key')]) {
    assert.is((await refusal(() => store.putNote(key as string, new Uint8Array(1)))).code, 'option-invalid');
    assert.is((await refusal(() => store.note(key as string))).code, 'option-invalid');
  }
  for (const bytes of ['text', null, undefined, 5, [1], new ArrayBuffer(1)]) {
    assert.is((await refusal(() => store.putNote('key', bytes as unknown as Uint8Array))).code, 'option-invalid');
    assert.is((await refusal(() => store.putBlob(bytes as unknown as Uint8Array))).code, 'option-invalid');
  }
  for (const key of ['\0', 'a\0b', '店'.repeat(500), '__proto__']) {
    await store.putNote(key, new TextEncoder().encode(key));
    assert.is(new TextDecoder().decode(store.note(key)), key);
  }
  await store.close();
  assert.equal((await checkStore(store.folder)).damages, []);
});

test('a path may be of one letter, and have letters of all kinds; what is no path is refused', async () => {
  const before = process.cwd();
  process.chdir(emptyFolder());
  try {
    for (const path of ['s', 't/u', ' ', './Läden/店 1']) {
      await lmdbStore(path).close();
      assert.equal((await checkStore(path)).damages, []);
    }
    const made = readdirSync('.');
    for (const path of [
      '',
      'file:///data/shop',
      'https://shop.example/data',
      new URL('file:///data/shop'),
      undefined,
      5,
    ]) {
      for (const work of [lmdbStore, checkStore, repairStore, compactStore]) {
        const error = await refusal(() => work(path as string));
        assert.is(error.code, 'option-invalid');
        assert.match(error.message, String(path));
      }
    }
    assert.equal(readdirSync('.'), made);
  } finally {
    process.chdir(before);
  }
});

test('a program that may not open the files of LMDB, or any, is told so and lives', async () => {
  for (const put of [mkdirSync, (path: string) => symlinkSync(path, path)]) {
    const one = copied(filled);
    const path = join(one.folder, 'log.mdb-lock');
    rmSync(path);
    put(path);
    for (const work of [lmdbStore, checkStore, repairStore, compactStore]) {
      const error = await refusal(() => work(one.folder));
      assert.is(error.code, 'store-failed');
      assert.match(error.message, path);
    }
    rmSync(path, { recursive: true });
    assert.ok((await readAll(one)).log.equals(one.log));
  }
});

(limitsFiles ? test : test.skip)(
  'a program with few files left to open is told so, and goes on with more',
  async () => {
    const one = copied(filled);
    const starved = new Program('sh', [
      '-c',
      'ulimit -n 400; exec "$0" "$@"',
      process.execPath,
      ...nodeArguments('./starved.ts'),
      one.folder,
    ]);
    assert.equal((await starved.output()).split('\n').slice(-2), ['open', ''], starved.errors);
    assert.ok((await readAll(one)).log.equals(one.log));
  },
);

(isRoot ? test : test.skip)(
  'a file that may not be read is no damage: nobody is to repair a store over it',
  async () => {
    for (const from of [filled, trimmed]) {
      const one = copied(from);
      execFileSync('chown', ['-R', String(nobody), join(one.folder, '..')]);
      const part = from === trimmed ? 'bases' : 'checkpoints';
      const file = join(one.folder, part, readdirSync(join(one.folder, part))[0] ?? '');
      execFileSync('chown', ['0', file]);
      chmodSync(file, 0o600);
      const asNobody = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath];
      const checker = new Program('setpriv', [...asNobody, ...nodeArguments('./checker.ts'), one.folder]);
      assert.is(await checker.output(), 'store-failed store-failed\n', checker.errors);
      assert.ok((await readAll(one)).log.equals(one.log));
    }
  },
);

test('a store of a version that is not known is refused and not changed', async () => {
  for (const version of [2, 5]) {
    const one = copied(filled);
    writeFileSync(join(one.folder, 'format.json'), `{"format":"heddle store","version":${version},"more":true}\n`);
    const before = contents(one.folder);
    for (const work of [lmdbStore, checkStore, repairStore]) {
      const error = await refusal(() => work(one.folder));
      assert.is(error.code, 'store-invalid');
      assert.is(error.facts.version, version);
    }
    assert.equal(contents(one.folder), before);
  }
});

test('a folder that holds something else is refused and not changed', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'letters.txt'), 'mine');
  for (const work of [lmdbStore, checkStore, repairStore]) {
    assert.is((await refusal(() => work(folder))).code, 'store-invalid');
  }
  assert.equal(contents(folder), { 'letters.txt': Buffer.from('mine').toString('base64') });
});

test('where there is no store, none is made to be looked at', async () => {
  const folder = join(emptyFolder(), 'none');
  for (const work of [checkStore, repairStore]) assert.is((await refusal(() => work(folder))).code, 'store-failed');
  const empty = emptyFolder();
  assert.is((await refusal(() => checkStore(empty))).code, 'store-invalid');
  assert.equal(readdirSync(empty), []);
});

for (const name of ['log.mdb', 'format.json']) {
  test(`a store without its ${name} is refused, and no new one is put in its place`, async () => {
    const one = copied(filled);
    const kept = readFileSync(join(one.folder, name));
    rmSync(join(one.folder, name));
    const before = contents(one.folder);
    const error = await refusal(() => lmdbStore(one.folder));
    assert.is(error.code, 'store-damaged');
    assert.match(error.message, name === 'log.mdb' ? 'log.mdb' : 'of which format');
    assert.equal(Object.keys(contents(one.folder)), Object.keys(before));
    writeFileSync(join(one.folder, name), kept);
    assert.ok((await readAll(one)).log.equals(one.log));
  });
}

for (const folder of ['checkpoints', 'notes', 'blobs'] as const) {
  for (const how of ['vanished', 'changed'] as const) {
    test(`a file of ${folder} that has ${how} is refused when it is read, and everything else is there`, async () => {
      const one = copied(filled);
      const [name = ''] = readdirSync(join(one.folder, folder));
      const file = join(one.folder, folder, name);
      if (how === 'vanished') rmSync(file);
      else writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([1])]));
      const store = lmdbStore(one.folder);
      const codes: string[] = [];
      const reads = [
        ...[...one.checkpoints.keys()].map((id) => () => store.checkpoint(id)),
        ...[...one.notes.keys()].map((key) => () => store.note(key)),
        ...[...one.blobs.keys()].map((id) => () => store.blob(id)),
      ];
      for (const read of reads) {
        try {
          await read();
        } catch (error) {
          codes.push((error as { code: string }).code);
          assert.match(String(error), name);
        }
      }
      assert.equal(codes, ['store-damaged']);
      await store.close();
      const { damages } = await checkStore(one.folder);
      assert.equal(
        damages.map(({ what }) => what),
        [folder.slice(0, -1)],
      );
      const { logLength, aside } = await repairStore(one.folder);
      assert.is(logLength, one.log.length);
      assert.is(aside.length, how === 'changed' ? 2 : 1);
      assert.equal((await checkStore(one.folder)).damages, []);
    });
  }
}

test('what programs left that ended while they wrote is swept by the next that writes, and nothing else is', async () => {
  const one = copied(filled);
  const name = 'ab'.repeat(32);
  const blob = createHash('sha256').update('left').digest('hex');
  const orphan = readdirSync(join(one.folder, 'checkpoints'))[0] ?? '';
  const ours = [
    `checkpoints/${name}.0.tmp`,
    `notes/${name}.3.tmp`,
    `blobs/${name}.12.tmp`,
    `blobs/${blob}`,
    'new.tmp.mdb',
    'new.tmp.mdb-lock',
  ];
  const others = [
    `checkpoints/${name}`,
    `notes/${name}`,
    `blobs/${name}`,
    'checkpoints/notes.txt',
    'blobs/x.tmp',
    'checkpoints/AB',
    'mine.mdb',
  ];
  for (const path of [...ours, ...others]) writeFileSync(join(one.folder, path), 'left');
  const before = Object.keys(contents(one.folder));
  await lmdbStore(one.folder).close();
  assert.equal(
    Object.keys(contents(one.folder)),
    before.filter((path) => !path.startsWith('new.tmp')),
  );
  const store = lmdbStore(one.folder);
  await store.putNote('note 300', one.notes.get('note 300') ?? new Uint8Array());
  await store.close();
  assert.equal(
    Object.keys(contents(one.folder)),
    before.filter((path) => !ours.includes(path)),
  );
  assert.ok(before.includes(`checkpoints/${orphan}`));
  assert.ok((await readAll(one)).log.equals(one.log));
});

test('a folder with a file of another store in it has nothing removed, and is as it was when that is put back', async () => {
  for (const part of ['log.mdb', 'checkpoints']) {
    const one = copied(filled);
    const [name = ''] =
      part === 'log.mdb' ? [part] : readdirSync(join(one.folder, part)).map((file) => join(part, file));
    const [alien = ''] =
      part === 'log.mdb' ? [part] : readdirSync(join(other.folder, part)).map((file) => join(part, file));
    const kept = readFileSync(join(one.folder, name));
    writeFileSync(join(one.folder, name), readFileSync(join(other.folder, alien)));
    const before = Object.keys(contents(one.folder));
    const system = systemOn('filled', lmdbStore(one.folder));
    if (part === 'log.mdb') assert.is((await refusal(() => system.open())).code, 'option-invalid');
    else await system.open();
    await system.close();
    assert.equal(Object.keys(contents(one.folder)), before);
    writeFileSync(join(one.folder, name), kept);
    const found = await readAll(one);
    assert.ok(found.log.equals(one.log));
    assert.equal([found.checkpoints, found.notes, found.blobs], [one.checkpoints, one.notes, one.blobs]);
  }
});

for (const [how, text] of Object.entries({ vanished: undefined, empty: '', torn: '{"format":"hedd', 'no JSON': 'x' })) {
  test(`a format.json that is ${how} is a damage, which a repair mends with nothing lost`, async () => {
    for (const from of [filled, trimmed]) {
      const one = copied(from);
      const file = join(one.folder, 'format.json');
      const kept = readFileSync(file);
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
      for (const work of [lmdbStore, compactStore]) {
        assert.is((await refusal(() => work(one.folder))).code, 'store-damaged');
      }
      const { damages, goodLength } = await checkStore(one.folder);
      assert.equal(
        damages.map(({ what }) => what),
        ['file'],
      );
      assert.match(damages[0]?.reason ?? '', 'format.json');
      assert.is(goodLength, one.trimmed + one.log.length);
      const { aside } = await repairStore(one.folder);
      if (text !== undefined) assert.is(readFileSync(join(aside[1] ?? '', 'format.json'), 'utf8'), text);
      assert.ok(readFileSync(file).equals(kept));
      assert.equal((await checkStore(one.folder)).damages, []);
      assert.ok((await readAll(one)).log.equals(one.log));
    }
  });
}

test('a log.mdb of no length, and one that is no file, are refused and left as they are', async () => {
  const one = copied(filled);
  const file = join(one.folder, 'log.mdb');
  writeFileSync(file, '');
  assert.match((await refusal(() => lmdbStore(one.folder))).message, 'it is empty');
  assert.is((await checkStore(one.folder)).goodLength, 0);
  assert.is((await refusal(() => compactStore(one.folder))).code, 'store-damaged');
  assert.is(statSync(file).size, 0);
  assert.is((await repairStore(one.folder)).blobs, 3);
  rmSync(file);
  mkdirSync(file);
  for (const work of [lmdbStore, checkStore, repairStore, compactStore]) {
    const error = await refusal(() => work(one.folder));
    assert.is(error.code, 'store-damaged');
    assert.match(error.message, 'no file');
  }
});

for (const part of ['checkpoints', 'notes', 'blobs'] as const) {
  test(`a folder or a circle of links where a file of ${part} was is a damage, which a repair gets round`, async () => {
    for (const put of [mkdirSync, (path: string) => symlinkSync(path, path)]) {
      const one = copied(filled);
      const [name = ''] = readdirSync(join(one.folder, part));
      const path = join(one.folder, part, name);
      rmSync(path);
      put(path);
      const { damages } = await checkStore(one.folder);
      assert.is(damages.length, 1);
      assert.match(damages[0]?.reason ?? '', `${part}/${name}`);
      await lmdbStore(one.folder).close();
      const error = await refusal(() => readAll(one));
      assert.is(error.code, 'store-damaged');
      assert.match(error.message, `${part}/${name}`);
      await repairStore(one.folder);
      assert.equal((await checkStore(one.folder)).damages, []);
      assert.ok((await readAll(one)).log.equals(one.log));
    }
  });
}

test('something else where a folder of the store was is named, with what to do', async () => {
  for (const put of [(path: string) => writeFileSync(path, ''), (path: string) => symlinkSync(path, path)]) {
    const one = copied(filled);
    const path = join(one.folder, 'blobs');
    rmSync(path, { recursive: true });
    put(path);
    const error = await refusal(() => lmdbStore(one.folder));
    assert.is(error.code, 'store-failed');
    assert.match(error.message, path);
    assert.match(error.message, 'move it away');
  }
});

test('a store that has lost one of its tables is damaged, and its log is mended', async () => {
  for (const table of ['notes', 'checkpoints', 'blobs', 'log'] as const) {
    const one = copied(filled);
    const tables = new Tables(join(one.folder, 'log.mdb'));
    tables[table].dropSync();
    await tables.close();
    assert.is((await refusal(() => lmdbStore(one.folder))).code, 'store-damaged');
    assert.ok((await checkStore(one.folder)).damages.length > 0);
    await repairStore(one.folder);
    if (table !== 'log') assert.ok((await readAll(one)).log.equals(one.log), table);
    assert.equal((await checkStore(one.folder)).damages, [], table);
  }
});

test('a store whose making was broken off is made again', async () => {
  const made = emptyFolder();
  await lmdbStore(made).close();
  const parts = ['lock', 'log.mdb', 'log.mdb-lock', 'checkpoints', 'notes', 'blobs', 'bases'];
  for (let count = 0; count <= parts.length; count++) {
    const folder = emptyFolder();
    for (const part of parts.slice(0, count)) {
      if (statSync(join(made, part)).isDirectory()) mkdirSync(join(folder, part));
      else writeFileSync(join(folder, part), readFileSync(join(made, part)));
    }
    writeFileSync(join(folder, 'format.json.tmp'), '{"form');
    const store = lmdbStore(folder);
    await store.append({ position: 0, bytes: new Uint8Array([1]) });
    await store.close();
    assert.is(await lengthOf(folder), 1);
    assert.not.ok(readdirSync(folder).includes('format.json.tmp'));
  }
});

test.run();
