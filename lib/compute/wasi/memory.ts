import { FileError } from '../wasm/files/index.ts';
import { errno } from './errno.ts';

/**
 * A guest's memory, as the functions it imports see it. A place outside of it is the guest's mistake, of which it is told
 * by `errno`. Views die whenever the memory grows, so they are taken anew each time.
 */
export class Memory {
  readonly memory: WebAssembly.Memory;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  get bytes(): Uint8Array {
    this.#renew();
    return this.#bytes;
  }

  get length(): number {
    return this.memory.buffer.byteLength;
  }

  /** So many bytes from `start` on, all of which are there. */
  part(start: number, length: number): Uint8Array {
    const { bytes } = this;
    if (start + length > bytes.length) throw new FileError(errno.fault);
    return bytes.subarray(start, start + length);
  }

  readU32(at: number): number {
    return this.#at(at, 4).getUint32(at, true);
  }

  readU64(at: number): bigint {
    return this.#at(at, 8).getBigUint64(at, true);
  }

  writeU8(at: number, value: number): void {
    this.#at(at, 1).setUint8(at, value);
  }

  writeU16(at: number, value: number): void {
    this.#at(at, 2).setUint16(at, value, true);
  }

  writeU32(at: number, value: number): void {
    this.#at(at, 4).setUint32(at, value, true);
  }

  writeU64(at: number, value: bigint): void {
    this.#at(at, 8).setBigUint64(at, value, true);
  }

  #at(start: number, length: number): DataView {
    this.#renew();
    if (start + length > this.#view.byteLength) throw new FileError(errno.fault);
    return this.#view;
  }

  #renew(): void {
    const { buffer } = this.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }
}
