const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The value of each digit by its character code, and -1 for what is no digit. */
const digits = Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/** `bytes` in base64url without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    // What the last group lacks reads as zero, and the digits that would spell it are not written.
    const group = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    const length = Math.min(4, bytes.length - at + 1);
    for (let digit = 0; digit < length; digit++) text += alphabet.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}

/** The bytes that `text` spells, or undefined if it is not the one spelling that {@link encodeBase64Url} gives. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let digit = 0; digit < text.length; digit++) {
    const value = digits[text.charCodeAt(digit)] ?? -1;
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  // Bits that are left over must be zero: set, they would be another spelling of the same bytes.
  return held === 0 && bits < 6 ? bytes : undefined;
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
