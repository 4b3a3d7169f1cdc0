import { isClear } from '#zeros';

/** Where in `bytes` the zeros begin that they end with, to the block; not below `start`. */
export function endOfTraces(bytes: Uint8Array, start: number): number {
  let end = bytes.length;
  while (end > start) {
    const block = Math.max(start, end - blockBytes);
    if (!isClear(bytes.subarray(block, end))) break;
    end = block;
  }
  return end;
}

const blockBytes = 65_536;
