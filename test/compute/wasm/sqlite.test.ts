// The published module with SQLite: databases in memory and in files, as in AO's loader, and part of the state.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { comparePublished } from './against-loader.ts';
import { language } from './language.ts';
import { type Sending, TestProcess } from './process.ts';

const evaluate = (data: string): Sending => ({ tags: { Action: 'Eval' }, data });

/** Lua that joins the rows of a query, its columns in the order given. */
const rows = (query: string, ...columns: string[]) =>
  `local o = {} for r in db:nrows([[${query}]]) do o[#o + 1] = ${columns.map((name) => `tostring(r.${name})`).join(' .. "," .. ')} end return table.concat(o, ";")`;

const queries: readonly string[] = [
  '1 + 1',
  'sqlite3 = require("lsqlite3") return sqlite3.version()',
  'db = sqlite3.open_memory() return db:exec[[CREATE TABLE t (id INTEGER PRIMARY KEY, c, n REAL); INSERT INTO t VALUES (NULL, "a", 1.5), (NULL, "ž", NULL), (NULL, x\'00ff\', -0.0)]]',
  rows('SELECT id, quote(c) AS c, n FROM t ORDER BY c DESC', 'id', 'c', 'n'),
  rows('SELECT count(*) AS n, sum(n) AS s, group_concat(id) AS g FROM t', 'n', 's', 'g'),
  rows('SELECT json_object("a", 1, "b", json_array(1, 2)) AS j, printf("%05.2f", 3.14159) AS p', 'j', 'p'),
  'return db:exec("INSERT INTO nope VALUES (1)") .. db:errmsg()',
  'return db:exec("SELECT syntax error") .. db:errmsg()',
  'db = sqlite3.open("/data/x.db") return db:exec[[CREATE TABLE t (id INTEGER PRIMARY KEY, c); INSERT INTO t VALUES (NULL, "a"), (NULL, "b")]] .. db:errmsg()',
  'return db:exec[[BEGIN; INSERT INTO t VALUES (NULL, "x"); ROLLBACK; INSERT INTO t VALUES (NULL, "y"); CREATE INDEX i ON t (c)]]',
  rows('SELECT * FROM t ORDER BY c DESC', 'id', 'c'),
  'return os.time() .. " " .. os.clock()',
  rows('SELECT datetime(0, "unixepoch") AS a, strftime("%s", "now") AS b, julianday("now") AS c', 'a', 'b', 'c'),
  rows(
    'WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3000) INSERT INTO t SELECT NULL, printf("%05d", x) FROM c RETURNING id',
    'id',
  ),
  rows('PRAGMA page_count', 'page_count'),
  'return db:exec("DELETE FROM t WHERE id % 2 = 0; VACUUM") .. db:errmsg()',
  rows('PRAGMA integrity_check', 'integrity_check'),
  rows('PRAGMA journal_mode = TRUNCATE', 'journal_mode'),
  'return db:exec("INSERT INTO t VALUES (NULL, 7); ATTACH \'/tmp/y.db\' AS y; CREATE TABLE y.u AS SELECT * FROM t") .. db:errmsg()',
  'db:close() db = sqlite3.open("/data/x.db") return db:isopen()',
  rows('SELECT count(*) AS n, max(c) AS m FROM t', 'n', 'm'),
  'local d, c, m = sqlite3.open("/nowhere/x.db") return tostring(d) .. tostring(c) .. tostring(m)',
  'local d = sqlite3.open("relative.db") return d:exec("CREATE TABLE q (a); INSERT INTO q VALUES (1)") .. tostring(d:close())',
  'local d = sqlite3.open("/data/../tmp/./q.db") return d:exec("CREATE TABLE a (b)") .. d:close() .. tostring(os.rename("/tmp/q.db", "/tmp/z.db"))',
  'return tostring(os.rename("/relative.db", "/data/r.db")) .. tostring((select(2, os.remove("/data")))) .. tostring(os.remove("/data/r.db"))',
  'local o = {} for _, p in ipairs{ "/dev", "/dev/shm/tmp", "/proc/self/fd", "/home", "/nothing", "/tmp/z.db/x" } do o[#o + 1] = p .. tostring((select(2, os.remove(p)))) end return table.concat(o, ";")',
  'local o = {} for _, p in ipairs{ { "/tmp", "/tmp/x" }, { "/tmp/z.db", "/home" }, { "/home", "/tmp/z.db" }, { "/home/web_user", "/home" }, { "/tmp/z.db", "/tmp/z.db" }, { "/home/web_user", "/tmp/web" } } do o[#o + 1] = tostring((select(2, os.rename(p[1], p[2])))) end return table.concat(o, ";")',
  'return os.tmpname()',
  'return os.clock()',
  'local d = sqlite3.open("/dev/null") return tostring(d) ',
  'error("the first error")',
];

test('queries give what they give in the loader', async () => {
  const { differing, ours } = await comparePublished('sqlite', [{}, ...queries.map(evaluate)]);
  assert.equal(differing, [], differing.join('\n'));
  assert.is(ours.filter(({ error }) => error !== undefined).length, 1);
});

test('what touches all of Lua gives what it gives in the loader', async () => {
  const { differing } = await comparePublished('sqlite', [{}, ...language]);
  assert.equal(differing, [], differing.join('\n'));
});

const start = `sqlite3 = require("lsqlite3") db = sqlite3.open("/data/x.db")
db:exec[[CREATE TABLE t (c); INSERT INTO t VALUES (1)]] return "ok"`;

/** What an Eval in this older aos returned. */
async function answer(process: TestProcess, code: string): Promise<unknown> {
  const { output, error } = await process.run(code);
  if (error !== undefined) throw new Error(String(error));
  // Its Eval says what came out under these names.
  return (output as { data: { output: unknown } }).data.output;
}

const sum = rows('SELECT sum(c) AS s, count(*) AS n FROM t', 's', 'n');

test('a turn that failed takes its changes to a database back, on disk as in memory', async () => {
  const process = await TestProcess.booted('sqlite');
  await answer(process, start);
  const before = await answer(process, sum);
  for (const code of [
    'db:exec("INSERT INTO t VALUES (100)") error("after a commit")',
    'db:exec("BEGIN; INSERT INTO t VALUES (100)") error("within a transaction")',
    'db:exec("DROP TABLE t; VACUUM") error("after the table is gone")',
    'db:close() os.remove("/data/x.db") error("after the file is gone")',
    'db:exec("INSERT INTO t VALUES (100)") while true do os.exit(1) end',
  ]) {
    assert.ok((await process.run(code)).error, code);
    assert.is(await answer(process, sum), before, code);
  }
  assert.is(await answer(process, 'return db:exec("INSERT INTO t VALUES (2)")'), 0);
  assert.is(await answer(process, sum), '3,2');
});

test('a dry run leaves no trace in a database', async () => {
  const process = await TestProcess.booted('sqlite');
  await answer(process, start);
  await process.dryRun(evaluate('return db:exec("INSERT INTO t VALUES (100)")'));
  assert.is(await answer(process, sum), '1,1');
});

test('a checkpoint holds the databases, and what is open', async () => {
  const process = await TestProcess.booted('sqlite');
  await answer(process, start);
  await answer(process, 'db:exec("BEGIN; INSERT INTO t VALUES (10)") return "open"');
  const restored = await TestProcess.restored(process.module, await process.executor.checkpoint());
  for (const one of [process, restored]) {
    await answer(one, 'db:exec("INSERT INTO t VALUES (100); COMMIT") return "closed"');
    assert.is(await answer(one, sum), '111,3');
  }
  assert.equal((await restored.executor.checkpoint()).bytes, (await process.executor.checkpoint()).bytes);
});

test('a journal in shared memory, which the module reads through WeaveDrive: a fault, where the loader ends its host', async () => {
  const process = await TestProcess.booted('sqlite');
  await answer(process, start);
  const outcomes = [
    await process.run('return db:exec("PRAGMA journal_mode = WAL")'),
    await process.run('return db:exec("INSERT INTO t VALUES (2); VACUUM")'),
  ];
  for (const { error, fault } of outcomes) assert.ok(error === undefined || fault === 'guest-trap', String(error));
  assert.is(await answer(process, 'return 1 + 1'), 2);
});

test('a database that outgrows the limit is full, and the process goes on', async () => {
  const process = await TestProcess.booted('sqlite', { fileBytes: 200_000 });
  await answer(process, start);
  const fill = 'return db:exec("INSERT INTO t VALUES (zeroblob(500000))") .. db:errmsg()';
  assert.match(String(await answer(process, fill)), /full|I\/O/);
  assert.is(await answer(process, 'return db:exec("INSERT INTO t VALUES (2)")'), 0);
  assert.is(await answer(process, sum), '3,2');
});

test.run();
