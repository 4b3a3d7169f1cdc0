/** Writes numbers and text into bytes that grow as needed. */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes are written. */
  at = 0;

  constructor(room: number) {
    this.bytes = new Uint8Array(room);
  }

  byte(value: number): void {
    if (this.at === this.bytes.length) this.#grow(1);
    this.bytes[this.at++] = value;
  }

  /** A whole number from 0 to 2^53, in seven bits a byte, the lowest first. */
  number(value: number): void {
    if (this.at + longestNumber > this.bytes.length) this.#grow(longestNumber);
    this.at = putNumber(this.bytes, this.at, value);
  }

  /** Makes room for so many numbers and a short text, which are put by {@link putNumber} and {@link putShortText}. */
  reserve(numbers: number): void {
    this.#need(numbers * longestNumber + shortText + 1);
  }

  /** A whole number of either sign. */
  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Eight bytes, the lowest first. */
  long(value: bigint): void {
    this.#need(8);
    new DataView(this.bytes.buffer).setBigUint64(this.at, value, true);
    this.at += 8;
  }

  /** Well-formed text: how many bytes it takes, and its UTF-8. */
  text(text: string): void {
    this.#need(shortText + 1);
    const end = putShortText(this.bytes, this.at, text);
    if (end < 0) this.#encoded(text);
    else this.at = end;
  }

  #encoded(text: string): void {
    this.#need(text.length * 3 + longestNumber);
    const { at } = this;
    // Most text is ASCII; what is not is moved behind its length.
    this.number(text.length);
    const textAt = this.at;
    const { written } = utf8.encodeInto(text, this.bytes.subarray(textAt));
    if (written !== text.length) {
      // A longer length would be written over the text.
      const movedAt = at + numberBytes(written);
      if (movedAt !== textAt) this.bytes.copyWithin(movedAt, textAt, textAt + written);
      this.at = at;
      this.number(written);
    }
    this.at += written;
  }

  #need(room: number): void {
    if (this.at + room > this.bytes.length) this.#grow(room);
  }

  #grow(room: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.at + room));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
  }
}

/** Puts a number where there is room for it, and returns where it ends: for rows of numbers, which this is faster for. */
export function putNumber(bytes: Uint8Array, at: number, value: number): number {
  // Most numbers. As short as this, it is no call where it is called.
  if (value >= 0x80) return putLongNumber(bytes, at, value);
  bytes[at] = value;
  return at + 1;
}

function putLongNumber(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  // Beyond 31 bits the operators on bits would cut it.
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

/**
 * Puts short ASCII text where there is room for it, and returns where it ends; -1 if it is no such text, which takes
 * {@link ByteWriter.text}.
 */
export function putShortText(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > shortText) return -1;
  bytes[at] = length;
  for (let unit = 0; unit < length; unit++) {
    const code = text.charCodeAt(unit);
    if (code > 0x7f) return -1;
    bytes[at + 1 + unit] = code;
  }
  return at + 1 + length;
}

/** Bytes of the longest number. */
const longestNumber = 8;
/** Up to here, copying unit by unit is faster than calling the encoder. */
const shortText = 63;

/** How many bytes a number takes. */
function numberBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

const utf8 = new TextEncoder();
