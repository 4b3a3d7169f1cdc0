/** A stretch of memory. Lists of them are in order and do not touch. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Memory is looked at in blocks of this size. */
const blockBytes = 65_536;

/** Which blocks of a memory of that length are known to hold something: none so far. */
export const noBlocks = (memoryBytes: number): Uint8Array => new Uint8Array(Math.ceil(memoryBytes / blockBytes));

/**
 * Where `regions` of `bytes` hold something, to the block. Blocks that `known` marks are taken to; what is found in the
 * others is marked, so that a heap that fills up is looked through once.
 */
export function occupiedExtents(bytes: Uint8Array, regions: readonly Extent[], known: Uint8Array): readonly Extent[] {
  const found: Extent[] = [];
  for (const region of regions) {
    let run: { start: number; end: number } | undefined;
    for (let from = region.start; from < region.end; ) {
      const block = Math.floor(from / blockBytes);
      const to = Math.min(region.end, (block + 1) * blockBytes);
      if (known[block] === 0 && !isClear(bytes, from, to)) known[block] = 1;
      if (known[block] === 0) run = undefined;
      else if (run) run.end = to;
      else {
        run = { start: from, end: to };
        found.push(run);
      }
      from = to;
    }
  }
  return found;
}

/** What of `extents` is in none of `others`. */
export function extentsWithout(extents: readonly Extent[], others: readonly Extent[]): readonly Extent[] {
  const left: Extent[] = [];
  for (const { start, end } of extents) {
    let from = start;
    for (const other of others) {
      if (other.end <= from) continue;
      if (other.start >= end) break;
      if (other.start > from) left.push({ start: from, end: other.start });
      from = other.end;
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

function isClear(bytes: Uint8Array, start: number, end: number): boolean {
  const misaligned = (bytes.byteOffset + start) % 4;
  const words = Math.min(end, start + (misaligned === 0 ? 0 : 4 - misaligned));
  const wordCount = Math.max(0, Math.floor((end - words) / 4));
  for (let at = start; at < words; at++) if (bytes[at] !== 0) return false;
  if (!areZero(new Int32Array(bytes.buffer, bytes.byteOffset + words, wordCount))) return false;
  for (let at = words + wordCount * 4; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}

function areZero(words: Int32Array): boolean {
  const rest = words.length % 8;
  for (let i = 0; i < rest; i++) if (words[i] !== 0) return false;
  // Eight at a time: a memory of 110 MB is looked through like this before a strange image is taken.
  for (let i = rest; i < words.length; i += 8) {
    const first = (words[i] ?? 0) | (words[i + 1] ?? 0) | (words[i + 2] ?? 0) | (words[i + 3] ?? 0);
    const second = (words[i + 4] ?? 0) | (words[i + 5] ?? 0) | (words[i + 6] ?? 0) | (words[i + 7] ?? 0);
    if ((first | second) !== 0) return false;
  }
  return true;
}
