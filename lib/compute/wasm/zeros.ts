/** Whether all of `bytes` are zero. Looks at eight words at a time, since whole memories are looked through like this. */
export function isClear(bytes: Uint8Array): boolean {
  // Too short to be sure of an aligned word in it.
  if (bytes.length < 8) return bytes.every((byte) => byte === 0);
  const start = bytes.byteOffset;
  const end = start + bytes.length;
  const wordsStart = Math.ceil(start / 4) * 4;
  const wordCount = Math.floor((end - wordsStart) / 4);
  const wordsEnd = wordsStart + wordCount * 4;
  for (let at = start; at < wordsStart; at++) if (bytes[at - start] !== 0) return false;
  if (!areZero(new Int32Array(bytes.buffer, wordsStart, wordCount))) return false;
  for (let at = wordsEnd; at < end; at++) if (bytes[at - start] !== 0) return false;
  return true;
}

function areZero(words: Int32Array): boolean {
  const rest = words.length % 8;
  for (let i = 0; i < rest; i++) if (words[i] !== 0) return false;
  for (let i = rest; i < words.length; i += 8) {
    const first = (words[i] ?? 0) | (words[i + 1] ?? 0) | (words[i + 2] ?? 0) | (words[i + 3] ?? 0);
    const second = (words[i + 4] ?? 0) | (words[i + 5] ?? 0) | (words[i + 6] ?? 0) | (words[i + 7] ?? 0);
    if ((first | second) !== 0) return false;
  }
  return true;
}
