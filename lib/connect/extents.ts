import { isClear } from '#zeros';
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
      if (known[block] === 0 && !isClear(bytes.subarray(from, to))) known[block] = 1;
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
