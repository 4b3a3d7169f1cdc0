/** The physical limit: objects in an array and a queue of messages to them. No ids, no isolation, no order but the queue's. */
import { choose, neighbours, nextRandom, starts } from './graph.ts';
import { checkCount, type Workloads } from './workload.ts';

interface Mail {
  readonly target: number;
  readonly from: number;
  readonly data: string | number;
}

interface Process {
  receive(mail: Mail): void;
}

/** A queue of a fixed number of messages, and the loop that empties it. */
class Loop {
  readonly processes: Process[] = [];
  readonly #queue: (Mail | undefined)[];
  readonly #mask: number;
  #head = 0;
  #tail = 0;

  constructor(room: number) {
    const length = 2 ** Math.ceil(Math.log2(room + 1));
    this.#queue = Array.from({ length });
    this.#mask = length - 1;
  }

  send(target: number, from: number, data: string | number): void {
    this.#queue[this.#tail] = { target, from, data };
    this.#tail = (this.#tail + 1) & this.#mask;
  }

  /** Handles so many messages at most, and says how many there were. */
  run(most = Number.POSITIVE_INFINITY): number {
    let handled = 0;
    while (handled < most && this.#head !== this.#tail) {
      const mail = this.#queue[this.#head];
      this.#queue[this.#head] = undefined;
      this.#head = (this.#head + 1) & this.#mask;
      if (mail) this.processes[mail.target]?.receive(mail);
      handled++;
    }
    return handled;
  }
}

class Relay implements Process {
  readonly #loop: Loop;
  readonly #self: number;
  readonly #next: number;

  constructor(loop: Loop, self: number, next: number) {
    this.#loop = loop;
    this.#self = self;
    this.#next = next;
  }

  receive({ data }: Mail): void {
    const left = Number(data);
    if (left > 0) this.#loop.send(this.#next, this.#self, left - 1);
  }
}

class Counter implements Process {
  #count = 0;

  receive(): void {
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }
}

class Wanderer implements Process {
  readonly #loop: Loop;
  readonly #self: number;
  readonly #neighbours: readonly number[];
  #random: number;

  constructor(loop: Loop, self: number, processes: number) {
    this.#loop = loop;
    this.#self = self;
    this.#neighbours = neighbours(self, processes);
    this.#random = self;
  }

  receive({ data }: Mail): void {
    this.#random = nextRandom(this.#random);
    const to = this.#neighbours[choose(this.#random, this.#neighbours.length)];
    if (to !== undefined) this.#loop.send(to, this.#self, data);
  }
}

const outside = -1;

export const workloads: Workloads = {
  'ping-pong': ({ messages }) => {
    const loop = new Loop(1);
    let left = 0;
    loop.processes.push(
      {
        receive({ data }) {
          if (data === 'pong') left--;
          if (left > 0) loop.send(1, 0, 'ping');
        },
      },
      { receive: ({ from }) => loop.send(from, 1, 'pong') },
    );
    return {
      turn() {
        left = messages / 2;
        loop.send(0, outside, 'start');
        checkCount(loop.run(), messages + 1, 'messages');
      },
    };
  },

  ring: ({ processes, messages }) => {
    const loop = new Loop(1);
    for (let at = 0; at < processes; at++) loop.processes.push(new Relay(loop, at, (at + 1) % processes));
    return {
      turn() {
        loop.send(0, outside, messages - 1);
        checkCount(loop.run(), messages, 'hops');
      },
    };
  },

  spawn: ({ processes }) => ({
    turn() {
      const loop = new Loop(processes);
      const counters = Array.from({ length: processes }, () => new Counter());
      for (const counter of counters) loop.processes.push(counter);
      for (let at = 0; at < processes; at++) loop.send(at, outside, 'hello');
      loop.run();
      checkCount(counters.filter(({ count }) => count === 1).length, processes, 'messages');
      return counters;
    },
  }),

  graph: ({ processes, messages, inFlight }) => {
    const loop = new Loop(inFlight);
    for (let at = 0; at < processes; at++) loop.processes.push(new Wanderer(loop, at, processes));
    for (const at of starts(processes, inFlight)) loop.send(at, outside, 'on');
    return { turn: () => checkCount(loop.run(messages), messages, 'messages') };
  },

  ask: ({ messages }) => {
    const loop = new Loop(1);
    loop.processes.push({ receive: ({ from }) => loop.send(from, 0, 'pong') });
    const ask = (): Promise<unknown> =>
      new Promise((resolve) => {
        loop.processes[1] = { receive: ({ data }) => resolve(data) };
        loop.send(0, 1, 'ping');
        loop.run();
      });
    return {
      async turn() {
        let pongs = 0;
        for (let asked = 0; asked < messages; asked++) if ((await ask()) === 'pong') pongs++;
        checkCount(pongs, messages, 'replies');
      },
    };
  },
};
