import type { LogBase, LogPiece } from './store.ts';

/** The record that a base keeps of what is before it, with `position` in it. */
export function keptAt({ kept }: Pick<LogBase, 'kept'>, position: number): LogPiece | undefined {
  let low = 0;
  for (let high = kept.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if ((kept[middle]?.position ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  const piece = kept[low];
  const isWithin = piece && piece.position <= position && position < piece.position + piece.bytes.length;
  return isWithin ? piece : undefined;
}
