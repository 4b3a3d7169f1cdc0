/** Bytes that grow at their end. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expectedBytes = 1024) {
    this.#bytes = new Uint8Array(expectedBytes);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An unsigned LEB128 number. */
  number(value: number): void {
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.byte((left % 0x80) | 0x80);
    this.byte(left);
  }

  /** A signed LEB128 number. */
  signed(value: number): void {
    let left = value;
    for (; left < -0x40 || left >= 0x40; left = Math.floor(left / 0x80))
      this.byte((((left % 0x80) + 0x80) % 0x80) | 0x80);
    this.byte(left & 0x7f);
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** What `write` writes, with its length before it. */
  sized(write: (inner: ByteWriter) => void, expectedBytes?: number): void {
    const inner = new ByteWriter(expectedBytes);
    write(inner);
    this.number(inner.#length);
    this.bytes(inner.view());
  }

  text(value: string): void {
    this.sized((inner) => inner.bytes(utf8.encode(value)));
  }

  /** What was written, valid until more is. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.view());
    this.#bytes = larger;
  }
}

const utf8 = new TextEncoder();
