/** Whoever may change a page or a node in place. Another has to copy it first. */
export type Owner = object;

interface Page {
  readonly owner: Owner;
  readonly bytes: Uint8Array;
}

/**
 * What a file holds. A page that was never written is not there and reads as zeros, so a file costs what was written to
 * it, not what its size is. Copies share their pages until one of them writes.
 */
export class Content {
  #size = 0;
  readonly #pages: (Page | undefined)[] = [];

  constructor(from?: Content) {
    if (!from) return;
    this.#size = from.#size;
    this.#pages = from.#pages.slice();
  }

  get size(): number {
    return this.#size;
  }

  /** Copies what is at `position` to `into`; how many bytes there were. */
  read(position: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.#size - position));
    for (let done = 0; done < length; ) {
      const at = position + done;
      const within = at % pageBytes;
      const part = Math.min(length - done, pageBytes - within);
      const page = this.#pages[Math.floor(at / pageBytes)];
      if (page) into.set(page.bytes.subarray(within, within + part), done);
      else into.fill(0, done, done + part);
      done += part;
    }
    return length;
  }

  write(owner: Owner, position: number, from: Uint8Array): void {
    for (let done = 0; done < from.length; ) {
      const at = position + done;
      const within = at % pageBytes;
      const part = Math.min(from.length - done, pageBytes - within);
      this.#own(owner, Math.floor(at / pageBytes)).set(from.subarray(done, done + part), within);
      done += part;
    }
    this.#size = Math.max(this.#size, position + from.length);
  }

  resize(owner: Owner, size: number): void {
    if (size < this.#size) {
      this.#pages.length = Math.min(this.#pages.length, Math.ceil(size / pageBytes));
      const within = size % pageBytes;
      const last = Math.floor(size / pageBytes);
      // What grows back later is zeros.
      if (within > 0 && this.#pages[last]) this.#own(owner, last).fill(0, within);
    }
    this.#size = size;
  }

  /** The pages that were written, with their numbers. */
  *pages(): Iterable<readonly [number: number, bytes: Uint8Array]> {
    for (const [number, page] of this.#pages.entries()) if (page) yield [number, page.bytes];
  }

  #own(owner: Owner, number: number): Uint8Array {
    const page = this.#pages[number];
    if (page?.owner === owner) return page.bytes;
    const bytes = page ? page.bytes.slice() : new Uint8Array(pageBytes);
    // No holes, which would make the list slow.
    while (this.#pages.length <= number) this.#pages.push(undefined);
    this.#pages[number] = { owner, bytes };
    return bytes;
  }
}

/** Small, since every small file takes one. */
export const pageBytes = 4096;
