/**
 * The floor: heddle's duties in the usual case, by hand in one place. Processes are found by their ids, mail gets slots and has
 * room in a bounded mailbox, turns take place in the order of slots, each is a record of a log that has a digest, and a turn that
 * throws sends nothing. What is unusual is not there at all: no other module, store, limit, trace, failure or restart.
 */
import { createHash } from 'node:crypto';
import { choose, neighbours, nextRandom, starts } from './graph.ts';
import { checkCount, type Workloads } from './workload.ts';

interface Sending {
  readonly target: string;
  readonly data: string;
}

type Receive<State> = (state: State, message: Message, turn: Turn) => State;

class Process {
  readonly index: number;
  readonly id: string;
  readonly receive: Receive<unknown>;
  state: unknown;
  slots = 0;
  evaluated = -1;
  /** Where in the log its newest turn is. */
  lastTurn = -1;
  first: Mail | undefined;
  last: Mail | undefined;
  length = 0;
  bytes = 0;

  constructor(index: number, receive: Receive<unknown>, state: unknown) {
    this.index = index;
    this.id = createHash('sha256').update(String(index)).digest('base64url');
    this.receive = receive;
    this.state = state;
  }
}

/** A message with its slot. */
class Mail {
  readonly to: Process;
  readonly by: Process;
  readonly data: string;
  /** Where in the log it was sent, which of the turn's messages it is, and where all began. */
  readonly position: number;
  readonly index: number;
  readonly root: number;
  readonly bytes: number;
  readonly slot: number;
  next: Mail | undefined;

  constructor(to: Process, by: Process, data: string, position: number, index: number, root: number, bytes: number) {
    this.to = to;
    this.by = by;
    this.data = data;
    this.position = position;
    this.index = index;
    this.root = root;
    this.bytes = bytes;
    this.slot = to.slots++;
    this.next = undefined;
  }
}

/** What of its mail a process sees. */
class Message {
  readonly #mail: Mail;

  constructor(mail: Mail) {
    this.#mail = mail;
  }

  get from(): string {
    return this.#mail.by.id;
  }

  get data(): string {
    return this.#mail.data;
  }
}

class Turn {
  #sent: Sending[] | undefined;

  static sent(turn: Turn): readonly Sending[] | undefined {
    return turn.#sent;
  }

  send({ target, data }: Sending): void {
    const sending = { target, data };
    if (this.#sent) this.#sent.push(sending);
    else this.#sent = [sending];
  }
}

const mostMail = 100_000;
const mostBytes = 1_073_741_824;
const pieceBytes = 65_536;
const recordBytes = 4_096;

class System {
  readonly #processes = new Map<string, Process>();
  readonly #owed: (Process | undefined)[];
  readonly #mask: number;
  #head = 0;
  #tail = 0;
  readonly #log = new Uint8Array(pieceBytes + recordBytes);
  #at = 0;
  #start = 0;
  readonly #digest = createHash('sha256');

  /** `room` is how many messages may be under way. */
  constructor(room: number) {
    const length = 2 ** Math.ceil(Math.log2(room + 1));
    this.#owed = Array.from({ length });
    this.#mask = length - 1;
  }

  spawn<State>(state: State, receive: Receive<State>): Process {
    // It gets back what it returned.
    const process = new Process(this.#processes.size, receive as Receive<unknown>, state);
    this.#processes.set(process.id, process);
    return process;
  }

  send(to: Process, data: string): void {
    this.#deliver(to, to, data, this.#start + this.#at, 0, this.#start + this.#at);
  }

  /** Takes so many turns at most, and says how many there were. */
  run(most = Number.POSITIVE_INFINITY): number {
    let turns = 0;
    for (; turns < most && this.#head !== this.#tail; turns++) {
      const process = this.#owed[this.#head];
      this.#owed[this.#head] = undefined;
      this.#head = (this.#head + 1) & this.#mask;
      if (process?.first) this.#turn(process, process.first);
    }
    return turns;
  }

  digest(): string {
    return this.#digest.copy().update(this.#log.subarray(0, this.#at)).digest('base64url');
  }

  #turn(process: Process, mail: Mail): void {
    const turn = new Turn();
    let sent: readonly Sending[] | undefined;
    let failed = 0;
    try {
      process.state = process.receive(process.state, new Message(mail), turn);
      sent = Turn.sent(turn);
    } catch {
      failed = 1;
    }
    if (this.#at >= pieceBytes) this.#endPiece();
    const position = this.#start + this.#at;
    this.#number(failed);
    this.#number(process.index);
    this.#number(mail.slot);
    this.#number(position - mail.position);
    this.#number(mail.index);
    this.#number(position - mail.root);
    this.#number(position - process.lastTurn);
    process.first = mail.next;
    if (process.first === undefined) process.last = undefined;
    mail.next = undefined;
    process.length--;
    process.bytes -= mail.bytes;
    process.evaluated = mail.slot;
    process.lastTurn = position;
    this.#number(sent?.length ?? 0);
    if (!sent) return;
    for (let index = 0; index < sent.length; index++) {
      // In range.
      const { target, data } = sent[index] as Sending;
      const to = this.#processes.get(target);
      this.#number(to ? to.index + 1 : 0);
      const isTaken = to !== undefined && this.#deliver(to, process, data, position, index, mail.root);
      this.#number(isTaken ? 1 : 0);
    }
  }

  /** Writes the data, and gives the message its slot if there is room. */
  #deliver(to: Process, by: Process, data: string, position: number, index: number, root: number): boolean {
    let bytes = data.length;
    this.#number(bytes);
    for (let at = 0; at < data.length; at++) {
      const unit = data.charCodeAt(at);
      if (unit > 0x7f) bytes += 2;
      this.#log[this.#at++] = unit;
    }
    if (to.length >= mostMail || to.bytes + bytes > mostBytes) return false;
    const mail = new Mail(to, by, data, position, index, root, bytes);
    if (to.last) to.last.next = mail;
    else to.first = mail;
    to.last = mail;
    to.length++;
    to.bytes += bytes;
    this.#owed[this.#tail] = to;
    this.#tail = (this.#tail + 1) & this.#mask;
    return true;
  }

  #number(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#log[this.#at++] = (rest & 0x7f) | 0x80;
    this.#log[this.#at++] = rest;
  }

  #endPiece(): void {
    this.#digest.update(this.#log.subarray(0, this.#at));
    this.#start += this.#at;
    this.#at = 0;
  }
}

export const workloads: Workloads = {
  'ping-pong': ({ messages }) => {
    const system = new System(1);
    const pong = system.spawn(0, (count, message, turn) => {
      turn.send({ target: message.from, data: 'pong' });
      return count + 1;
    });
    const ping = system.spawn(0, (left, message, turn) => {
      if (message.data !== 'pong') {
        turn.send({ target: pong.id, data: 'ping' });
        return Number(message.data);
      }
      if (left > 1) turn.send({ target: message.from, data: 'ping' });
      return left - 1;
    });
    return {
      turn() {
        system.send(ping, String(messages / 2));
        checkCount(system.run(), messages + 1, 'messages');
        return system.digest();
      },
    };
  },

  ring: ({ processes, messages }) => {
    const system = new System(1);
    const ring = Array.from({ length: processes }, () =>
      system.spawn('', (next, message, turn) => {
        const left = Number(message.data);
        if (left > 0) turn.send({ target: next, data: String(left - 1) });
        return next;
      }),
    );
    for (const [at, process] of ring.entries()) process.state = ring[(at + 1) % processes]?.id;
    return {
      turn() {
        if (ring[0]) system.send(ring[0], String(messages - 1));
        checkCount(system.run(), messages, 'hops');
        return system.digest();
      },
    };
  },

  graph: ({ processes, messages, inFlight }) => {
    const system = new System(inFlight);
    const graph = Array.from({ length: processes }, (_, random) =>
      system.spawn({ neighbours: [] as readonly string[], random }, (state, message, turn) => {
        state.random = nextRandom(state.random);
        const target = state.neighbours[choose(state.random, state.neighbours.length)] ?? '';
        turn.send({ target, data: message.data });
        return state;
      }),
    );
    for (const [at, process] of graph.entries()) {
      // A text of its own each, as if they had come in a message.
      const ids = neighbours(at, processes).map((neighbour) => graph[neighbour]?.id);
      process.state = { neighbours: ids.join(' ').split(' '), random: at };
    }
    for (const at of starts(processes, inFlight)) {
      const process = graph[at];
      if (process) system.send(process, 'on');
    }
    return { turn: () => checkCount(system.run(messages), messages, 'messages') };
  },
};
