import { HeddleError } from '../../core/error.ts';
import { ChunkReader, type Chunks } from '../chunk-reader.ts';
import type { ChunkRange } from './data-tree.ts';

/**
 * Data to upload: bytes, a `Blob` (in Node, `fs.openAsBlob` makes one of a file), or what can be read from its beginning
 * again and again. It is read twice, a chunk at a time.
 */
export type DataSource = Uint8Array | Blob | StoredData;

/** Data that lies somewhere else. */
export interface StoredData {
  readonly byteLength: number;
  /** All of its bytes, the same each time. */
  open(): Chunks;
}

export function storedData(source: DataSource): StoredData {
  if (source instanceof Uint8Array) return { byteLength: source.length, open: () => [source] };
  if (source instanceof Blob) return { byteLength: source.size, open: () => slices(source) };
  const isStored =
    Number.isSafeInteger(source?.byteLength) && source.byteLength >= 0 && typeof source.open === 'function';
  if (isStored) return source;
  const what = 'the data is neither bytes nor says how many it has and opens them';
  throw new HeddleError('option-invalid', what, { option: 'data' });
}

/** The parts of some data, one after the other. Refuses with `upload-invalid` data that has another length than it says. */
export async function* partsOf(
  data: StoredData,
  ranges: readonly ChunkRange[],
): AsyncGenerator<Uint8Array, void, void> {
  const reader = new ChunkReader(data.open());
  try {
    for (const { start, end } of ranges) {
      const part = await reader.take(end - start);
      if (!part) throw new HeddleError('upload-invalid', `the data has fewer than ${data.byteLength} bytes`);
      yield part;
    }
    if (await reader.some(1))
      throw new HeddleError('upload-invalid', `the data has more than ${data.byteLength} bytes`);
  } finally {
    await reader.close();
  }
}

async function* slices(blob: Blob): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < blob.size; at += sliceBytes) {
    yield new Uint8Array(await blob.slice(at, at + sliceBytes).arrayBuffer());
  }
}

const sliceBytes = 262_144;
