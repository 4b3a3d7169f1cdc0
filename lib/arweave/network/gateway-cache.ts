/** Keeps verified content, which an id fixes for good, up to a number of bytes; what was used longest ago goes first. */
export class GatewayCache {
  readonly #most: number;
  // In the order in which they were used.
  readonly #entries = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** What was put there under `key`, which says what type it has. */
  get<T>(key: `${string}/${string}`): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value as T; // each key has one type
  }

  put(key: `${string}/${string}`, value: unknown, bytes: number): void {
    if (bytes > this.#most || this.#entries.has(key)) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#most) return;
      this.#entries.delete(oldest);
      this.#bytes -= entry.bytes;
    }
  }
}
