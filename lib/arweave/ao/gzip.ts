import { joined } from '../../core/bytes.ts';

/** `bytes` in the format gzip. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of through(bytes, new CompressionStream('gzip'))) pieces.push(piece);
  return joined(pieces);
}

/** What `bytes` unpack to, piece by piece. Whoever has had enough stops reading. Throws what is wrong with them. */
export const gunzip = (bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> =>
  through(bytes, new DecompressionStream('gzip'));

async function* through(bytes: Uint8Array, change: GenericTransformStream): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = bytes.subarray(at, at + pieceBytes);
      at += piece.length;
      if (piece.length > 0) controller.enqueue(piece);
      else controller.close();
    },
  });
  const reader = source.pipeThrough<Uint8Array>(change).getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    // Of what was read to its end, this does nothing. What has failed has been told already.
    await reader.cancel().catch(() => {});
  }
}

const pieceBytes = 65_536;
