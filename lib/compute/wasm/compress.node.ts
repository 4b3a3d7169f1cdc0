import * as zlib from 'node:zlib';
import * as plain from './compress.ts';

const { codecs } = plain;

interface Zstd {
  readonly zstdCompressSync: (bytes: Uint8Array) => Uint8Array;
  readonly zstdDecompressSync: (bytes: Uint8Array, options: zlib.BrotliOptions) => Uint8Array;
}

// Node has it since 22.15; the types are those of Node 20.
const { zstdCompressSync, zstdDecompressSync } = zlib as Partial<Zstd>;

/** `bytes` made smaller, and how: with zstd where Node has it, else with brotli at its fastest. */
export function compress(bytes: Uint8Array): { readonly codec: number; readonly bytes: Uint8Array } {
  if (zstdCompressSync) return { codec: codecs.zstd, bytes: zstdCompressSync(bytes) };
  const params = {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 1,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return { codec: codecs.brotli, bytes: zlib.brotliCompressSync(bytes, { params }) };
}

/** The `length` bytes that `bytes` were made from. Throws what is wrong with them. */
export function decompress(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  // A stream that claims more than was written is cut off there.
  const options = { maxOutputLength: length };
  if (codec === codecs.brotli) return zlib.brotliDecompressSync(bytes, options);
  if (codec === codecs.zstd && zstdDecompressSync) return zstdDecompressSync(bytes, options);
  return plain.decompress(codec, bytes, length);
}
