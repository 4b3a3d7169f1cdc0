import { sha256Base64Url } from '#sha256';
import { decodeBase64Url } from '../../core/base64url.ts';
import type { Id } from '../../core/id.ts';

/**
 * The digest of bytes that come bit by bit, and that others may go on with later: a chain of blocks of 64 KiB, of which each
 * but the first begins with the SHA-256 of the one before. The digest is the SHA-256 of the last block, and so of all bytes
 * where there are no more than fit in one.
 */
export class LogDigest {
  readonly #block = new Uint8Array(blockBytes);
  #length = 0;

  /** `state` is what another one had come to. */
  constructor(state: Uint8Array = new Uint8Array()) {
    this.#block.set(state);
    this.#length = state.length;
  }

  /** What it takes to go on from here: a block as far as it is filled. */
  get state(): Uint8Array {
    return this.#block.slice(0, this.#length);
  }

  update(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      if (this.#length === blockBytes) this.#begin();
      const part = bytes.subarray(from, from + blockBytes - this.#length);
      this.#block.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
    }
  }

  /** The digest of all bytes so far and of `rest`, without taking `rest` in. */
  with(rest: readonly Uint8Array[]): Id {
    if (rest.every(({ length }) => length === 0)) return sha256Base64Url(this.#block.subarray(0, this.#length));
    const copy = new LogDigest(this.state);
    for (const bytes of rest) copy.update(bytes);
    return copy.with([]);
  }

  #begin(): void {
    const before = decodeBase64Url(sha256Base64Url(this.#block));
    if (!before) throw new Error('a hash is no base64url');
    this.#block.set(before);
    this.#length = before.length;
  }
}

const blockBytes = 65_536;
