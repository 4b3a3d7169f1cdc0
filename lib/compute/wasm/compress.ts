import { HeddleError } from '../../core/error.ts';

/** How bytes were made smaller. The number is written with them. */
export const codecs = { none: 0, brotli: 1, zstd: 2 } as const;

/** `bytes` made smaller, and how. Without a compressor of the host's own they stay as they are. */
export const compress = (bytes: Uint8Array): { readonly codec: number; readonly bytes: Uint8Array } => ({
  codec: codecs.none,
  bytes,
});

/** The `length` bytes that `bytes` were made from. Throws what is wrong with them. */
export function decompress(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  if (codec === codecs.none && bytes.length === length) return bytes;
  throw new HeddleError(
    'checkpoint-invalid',
    `The checkpoint is compressed in a way (${codec}) that this host cannot undo`,
  );
}
