/** Light processes as actors: heddle beside other actor systems, and beside the loop over an array that none can beat. */
import { fork } from 'node:child_process';
import { type Contender, compare } from '../compare.ts';
import { type Spread, spread } from '../spread.ts';
import { table } from '../table.ts';
import {
  type Contest,
  type Entrant,
  full,
  growth,
  million,
  millionGib,
  processBytes,
  quick,
  rates,
  spawning,
  type Target,
  type Thoroughness,
} from './contests.ts';
import { hasErlang } from './erlang.ts';
import { installPeers } from './peers.ts';
import { plot } from './plot.ts';
import { type Peer, type Task, taskArgument } from './task.ts';
import type { Size } from './workload.ts';

const program = new URL('./serve.ts', import.meta.url);

/** Enough for a million processes; what they take is measured, not limited. */
const usualOptions = ['--expose-gc', '--max-old-space-size=12288'];

/** The footprint of few processes drowns in what the program around them takes and lets go. */
const footprintDivisor = 20;

/** A row of a table: what it is about, its figure and what that should be. */
interface Row {
  readonly what: string;
  readonly figure: Spread;
  readonly plain?: number;
  readonly target?: Target | undefined;
}

export async function actors({ isQuick }: { readonly isQuick: boolean }): Promise<string> {
  const thoroughness = isQuick ? quick : full;
  const { absent, notes } = peersHere();
  const present = (contest: Contest): Contest => ({
    ...contest,
    entrants: contest.entrants.filter(({ peer }) => !absent.has(peer)),
  });
  const parts: string[] = [];
  for (const contest of rates) parts.push(await rateTable(present(contest), thoroughness));
  parts.push(await spawnTable(present(spawning), thoroughness));
  parts.push(await bytesTable(present(spawning), thoroughness));
  parts.push(await millionTable(thoroughness));
  parts.push(await growthTable(thoroughness));
  const small = isQuick
    ? [`A ${quick.divisor}th of the sizes that the tables name, and few rounds: the figures mean little.`]
    : [];
  return [...small, ...notes, ...parts].join('\n\n');
}

/** Which peers this machine lacks, and what the reader is told about it. */
function peersHere(): { readonly absent: ReadonlySet<Peer>; readonly notes: readonly string[] } {
  const absent = new Set<Peer>();
  const notes: string[] = [];
  const failure = installPeers();
  if (failure !== undefined) {
    absent.add('nact').add('comedy');
    notes.push(`nact and comedy are left out: ${failure}`);
  }
  if (!hasErlang()) {
    absent.add('erlang');
    notes.push('Erlang is left out: there is no `erl` on the PATH.');
  }
  return { absent, notes };
}

async function rateTable(contest: Contest, thoroughness: Thoroughness): Promise<string> {
  const rows = await measure(contest, thoroughness, ({ messages }) => messages, perSecond);
  return lines(`${contest.title}, M messages/s`, rows, 3);
}

async function spawnTable(contest: Contest, thoroughness: Thoroughness): Promise<string> {
  const all = contest.size.processes;
  const rows = await measure(
    contest,
    thoroughness,
    ({ processes }) => processes,
    (ms) => ms * all,
  );
  return lines(`${contest.title}, ms`, rows, 1);
}

/** Runs a contest; `partsOf` says what a turn's time is divided by, `toFigure` what is shown of the result. */
async function measure(
  { title, size, entrants }: Contest,
  { rounds, warmUpMs, divisor }: Thoroughness,
  partsOf: (size: Size) => number,
  toFigure: (ms: number) => number,
): Promise<readonly Row[]> {
  const contenders = entrants.map((entrant) => {
    const own = sizeOf(entrant, size, divisor);
    return { ...contender(entrant, own, partsOf(own)), entrant };
  });
  const timed = await compare(title, contenders, rounds, warmUpMs);
  const figures = timed.map(({ timesMs }) => spread(timesMs.map(toFigure)));
  const plain = figures[0]?.median ?? Number.NaN;
  return timed.flatMap(({ entrant }, at) => {
    const figure = figures[at];
    return figure ? [{ what: nameOf(entrant), figure, plain, target: entrant.target }] : [];
  });
}

/** Bytes of a process, one child for each side. */
async function bytesTable({ size, entrants }: Contest, { rounds, divisor }: Thoroughness): Promise<string> {
  const measured = new Map<Entrant, number[]>(entrants.map((entrant) => [entrant, []]));
  // A program that is measured once has filled its heap once; a few show how far they differ.
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const [entrant, bytes] of measured) {
      const own = sizeOf(entrant, size, Math.min(divisor, footprintDivisor));
      bytes.push(await footprint({ peer: entrant.peer, workload: entrant.workload, size: own, parts: 1 }));
    }
  }
  const figures = [...measured].map(([entrant, bytes]) => ({ entrant, figure: spread(bytes) }));
  const plain = figures[0]?.figure.median ?? Number.NaN;
  const rows = figures.map(({ entrant, figure }) => ({
    what: nameOf(entrant),
    figure,
    plain,
    target: entrant.target && processBytes,
  }));
  return lines('a process that has had a message, bytes', rows, 0);
}

function footprint(task: Task): Promise<number> {
  return new Promise((resolve, reject) => {
    const file = new URL('./footprint.ts', import.meta.url);
    const child = fork(file, [taskArgument(task)], { execArgv: [...process.execArgv, ...usualOptions] });
    child.once('exit', (code) => reject(new Error(`The footprint of ${task.peer} was not measured: ${code}`)));
    child.once('message', (bytes: number) => {
      resolve(bytes);
      child.kill();
    });
  });
}

async function millionTable({ rounds, divisor }: Thoroughness): Promise<string> {
  const contenders = million.entrants.map((entrant) => {
    const size = sizeOf(entrant, million.size, divisor);
    return { ...contender(entrant, size, size.messages), entrant };
  });
  // Warming up would add to the ten million.
  const timed = await compare(million.title, contenders, Math.min(rounds, million.rounds), 0);
  const figures = timed.map(({ timesMs }) => spread(timesMs.map(perSecond)));
  const gib = timed.map(({ peakBytes }) => spread([peakBytes / 2 ** 30]));
  const rows = timed.flatMap(({ entrant: { name, target } }, at): readonly Row[] => {
    const [figure, held] = [figures[at], gib[at]];
    if (!figure || !held) return [];
    const [plainRate, plainGib] = [figures[0]?.median ?? Number.NaN, gib[0]?.median ?? Number.NaN];
    return [
      { what: `${name}, M messages/s`, figure, plain: plainRate, target },
      { what: `${name}, most memory held, GiB`, figure: held, plain: plainGib, target: target && millionGib },
    ];
  });
  return lines(million.title, rows, 3);
}

async function growthTable({ rounds, warmUpMs, divisor }: Thoroughness): Promise<string> {
  const counts = growth.processes.filter((processes) => processes <= 1_000_000 / divisor);
  const messages = Math.ceil(growth.messages / divisor);
  const contenders = counts.flatMap((processes) =>
    (['plain', 'floor', 'heddle'] as const).map((peer) => {
      const name = `${peer}, ${processes} processes`;
      const size = { processes, messages, inFlight: growth.inFlight };
      return { ...contender({ name, peer, workload: 'graph' }, size, messages), peer };
    }),
  );
  const timed = await compare('growth', contenders, rounds, Math.min(warmUpMs, 500));
  const nsOf = (one: Peer) =>
    timed.filter(({ peer }) => peer === one).map(({ timesMs }) => spread(timesMs.map((ms) => ms * 1e6)));
  const [plain, floor, heddle] = [nsOf('plain'), nsOf('floor'), nsOf('heddle')];
  const labels = counts.map((count) => count.toLocaleString('en'));
  const growthOf = (figures: readonly Spread[], at: number) =>
    (figures[at]?.median ?? Number.NaN) / (figures[0]?.median ?? Number.NaN);
  const rows = counts.map((_, at) => {
    const figures = [heddle[at]?.median, heddle[at]?.p10, heddle[at]?.p90].map((ns) => (ns ?? Number.NaN).toFixed(0));
    const target = at === 0 ? undefined : growth.target;
    const times = growthOf(heddle, at);
    const limits = [floor, plain].flatMap((side) => [
      (side[at]?.median ?? Number.NaN).toFixed(0),
      `${growthOf(side, at).toFixed(2)} x`,
    ]);
    return [labels[at] ?? '', ...figures, `${times.toFixed(2)} x`, ...verdict(times, target, ' x'), ...limits];
  });
  const head = ['processes', 'heddle: ns a message', 'p10', 'p90', 'of 10', 'target', ''];
  const limitsHead = ['by hand: ns', 'of 10', 'plain loop: ns', 'of 10'];
  const series = [
    { name: 'heddle', mark: 'h', values: heddle.map(({ median }) => median) },
    { name: 'its duties by hand', mark: 'd', values: floor.map(({ median }) => median) },
    { name: 'plain array loop', mark: 'p', values: plain.map(({ median }) => median) },
  ];
  return `${table([...head, ...limitsHead], rows)}\n\n\`\`\`\n${plot(labels, series, 'ns a message')}\n\`\`\``;
}

function contender({ name, peer, workload, nodeOptions = [] }: Entrant, size: Size, parts: number): Contender {
  const args = [taskArgument({ peer, workload, size, parts })];
  return { name, file: program, turns: 1, args, nodeOptions: [...usualOptions, ...nodeOptions] };
}

/** What an entrant does in a turn, of a size that is divided. */
function sizeOf({ part = 1 }: Entrant, { processes, messages, inFlight }: Size, divisor: number): Size {
  const share = (count: number) => (count <= 1_000 ? count : Math.ceil((count * part) / divisor));
  return { processes: share(processes), messages: share(messages), inFlight: share(inFlight) };
}

/** Says so where a peer does a part of the work: a rate is the same, a time is scaled. */
const nameOf = ({ name, part }: Entrant): string => (part === undefined ? name : `${name} (for ${part * 100} % of it)`);

const perSecond = (ms: number): number => 1 / ms / 1_000;

function lines(title: string, rows: readonly Row[], digits: number): string {
  const head = [title, 'median', 'p10', 'p90', 'x plain loop', 'target', ''];
  return table(
    head,
    rows.map(({ what, figure: { median, p10, p90 }, plain, target }) => [
      what,
      ...[median, p10, p90].map((value) => value.toFixed(digits)),
      plain === undefined ? '' : (median / plain).toFixed(3),
      ...verdict(median, target),
    ]),
  );
}

/** The target in words, and whether the figure meets it. */
function verdict(figure: number, target: Target | undefined, unit = ''): readonly [string, string] {
  if (!target) return ['', ''];
  const isMet = 'atLeast' in target ? figure >= target.atLeast : figure <= target.atMost;
  const words = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
  return [`${words}${unit}`, isMet ? 'met' : 'not met'];
}
