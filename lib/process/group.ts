import type { LazyMessage } from '../core/message.ts';
import type { Process } from './process.ts';

/** Which members of a group get a message: all, one after the other, the one with least mail, or always the same for a key. */
export type Routing = 'broadcast' | 'round-robin' | 'least-busy' | 'consistent-hash';

/** Processes under one name, in the order in which they joined. */
export class Group {
  readonly name: string;
  readonly routing: Routing;
  /** The tag whose value is the key of a message; who sends it if there is none. */
  readonly keyTag: string | undefined;
  readonly members: Process[] = [];
  readonly #known = new Set<Process>();
  /** The place of the member whose turn is next. */
  #next = 0;

  constructor(name: string, routing: Routing, keyTag?: string) {
    this.name = name;
    this.routing = routing;
    this.keyTag = keyTag;
  }

  add(process: Process): void {
    if (this.#known.has(process)) return;
    this.#known.add(process);
    this.members.push(process);
  }

  remove(process: Process): void {
    if (!this.#known.delete(process)) return;
    const place = this.members.indexOf(process);
    this.members.splice(place, 1);
    if (place < this.#next) this.#next--;
  }

  /** The members that get a message. Those that take none are passed over. */
  route(message: Pick<LazyMessage, 'from' | 'tag'>): readonly Process[] {
    if (this.routing === 'broadcast') return this.members.filter(isOpen);
    const one = this.#one(message);
    return one ? [one] : [];
  }

  /** Who got the last message, where that decides who gets the next. */
  get lastChosen(): Process | undefined {
    return this.members[this.#next - 1];
  }

  /** Notes who got a message. */
  chose([process]: readonly Process[]): void {
    if (process && this.routing === 'round-robin') this.#next = this.members.indexOf(process) + 1;
  }

  #one(message: Pick<LazyMessage, 'from' | 'tag'>): Process | undefined {
    switch (this.routing) {
      case 'round-robin':
        return (
          this.members.find((process, place) => place >= this.#next && isOpen(process)) ?? this.members.find(isOpen)
        );
      case 'least-busy':
        return best(this.members, (process) => -(process.mailbox.length + process.mailbox.waitingLength));
      default: {
        const key = (this.keyTag === undefined ? undefined : message.tag(this.keyTag)) ?? message.from;
        // The highest of hashes of key and member: who joins or leaves moves only the keys that it gets or had.
        return best(this.members, (process) => hash32(`${process.id} ${key}`));
      }
    }
  }
}

const isOpen = ({ running }: Process): boolean => running;

/** The first of those that take mail for which the measure is highest. */
function best(processes: readonly Process[], measure: (process: Process) => number): Process | undefined {
  let found: Process | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const process of processes) {
    if (!isOpen(process)) continue;
    const value = measure(process);
    if (value > highest) [found, highest] = [process, value];
  }
  return found;
}

/** FNV-1a with the last steps of MurmurHash3, which spread it over all 32 bits. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
