import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Limits } from '../../core/limits.ts';
import { type RandomStream, randomStream } from '../../core/random.ts';
import { FileError } from '../wasm/files/index.ts';
import { costs } from '../wasm/host-gas.ts';
import { Descriptors } from './descriptors.ts';
import { errno } from './errno.ts';
import type { FileTree } from './file-tree.ts';
import { Memory } from './memory.ts';
import { resolvePath } from './path.ts';
import { type Place, TurnFiles } from './turn-files.ts';

/** What a turn is given. Nothing else comes into it. */
export interface HostGiven {
  /** What the guest reads from its standard input. */
  readonly input: Uint8Array;
  readonly timestampMs: number;
  /** What its random bytes follow from. */
  readonly seed: string;
  readonly files: FileTree;
  readonly limits: Limits;
  /** What the host may do for the guest, in units of gas; Infinity for a guest that counts none. */
  readonly gas: number;
}

/** The world that a guest sees for the length of one turn. */
export class Host {
  readonly given: HostGiven;
  readonly memory: Memory;
  readonly descriptors: Descriptors;
  /** What the host did for the guest. */
  gasUsed = 0;
  #clock: bigint;
  #random: RandomStream | undefined;
  #files: TurnFiles | undefined;
  #inputAt = 0;
  #output: Uint8Array[] = [];
  #outputBytes = 0;
  #errors = new Uint8Array(0);

  constructor(given: HostGiven, memory: WebAssembly.Memory) {
    this.given = given;
    this.memory = new Memory(memory);
    this.descriptors = new Descriptors(given.limits.openFiles);
    this.#clock = BigInt(given.timestampMs) * 1_000_000n;
  }

  /** Has the guest pay for what the host does next. Throws `guest-over-gas`. */
  charge(units: number): void {
    this.gasUsed += units;
    const { gas } = this.given;
    if (this.gasUsed > gas) throw new HeddleError('guest-over-gas', 'out of gas!', { gasLimit: gas });
  }

  /** Nanoseconds since 1970: the message's timestamp, and one more with each reading, since clocks never stand still. */
  readClock(): bigint {
    this.#clock += 1n;
    return this.#clock;
  }

  /** Nanoseconds that the turn has taken by its own clock. */
  get elapsed(): bigint {
    return this.readClock() - BigInt(this.given.timestampMs) * 1_000_000n;
  }

  /** Lets time pass, for a guest that wants to wait. */
  wait(nanoseconds: bigint): void {
    if (nanoseconds > 0n) this.#clock += nanoseconds;
  }

  randomByte(): number {
    this.#random ??= randomStream(this.given.seed, 'wasi');
    return this.#random.below(256);
  }

  /** The files, put in place for the first call that needs them; most turns of most processes have none. */
  get files(): TurnFiles {
    const { files, limits } = this.given;
    this.#files ??= new TurnFiles(files, this.memory.memory, limits, (units) => this.charge(units));
    return this.#files;
  }

  /** All files as the turn has left them. */
  get tree(): FileTree {
    return this.#files?.tree() ?? this.given.files;
  }

  /** Bytes of the input that were not read yet. */
  get unread(): number {
    return this.given.input.length - this.#inputAt;
  }

  /** Reads from the input into `part`; how many bytes it was. */
  readInput(part: Uint8Array): number {
    const bytes = this.given.input.subarray(this.#inputAt, this.#inputAt + part.length);
    part.set(bytes);
    this.#inputAt += bytes.length;
    return bytes.length;
  }

  print(bytes: Uint8Array): void {
    this.#outputBytes += bytes.length;
    const { resultBytes: limit } = this.given.limits;
    if (this.#outputBytes > limit) {
      throw new HeddleError('result-malformed', `The module prints more than ${limit} bytes`, { limit });
    }
    this.#output.push(bytes);
  }

  /** Keeps the end of what the guest says of its errors, which is where the reason stands. */
  complain(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#errors.length + Math.min(bytes.length, longestComplaint));
    all.set(this.#errors);
    all.set(bytes.subarray(-longestComplaint), this.#errors.length);
    this.#errors = all.slice(-longestComplaint);
  }

  /** What the guest printed; what is not UTF-8 in it reads as U+FFFD. */
  get output(): string {
    const decoder = new TextDecoder();
    return this.#output.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
  }

  get complaint(): string {
    return excerpt(new TextDecoder().decode(this.#errors).trim(), longestComplaint);
  }

  /** The place that a path in the guest's memory is, seen from the folder of a descriptor. */
  place(folder: number, at: number, length: number): Place {
    const { path, inner } = this.descriptors.folder(folder);
    this.charge(length * costs.character);
    return { path: resolvePath(path, this.#text(at, length)), folder: inner, at, length };
  }

  free(): void {
    this.#files?.free();
    this.#files = undefined;
  }

  #text(at: number, length: number): string {
    try {
      return strictUtf8.decode(this.memory.part(at, length));
    } catch (thrown) {
      throw thrown instanceof TypeError ? new FileError(errno.notText) : thrown;
    }
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const longestComplaint = 500;
