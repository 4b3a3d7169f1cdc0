/** First in, first out: a ring, so that both ends cost the same however many there are. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#first + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  /** The oldest item, left in place. */
  peek(): T | undefined {
    return this.#items[this.#first];
  }

  /** Takes the oldest item out. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#items.length - 1);
    this.#length--;
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#length = 0;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let at = 0; at < this.#length; at++) {
      const item = this.#items[(this.#first + at) & (this.#items.length - 1)];
      if (item !== undefined) yield item;
    }
  }

  /** Doubles the room, which is a power of two so that positions wrap by a mask. */
  #grow(): void {
    const items = new Array<T | undefined>(Math.max(4, this.#length * 2)).fill(undefined);
    for (let at = 0; at < this.#length; at++) items[at] = this.#items[(this.#first + at) & (this.#items.length - 1)];
    this.#items = items;
    this.#first = 0;
  }
}
