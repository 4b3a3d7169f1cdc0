import { joined } from '../core/bytes.ts';
import { HeddleError } from '../core/error.ts';

/** The bytes of a response as they come, at most `most` of them: what is more is refused where it begins. */
export async function* piecesOf(response: Response, most: number): AsyncGenerator<Uint8Array, void, void> {
  const announced = Number(response.headers.get('content-length'));
  if (announced > most) throw overLimit(most);
  const reader = response.body?.getReader();
  if (!reader) return;
  let bytes = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      bytes += piece.value.length;
      if (bytes > most) throw overLimit(most);
      yield piece.value;
    }
  } finally {
    // Of one that was read to its end, this does nothing.
    await reader.cancel().catch(() => {});
  }
}

/** All bytes of a response. */
export async function bytesOf(response: Response, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(response, most)) pieces.push(piece);
  return joined(pieces);
}

/** The first `most` bytes of a response as text, for a reason to show. */
export async function excerptOf(response: Response, most = 200): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of piecesOf(response, Number.POSITIVE_INFINITY)) {
    text += decoder.decode(piece.subarray(0, most), { stream: true });
    if (text.length >= most) break;
  }
  return text.slice(0, most).replaceAll(/\s+/g, ' ').trim();
}

const overLimit = (most: number) =>
  new HeddleError('response-over-limit', `the answer has more than ${most} bytes`, { most });
