import { Sha256 } from '#sha256';
import { HeddleError, reasonOf } from '../../core/error.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import { toHex } from '../hex.ts';
import { gunzip } from './gzip.ts';

/**
 * The memory that the data of a checkpoint unpacks to. It is unpacked twice: what is too large, or has another digest, takes no
 * memory at all, and what is good no more than it needs. Refuses with `checkpoint-invalid`.
 */
export async function memoryOf(
  id: Id,
  data: Uint8Array,
  sha256: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const refusal = (what: string, options?: ErrorOptions) =>
    new HeddleError('checkpoint-invalid', `The memory of ${id} ${what}`, { id }, options);
  const hash = new Sha256();
  let length = 0;
  try {
    for await (const piece of gunzip(data)) {
      length += piece.length;
      if (length > most) break;
      hash.update(piece);
    }
  } catch (cause) {
    throw refusal(`cannot be unpacked: ${reasonOf(cause)}`, { cause });
  }
  if (length > most) throw refusal(`has more than ${most} bytes`);
  const found = toHex(idToBytes(hash.with([])));
  if (found !== sha256.toLowerCase()) throw refusal(`has the SHA-256 ${found}, and not the one that it says`);
  const memory = new Uint8Array(length);
  let at = 0;
  for await (const piece of gunzip(data)) {
    memory.set(piece, at);
    at += piece.length;
  }
  return memory;
}
