/** What AO's modules cost: a message, a process, a sleeping process, and what a second thread gains. */
import { fork } from 'node:child_process';
import { compare } from '../compare.ts';
import { type Spread, spread } from '../spread.ts';
import { table } from '../table.ts';

const rounds = 12;

const sides = {
  loaderCopy: { name: 'reference loader, memory copied', file: '../aos-ping/sides/loader-copy.ts', turns: 4 },
  loaderResident: {
    name: 'reference loader, memory in place',
    file: '../aos-ping/sides/loader-resident.ts',
    turns: 50,
  },
  unmetered: { name: 'handle, unmetered', file: './sides/raw-unmetered.ts', turns: 200 },
  handle: { name: 'handle', file: '../aos-ping/sides/raw-prepared.ts', turns: 200 },
  executor: { name: 'executor', file: '../aos-ping/sides/executor-prepared.ts', turns: 200 },
  system: { name: 'system', file: '../aos-ping/sides/system-prepared.ts', turns: 200 },
  dropIn: { name: 'drop-in loader', file: '../loader/sides/heddle-copies.ts', turns: 25 },
  another: { name: 'spawn of another', file: './sides/spawn-another.ts', turns: 4 },
  identical: { name: 'spawn of an identical one', file: './sides/spawn-identical.ts', turns: 8 },
  wake: { name: 'wake', file: './sides/wake.ts', turns: 8 },
  raw64: { name: 'handle of 64 processes', file: './sides/raw-64.ts', turns: 2 },
  inline: { name: 'no worker', file: './sides/workers-0.ts', turns: 1 },
  oneWorker: { name: 'one worker', file: './sides/workers-1.ts', turns: 1 },
  twoWorkers: { name: 'two workers', file: './sides/workers-2.ts', turns: 1 },
} as const;

type Key = keyof typeof sides;

/** A figure that stands in the table: the median of a side, and what it is compared with. */
interface Row {
  readonly what: string;
  readonly side: Key;
  readonly ratio?: { readonly to: Key; readonly what: string; readonly faster?: true };
  readonly target: string;
}

const rows: readonly Row[] = [
  { what: 'raw handle of the prepared module, the floor', side: 'handle', target: '' },
  {
    what: 'metering: handle with gas counted',
    side: 'handle',
    ratio: { to: 'unmetered', what: 'handle without' },
    target: 'at most 1.2 x',
  },
  {
    what: 'message through an executor: JSON, rollback, gas',
    side: 'executor',
    ratio: { to: 'handle', what: 'handle' },
    target: 'at most 1.25 x',
  },
  {
    what: '',
    side: 'executor',
    ratio: { to: 'loaderCopy', what: 'the loader, copying', faster: true },
    target: 'at least 150 x',
  },
  {
    what: '',
    side: 'executor',
    ratio: { to: 'loaderResident', what: 'the loader, in place', faster: true },
    target: 'at least 2 x',
  },
  {
    what: 'message through a system',
    side: 'system',
    ratio: { to: 'executor', what: 'executor' },
    target: 'at most 1.2 x',
  },
  {
    what: 'message through the drop-in loader, memories kept',
    side: 'dropIn',
    ratio: { to: 'loaderCopy', what: 'the loader, copying', faster: true },
    target: 'at least 25 x',
  },
  { what: 'spawn of another process of a warm module', side: 'another', target: 'at most 40 ms' },
  { what: 'spawn of a process that was booted before', side: 'identical', target: 'at most 10 ms' },
  { what: 'wake from a checkpoint', side: 'wake', target: 'at most 10 ms' },
  { what: 'raw handle of 64 processes by turns', side: 'raw64', target: '' },
  {
    what: 'message to one of 64 processes, no worker',
    side: 'inline',
    ratio: { to: 'raw64', what: 'handle of 64 by turns' },
    target: '',
  },
  {
    what: 'the same, one worker',
    side: 'oneWorker',
    ratio: { to: 'inline', what: 'no worker', faster: true },
    target: '',
  },
  {
    what: 'the same, two workers',
    side: 'twoWorkers',
    ratio: { to: 'inline', what: 'no worker', faster: true },
    target: '',
  },
  {
    what: '',
    side: 'twoWorkers',
    ratio: { to: 'oneWorker', what: 'one worker', faster: true },
    target: 'at least 1.7 x',
  },
];

export async function compute(): Promise<string> {
  const contenders = Object.entries(sides).map(([key, side]) => ({
    ...side,
    key,
    file: new URL(side.file, import.meta.url),
  }));
  const timed = await compare('compute', contenders, rounds);
  const spreadOf = (wanted: Key) => spread(timed.find(({ key }) => key === wanted)?.timesMs ?? []);
  const lines = rows.map(({ what, side, ratio, target }) => {
    const { median, p10, p90 } = spreadOf(side);
    const figures = what === '' ? ['', '', ''] : [median, p10, p90].map((ms) => ms.toFixed(3));
    return [what, ...figures, ratio ? compared(median, spreadOf(ratio.to), ratio) : '', target];
  });
  const footprints = [
    ['resident process, of 1,000', await footprint(Number.MAX_SAFE_INTEGER), 'at most 3 MiB'],
    ['hibernated process, of 1,000', await footprint(1), 'at most 0.6 MiB'],
  ] as const;
  const sizes = footprints.map(([what, bytes, target]) => [
    what,
    '',
    '',
    '',
    `${(bytes / 2 ** 20).toFixed(2)} MiB`,
    target,
  ]);
  return table(['aos 2.0.6', 'median ms', 'p10 ms', 'p90 ms', 'measured', 'target'], [...lines, ...sizes]);
}

function compared(median: number, other: Spread, { what, faster }: Required<Row>['ratio']): string {
  const ratio = faster ? other.median / median : median / other.median;
  return faster ? `${ratio.toFixed(2)} x as fast as ${what}` : `${ratio.toFixed(2)} x ${what}`;
}

/** Bytes that a process takes in a program with a thousand, of which so many bytes may be resident. */
function footprint(residentBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const file = new URL('./footprint.ts', import.meta.url);
    const child = fork(file, [String(residentBytes)], { execArgv: [...process.execArgv, '--expose-gc'] });
    child.once('message', resolve as (bytes: unknown) => void);
    child.once('exit', (code) => reject(new Error(`The footprint was not measured: ${code}`)));
  });
}
