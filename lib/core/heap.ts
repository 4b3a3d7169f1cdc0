interface Entry<T> {
  readonly key: number;
  readonly order: number;
  readonly item: T;
}

/** The item with the smallest key first; of equal keys, the one that came first. */
export class Heap<T> {
  readonly #entries: Entry<T>[] = [];
  #pushed = 0;

  get length(): number {
    return this.#entries.length;
  }

  push(key: number, item: T): void {
    const entry = { key, order: this.#pushed++, item };
    let at = this.#entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#entries[parent];
      if (!above || !before(entry, above)) break;
      this.#entries[at] = above;
      at = parent;
    }
    this.#entries[at] = entry;
  }

  /** The first item, left in place. */
  peek(): T | undefined {
    return this.#entries[0]?.item;
  }

  /** Takes the first item out. */
  pop(): T | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (first && last && first !== last) this.#sink(last);
    return first?.item;
  }

  /** The items in the order in which they would be taken out. */
  *[Symbol.iterator](): Generator<T> {
    for (const { item } of [...this.#entries].sort((a, b) => a.key - b.key || a.order - b.order)) yield item;
  }

  /** Puts `entry` in the place of the first and then where it belongs. */
  #sink(entry: Entry<T>): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = this.#entries[child];
      const right = this.#entries[child + 1];
      if (below && right && before(right, below)) {
        below = right;
        child++;
      }
      if (!below || before(entry, below)) break;
      this.#entries[at] = below;
      at = child;
    }
    this.#entries[at] = entry;
  }
}

const before = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.key < b.key || (a.key === b.key && a.order < b.order);
