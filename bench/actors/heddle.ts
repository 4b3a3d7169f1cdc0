/** heddle by what it exports, with the defaults but for how many turns a run may take. */
import { behavior, createSystem, type Module, type ProcessHandle, type System, tagValue } from 'heddle';
import { choose, neighbours, nextRandom, starts } from './graph.ts';
import { checkCount, type Size, type Work, type Workloads } from './workload.ts';

const limits = { turnsPerRun: 100_000_000 };

/** As many calls as are awaited together: enough that waiting costs nothing, and not a million promises. */
const together = 10_000;

const pinger = behavior<number>(
  {
    init: () => 0,
    receive(left, message, turn) {
      if (message.data !== 'pong') {
        const [target = '', pings] = message.data.split(' ');
        turn.send({ target, data: 'ping' });
        return Number(pings);
      }
      if (left > 1) turn.send({ target: message.from, data: 'ping' });
      return left - 1;
    },
  },
  { name: 'pinger' },
);

const ponger = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      turn.send({ target: message.from, data: 'pong' });
      return count + 1;
    },
  },
  { name: 'ponger' },
);

const taggingPinger = behavior<number>(
  {
    init: () => 0,
    receive(left, message, turn) {
      if (tagValue(message.tags, 'Action') !== 'Pong') {
        const [target = '', pings] = message.data.split(' ');
        turn.send({ target, tags: { Action: 'Ping' } });
        return Number(pings);
      }
      if (left > 1) turn.send({ target: message.from, tags: { Action: 'Ping' } });
      return left - 1;
    },
  },
  { name: 'tagging pinger' },
);

const replyingPonger = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      if (tagValue(message.tags, 'Action') === 'Ping') turn.reply(message, { tags: { Action: 'Pong' } });
      return count + 1;
    },
  },
  { name: 'replying ponger' },
);

/** Its first message names the next in the ring; every other says how many hops are left. */
const relay = behavior<string>(
  {
    init: () => '',
    receive(next, message, turn) {
      if (next === '') return message.data;
      const left = Number(message.data);
      if (left > 0) turn.send({ target: next, data: String(left - 1) });
      return next;
    },
  },
  { name: 'relay' },
);

const counter = behavior<number>({ init: () => 0, receive: (count) => count + 1 }, { name: 'counter' });

interface Wandering {
  readonly neighbours: readonly string[];
  random: number;
}

/** Its first message has its seed and its neighbours; every other goes on to one of these. */
const wanderer = behavior<Wandering>(
  {
    init: () => ({ neighbours: [], random: 0 }),
    receive(state, message, turn) {
      if (state.neighbours.length === 0) {
        const [seed, ...ids] = message.data.split(' ');
        return { neighbours: ids, random: Number(seed) };
      }
      state.random = nextRandom(state.random);
      const target = state.neighbours[choose(state.random, state.neighbours.length)] ?? '';
      turn.send({ target, data: message.data });
      return state;
    },
  },
  { name: 'wanderer' },
);

const echo = behavior<number>(
  {
    init: () => 0,
    receive(count, message, turn) {
      turn.reply(message, { data: 'pong' });
      return count + 1;
    },
  },
  { name: 'echo' },
);

export const workloads: Workloads = {
  'ping-pong': (size) => pingPong(size, pinger, ponger),
  'ping-pong, tags and reply': (size) => pingPong(size, taggingPinger, replyingPonger),
  'ping-pong, trace listener': (size) => pingPong(size, pinger, ponger, true),

  ring: async ({ processes, messages }) => {
    const system = createSystem({ limits });
    const ring = await spawnAll(system, relay, processes);
    await eachOf(ring, (process, at) => process.send({ data: ring[(at + 1) % processes]?.id ?? '' }));
    await system.settle();
    return {
      async turn() {
        await ring[0]?.send({ data: String(messages - 1) });
        checkCount((await system.settle()).turns, messages, 'hops');
      },
    };
  },

  'spawn one after the other': ({ processes }) => ({
    async turn() {
      const system = createSystem({ limits });
      const spawned: ProcessHandle[] = [];
      for (let at = 0; at < processes; at++) spawned.push(await system.spawn(counter));
      for (const process of spawned) await process.send({ data: 'hello' });
      checkCount((await system.settle()).turns, 2 * processes, 'turns');
      return system;
    },
  }),
  'spawn all at once': ({ processes }) => ({
    async turn() {
      const system = createSystem({ limits });
      const spawned = await Promise.all(Array.from({ length: processes }, () => system.spawn(counter)));
      await Promise.all(spawned.map((process) => process.send({ data: 'hello' })));
      checkCount((await system.settle()).turns, 2 * processes, 'turns');
      return system;
    },
  }),

  graph: async ({ processes, messages, inFlight }) => {
    const system = createSystem({ limits });
    const graph = await spawnAll(system, wanderer, processes);
    await eachOf(graph, (process, at) => {
      const ids = neighbours(at, processes).map((neighbour) => graph[neighbour]?.id);
      return process.send({ data: [at, ...ids].join(' ') });
    });
    await system.settle();
    for (const at of starts(processes, inFlight)) await graph[at]?.send({ data: 'on' });
    return {
      turn: async () => checkCount((await system.run({ turns: messages })).turns, messages, 'messages'),
    };
  },

  ask: ({ messages }) => asking((process) => oneByOne(process, messages), messages),
  'ask, 100 at once': ({ messages }) => asking((process) => manyAtOnce(process, messages), messages),
};

async function pingPong({ messages }: Size, one: Module, other: Module, listened = false): Promise<Work> {
  const system = createSystem({ limits });
  const ping = await system.spawn(one);
  const pong = await system.spawn(other);
  await system.settle();
  let events = 0;
  if (listened) system.trace.subscribe(() => events++);
  return {
    async turn() {
      events = 0;
      await ping.send({ data: `${pong.id} ${messages / 2}` });
      checkCount((await system.settle()).turns, messages + 1, 'messages');
      if (listened && events < messages) throw new Error(`${events} events of ${messages} messages`);
    },
  };
}

async function asking(ask: (process: ProcessHandle) => Promise<number>, messages: number): Promise<Work> {
  const system = createSystem({ limits });
  const process = await system.spawn(echo);
  await system.settle();
  return { turn: async () => checkCount(await ask(process), messages, 'replies') };
}

async function oneByOne(process: ProcessHandle, messages: number): Promise<number> {
  let pongs = 0;
  for (let asked = 0; asked < messages; asked++) if ((await process.ask({ data: 'ping' })).data === 'pong') pongs++;
  return pongs;
}

async function manyAtOnce(process: ProcessHandle, messages: number): Promise<number> {
  let pongs = 0;
  for (let asked = 0; asked < messages; asked += 100) {
    const replies = await Promise.all(Array.from({ length: 100 }, () => process.ask({ data: 'ping' })));
    for (const reply of replies) if (reply.data === 'pong') pongs++;
  }
  return pongs;
}

async function spawnAll(system: System, module: Module, count: number): Promise<readonly ProcessHandle[]> {
  const spawned: ProcessHandle[] = [];
  while (spawned.length < count) {
    const length = Math.min(together, count - spawned.length);
    spawned.push(...(await Promise.all(Array.from({ length }, () => system.spawn(module)))));
  }
  return spawned;
}

async function eachOf<T>(all: readonly T[], use: (one: T, at: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += together) {
    await Promise.all(all.slice(from, from + together).map((one, at) => use(one, from + at)));
  }
}
