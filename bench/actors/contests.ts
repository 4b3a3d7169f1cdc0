/** What is compared with what, how large it is, and what heddle should reach. */
import type { Peer } from './task.ts';
import type { Size } from './workload.ts';

/** What heddle's figure should be. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

export interface Entrant {
  readonly name: string;
  readonly peer: Peer;
  readonly workload: string;
  /** What part of the contest's size a slow peer does in a turn. */
  readonly part?: number;
  readonly target?: Target;
  /** What Node is started with besides. */
  readonly nodeOptions?: readonly string[];
}

export interface Contest {
  readonly title: string;
  readonly size: Size;
  /** The plain loop first: the others are compared with it. */
  readonly entrants: readonly Entrant[];
}

/** How thorough a run is. */
export interface Thoroughness {
  readonly rounds: number;
  readonly warmUpMs: number;
  /** What the sizes are divided by. */
  readonly divisor: number;
}

export const full: Thoroughness = { rounds: 12, warmUpMs: 3_000, divisor: 1 };
export const quick: Thoroughness = { rounds: 3, warmUpMs: 100, divisor: 200 };

const plainLoop = 'plain array loop';
const byHand = 'its duties by hand';

/** Four times as much code as the engine otherwise puts into one function. */
const moreInlined = { name: 'heddle, more inlined', nodeOptions: ['--max-inlined-bytecode-size-cumulative=4000'] };

/** Their figure is a rate. */
export const rates: readonly Contest[] = [
  {
    title: 'ping-pong of two processes',
    size: { processes: 2, messages: 1_000_000, inFlight: 1 },
    entrants: [
      { name: plainLoop, peer: 'plain', workload: 'ping-pong' },
      { name: byHand, peer: 'floor', workload: 'ping-pong' },
      { name: 'heddle, data alone', peer: 'heddle', workload: 'ping-pong', target: { atLeast: 5 } },
      { ...moreInlined, peer: 'heddle', workload: 'ping-pong' },
      { name: 'heddle, tags and reply', peer: 'heddle', workload: 'ping-pong, tags and reply' },
      {
        name: 'heddle, a trace listener',
        peer: 'heddle',
        workload: 'ping-pong, trace listener',
        target: { atLeast: 2 },
      },
      { name: 'xstate, transition functions', peer: 'xstate', workload: 'ping-pong' },
      { name: 'xstate, machines', peer: 'xstate', workload: 'ping-pong, machines', part: 0.2 },
      { name: 'nact', peer: 'nact', workload: 'ping-pong', part: 0.2 },
      { name: 'comedy', peer: 'comedy', workload: 'ping-pong' },
      { name: 'Erlang', peer: 'erlang', workload: 'ping-pong' },
    ],
  },
  {
    title: 'ring of 1,000 processes',
    size: { processes: 1_000, messages: 1_000_000, inFlight: 1 },
    entrants: [
      { name: plainLoop, peer: 'plain', workload: 'ring' },
      { name: byHand, peer: 'floor', workload: 'ring' },
      { name: 'heddle', peer: 'heddle', workload: 'ring', target: { atLeast: 5 } },
      { ...moreInlined, peer: 'heddle', workload: 'ring' },
      { name: 'xstate, transition functions', peer: 'xstate', workload: 'ring' },
      { name: 'nact', peer: 'nact', workload: 'ring', part: 0.2 },
      { name: 'comedy', peer: 'comedy', workload: 'ring' },
      { name: 'Erlang', peer: 'erlang', workload: 'ring' },
    ],
  },
  {
    title: 'ask, one after the other',
    size: { processes: 1, messages: 200_000, inFlight: 1 },
    entrants: [
      { name: plainLoop, peer: 'plain', workload: 'ask' },
      { name: 'heddle', peer: 'heddle', workload: 'ask', target: { atLeast: 0.5 } },
      { ...moreInlined, peer: 'heddle', workload: 'ask' },
      { name: 'heddle, 100 at once', peer: 'heddle', workload: 'ask, 100 at once' },
      { name: 'xstate, send and waitFor', peer: 'xstate', workload: 'send and waitFor' },
      { name: 'nact, query', peer: 'nact', workload: 'ask' },
      { name: 'comedy, sendAndReceive', peer: 'comedy', workload: 'ask' },
      { name: 'Erlang, send and receive', peer: 'erlang', workload: 'ask' },
    ],
  },
];

/** Its figures are the time of a turn, and the bytes that a process takes when it is over. */
export const spawning: Contest = {
  title: 'spawn of 100,000 and a message to each',
  size: { processes: 100_000, messages: 100_000, inFlight: 100_000 },
  entrants: [
    { name: plainLoop, peer: 'plain', workload: 'spawn' },
    {
      name: 'heddle, one after the other',
      peer: 'heddle',
      workload: 'spawn one after the other',
      target: { atMost: 200 },
    },
    { name: 'heddle, all at once', peer: 'heddle', workload: 'spawn all at once', target: { atMost: 200 } },
    { name: 'xstate, transition functions', peer: 'xstate', workload: 'spawn' },
    { name: 'nact', peer: 'nact', workload: 'spawn' },
    { name: 'comedy', peer: 'comedy', workload: 'spawn', part: 0.1 },
    { name: 'Erlang', peer: 'erlang', workload: 'spawn' },
  ],
};

export const processBytes: Target = { atMost: 600 };

/** A million processes and ten million messages, a tenth of them in each of ten rounds. */
export const million: Contest & { readonly rounds: number } = {
  rounds: 10,
  title: '1,000,000 processes in a random graph, 10,000,000 messages',
  size: { processes: 1_000_000, messages: 1_000_000, inFlight: 10_000 },
  entrants: [
    { name: plainLoop, peer: 'plain', workload: 'graph' },
    { name: byHand, peer: 'floor', workload: 'graph' },
    { name: 'heddle', peer: 'heddle', workload: 'graph', target: { atLeast: 1 } },
  ],
};

export const millionGib: Target = { atMost: 8 };

/** What a message costs in ever larger systems. */
export const growth = {
  processes: [10, 100, 1_000, 10_000, 100_000, 1_000_000],
  messages: 200_000,
  inFlight: 1_000,
  target: { atMost: 3 },
} as const;
