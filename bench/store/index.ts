/** What keeping a run on disk costs: against the disk, against bare LMDB, and against memory. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSystem, wasm } from 'heddle';
import { lmdbStore } from 'heddle/store/lmdb';
import { handler, published } from '../aos-ping/ping.ts';
import { compare } from '../compare.ts';
import { spread } from '../spread.ts';
import { table } from '../table.ts';
import type { Measured } from './publish.ts';

const rounds = 9;
const warmUpMs = 2_000;

/** A figure of the table: what a side does in a second, and what that is compared with. */
interface Row {
  readonly what: string;
  readonly side: string;
  readonly turns: number;
  readonly to?: readonly [side: string, name: string];
  readonly target?: string;
}

const rows: readonly Row[] = [
  { what: 'disk: 60 bytes appended to a file, fdatasync', side: 'disk', turns: 60 },
  { what: 'LMDB: 60 bytes, flushed one by one', side: 'raw-flush', turns: 60, to: ['disk', 'the disk'] },
  { what: 'LMDB: 1 KB, pipelined until flushed', side: 'raw-pipelined', turns: 2 },
  {
    what: 'store: 60 bytes on each',
    side: 'each',
    turns: 60,
    to: ['raw-flush', 'LMDB one by one'],
    target: 'at least 0.8 x',
  },
  { what: 'light messages, memory store', side: 'light-memory-store', turns: 3 },
  {
    what: 'light messages on memory',
    side: 'light-memory',
    turns: 3,
    to: ['light-memory-store', 'the memory store'],
  },
  {
    what: 'light messages on batched',
    side: 'light-batched',
    turns: 3,
    to: ['light-memory-store', 'the memory store'],
    target: 'at least 100,000 /s',
  },
  { what: 'light messages on each', side: 'light-each', turns: 3, to: ['light-memory-store', 'the memory store'] },
  { what: 'aos messages, memory store', side: 'aos-memory-store', turns: 4 },
  {
    what: 'aos messages on batched',
    side: 'aos-batched',
    turns: 4,
    to: ['aos-memory-store', 'the memory store'],
    target: 'at least 0.9 x',
  },
];

export async function store({ isQuick }: { readonly isQuick: boolean }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  try {
    const file = new URL('./side.ts', import.meta.url);
    const contenders = rows.map(({ what, side, turns }) => ({ name: what, side, turns, file, args: [side, folder] }));
    const timed = await compare('store', contenders, isQuick ? 2 : rounds, isQuick ? 200 : warmUpMs);
    const medianOf = (wanted: string) => spread(timed.find(({ side }) => side === wanted)?.timesMs ?? []).median;
    const lines = rows.map(({ what, side, to, target = '' }) => {
      const { median, p10, p90 } = spread(timed.find((one) => one.side === side)?.timesMs ?? []);
      const compared = to ? `${(medianOf(to[0]) / median).toFixed(2)} x ${to[1]}` : '';
      return [what, ...[median, p90, p10].map(perSecond), compared, target];
    });
    const head = ['what is kept', 'per second', 'p10', 'p90', 'measured', 'target'];
    const parts = [await size(join(folder, 'size')), await recovery(folder, isQuick), await publishing(isQuick)];
    return [table(head, lines), ...parts].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const perSecond = (ms: number): string => Math.round(1000 / ms).toLocaleString('en-US');

/** What an aos message takes on disk. */
async function size(folder: string): Promise<string> {
  const kept = lmdbStore(folder);
  const system = createSystem({ store: kept });
  const process = await system.spawn(wasm(published.bytes(), { prepare: 'before' }));
  await process.send({ tags: { Action: 'Eval' }, data: handler });
  await system.settle();
  const fileBytes = () => statSync(join(folder, 'log.mdb')).size;
  const [logBefore, fileBefore] = [kept.length, fileBytes()];
  const messages = 900;
  let own = 0;
  for (let sent = 0; sent < messages; sent++) {
    const receipt = await process.send({ tags: { Action: 'Ping' } });
    if (sent % 100 === 99) await system.settle();
    if (sent !== messages - 1) continue;
    const { messages: sentOn, output } = await receipt.outcome();
    const asked = (await process.schedule()).at(-1)?.message;
    own = [asked, ...sentOn, output].map((one) => JSON.stringify(one)?.length ?? 0).reduce((sum, bytes) => sum + bytes);
  }
  await system.flush();
  const [logBytes, diskBytes] = [kept.length - logBefore, fileBytes() - fileBefore].map((bytes) => bytes / messages);
  await system.close();
  const line = [
    'aos message and its reply',
    `${own} as JSON`,
    `${(logBytes ?? 0).toFixed(0)}`,
    `${(diskBytes ?? 0).toFixed(0)}`,
    `${((diskBytes ?? 0) / own).toFixed(2)} x its own`,
    'at most 2 x',
  ];
  return table(['bytes', 'own', 'in the log', 'on disk', 'measured', 'target'], [line]);
}

/** How long a long log takes to be opened. */
async function recovery(folder: string, isQuick: boolean): Promise<string> {
  const path = join(folder, 'recovery');
  const [processes, slots] = isQuick ? [20, 50] : [1_000, 1_000];
  const run = async (...args: readonly string[]) => {
    const file = fileURLToPath(new URL('./recovery.ts', import.meta.url));
    const execArgv = [...process.execArgv, '--experimental-wasm-memory64', file, ...args];
    return (await promisify(execFile)(process.execPath, execArgv)).stdout;
  };
  await run('make', path, String(processes), String(slots));
  const times: { storeMs: number; openMs: number; turnMs: number; logBytes: number }[] = [];
  for (let round = 0; round < (isQuick ? 1 : 3); round++) times.push(JSON.parse(await run('open', path)));
  const medianOf = (key: 'storeMs' | 'openMs' | 'turnMs') => spread(times.map((one) => one[key])).median;
  const line = [
    `${processes.toLocaleString('en-US')} aos processes of ${slots.toLocaleString('en-US')} slots, ${megabytes(times[0]?.logBytes ?? 0)} MB of log`,
    ...(['storeMs', 'openMs', 'turnMs'] as const).map((key) => `${medianOf(key).toFixed(0)} ms`),
    'at most 5 s before the first turn',
  ];
  return table(['opened again', 'store', 'log read', 'first turn', 'target'], [line]);
}

/** What it takes to publish a run, to a sink in another program. */
async function publishing(isQuick: boolean): Promise<string> {
  const run = async (...args: readonly string[]): Promise<Measured> => {
    const file = fileURLToPath(new URL('./publish.ts', import.meta.url));
    const execArgv = [...process.execArgv, '--expose-gc', file, ...args];
    return JSON.parse((await promisify(execFile)(process.execPath, execArgv)).stdout);
  };
  const items = isQuick ? 2_000 : 10_000;
  const lines: string[][] = [];
  for (const way of ['transactions', 'bundler']) {
    const times: Measured[] = [];
    for (let round = 0; round < (isQuick ? 1 : 5); round++) times.push(await run(String(items), way, 'time'));
    const each = (one: Measured, ms: number) => ms / one.items;
    const ours = spread(times.map((one) => each(one, one.publishMs)));
    const signing = spread(times.map((one) => each(one, one.signMs)));
    const memory = await run(String(items), way, 'memory');
    const tenfold = await run(String(items * 10), way, 'memory');
    lines.push([
      `${items.toLocaleString('en-US')} items ${way === 'bundler' ? 'as bundles to a bundler' : 'as transactions to a node'}`,
      ...[ours.median, ours.p90, ours.p10, signing.median].map(perSecond),
      `${(signing.median / ours.median).toFixed(2)} x the signer alone`,
      ...[memory, tenfold].map((one) => `${megabytes(one.heapBytes)} + ${megabytes(one.processBytes)} MB`),
    ]);
  }
  const head = ['published', 'per second', 'p10', 'p90', 'signed', 'measured', 'heap + process', 'ten times as many'];
  return table(head, lines);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
