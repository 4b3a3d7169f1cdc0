import { HeddleError } from '../core/error.ts';

/** Bytes that come in pieces. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Takes so many bytes at a time from chunks of any length. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** What is left of the last chunk. */
  #rest: Uint8Array = new Uint8Array(0);
  #taken = 0;

  constructor(chunks: Chunks) {
    // Text can be gone through too, but not byte by byte.
    const source = typeof chunks === 'object' && chunks !== null ? chunks : undefined;
    if (source && Symbol.asyncIterator in source) this.#chunks = source[Symbol.asyncIterator]();
    else if (source && Symbol.iterator in source) this.#chunks = source[Symbol.iterator]();
    else
      throw new HeddleError('option-invalid', 'the source cannot be gone through with for await', { option: 'source' });
  }

  /** How many bytes were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** What comes next, of at most `length` bytes; undefined if nothing does. */
  async some(length: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const chunk = await this.#next();
      if (!chunk) return undefined;
      this.#rest = chunk;
    }
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(piece.length);
    this.#taken += piece.length;
    return piece;
  }

  /** The next `length` bytes as an array of their own; undefined if there are fewer. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    if (!(await this.#each(length, (piece) => pieces.push(piece)))) return undefined;
    // Only now: what is not there takes no memory. And a copy: a small piece would keep its whole chunk in memory.
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** Passes over `length` bytes, and says whether there are so many. */
  skip(length: number): Promise<boolean> {
    return this.#each(length, () => {});
  }

  /** Tells the source that no more is needed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Goes through the next `length` bytes, and says whether there are so many. */
  async #each(length: number, visit: (piece: Uint8Array) => void): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const piece = await this.some(left);
      if (!piece) return false;
      left -= piece.length;
      visit(piece);
    }
    return true;
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#chunks.next();
    if (done) return undefined;
    if (value instanceof Uint8Array) return value;
    throw new HeddleError('option-invalid', `a chunk is ${typeof value}, not bytes`, { option: 'source' });
  }
}
