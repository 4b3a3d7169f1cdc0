import { HeddleError } from '../../../core/error.ts';

/** Reads forward through a part of a module, and refuses to leave it. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get ended(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    const value = this.at < this.end ? this.bytes[this.at] : undefined;
    if (value === undefined) throw unreadable('it ends too early', this.at);
    this.at++;
    return value;
  }

  /** An unsigned LEB128 number, which a size, an index or a count of pages is. */
  number(): number {
    let value = 0;
    for (let scale = 1; scale <= largestScale; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw unreadable('a number is too long', this.at);
  }

  /** Passes over a LEB128 number of either sign and any length. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  skip(count: number): void {
    if (count > this.end - this.at) throw unreadable('it ends too early', this.at);
    this.at += count;
  }

  /** The next `length` bytes as a reader of their own. */
  part(length: number): ByteReader {
    const start = this.at;
    this.skip(length);
    return new ByteReader(this.bytes, start, this.at);
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.end);
  }

  text(): string {
    const length = this.number();
    const start = this.at;
    this.skip(length);
    return utf8.decode(this.bytes.subarray(start, this.at));
  }
}

/** Seven digits: 49 bits, more than any size or count of pages in a module that can be loaded. */
const largestScale = 0x80 ** 6;
const utf8 = new TextDecoder();

export const unreadable = (what: string, at: number): HeddleError =>
  new HeddleError('module-invalid', `The module cannot be read: ${what}, at byte ${at}`, { at });
