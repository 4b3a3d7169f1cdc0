/** Reads what a {@link ByteWriter} wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #longs: number[] | undefined;
  at: number;

  /** Notes in `longs` where it has read eight bytes. */
  constructor(bytes: Uint8Array, at = 0, longs?: number[]) {
    this.#bytes = bytes;
    this.#longs = longs;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('the bytes end too early');
    return byte;
  }

  number(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
      if (unit > 2 ** 49) throw new RangeError('a number is too long');
    }
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  long(): bigint {
    this.#longs?.push(this.at);
    let value = 0n;
    for (let byte = 0; byte < 8; byte++) value |= BigInt(this.byte()) << BigInt(byte * 8);
    return value;
  }

  text(): string {
    const length = this.number();
    const end = this.at + length;
    if (end > this.#bytes.length) throw new RangeError('the bytes end too early');
    const text = utf8.decode(this.#bytes.subarray(this.at, end));
    this.at = end;
    return text;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
