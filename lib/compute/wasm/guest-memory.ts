import { HeddleError } from '../../core/error.ts';
import type { Abi } from './abi.ts';

export const pageBytes = 65_536;

/**
 * A guest's linear memory, seen from the host. Views on it die whenever it grows, so they are taken anew from here each
 * time. Every access outside the memory throws, as a guest's own would trap.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #abi: Abi;
  readonly #maximumBytes: number;
  /** How large its process may have it become, besides what the module allows. */
  limitBytes = Number.POSITIVE_INFINITY;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;

  constructor(memory: WebAssembly.Memory, abi: Abi, maximumBytes: number) {
    this.#memory = memory;
    this.#abi = abi;
    this.#maximumBytes = maximumBytes;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#renew();
    return this.#bytes;
  }

  get view(): DataView {
    this.#renew();
    return this.#view;
  }

  get length(): number {
    return this.bytes.length;
  }

  readPointer(at: number): number {
    return this.#abi.wide ? Number(this.view.getBigUint64(at, true)) : this.view.getUint32(at, true);
  }

  writePointer(at: number, value: number): void {
    if (this.#abi.wide) this.view.setBigInt64(at, BigInt(value), true);
    else this.view.setInt32(at, value, true);
  }

  readInt32(at: number): number {
    return this.view.getInt32(at, true);
  }

  writeInt32(at: number, value: number): void {
    this.view.setInt32(at, value, true);
  }

  /** The bytes from `start` up to `end`, all of which are there. */
  part(start: number, end: number): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= bytes.length)) {
      throw new HeddleError('guest-trap', `Bytes ${start} to ${end} are outside the module's memory`, { start, end });
    }
    return bytes.subarray(start, end);
  }

  /** Where the text that starts at `start` ends: its first zero byte. */
  textEnd(start: number): number {
    const end = this.part(start, this.length).indexOf(0);
    if (end < 0)
      throw new HeddleError('guest-trap', `The text at ${start} does not end within the module's memory`, { start });
    return start + end;
  }

  /** The text at `start`; what is not UTF-8 in it reads as U+FFFD, as AO's loader has it. */
  readText(start: number): string {
    return utf8.decode(this.part(start, this.textEnd(start)));
  }

  writeText(start: number, text: string): void {
    const bytes = utf8Encoder.encode(`${text}\0`);
    this.part(start, start + bytes.length).set(bytes);
  }

  /** Makes the memory `size` bytes large, if that is allowed. Throws if it is and the host cannot. */
  growTo(size: number): boolean {
    if (size > Math.min(this.#maximumBytes, this.limitBytes)) return false;
    const pages = Math.ceil((size - this.length) / pageBytes);
    try {
      growMemory(this.#memory, pages);
    } catch (cause) {
      // The host's luck must not become an outcome: another host would have another.
      const facts = { bytes: size, maximumBytes: this.#maximumBytes };
      throw new HeddleError('memory-unavailable', `The host cannot give the module ${size} bytes`, facts, { cause });
    }
    return true;
  }

  #renew(): void {
    if (this.#bytes.length > 0) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }
}

/** Newer engines take the pages of a 64-bit memory as a bigint, older ones as a number. */
function growMemory(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The type describes the older engines.
    memory.grow(BigInt(pages) as unknown as number);
  }
}

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();
