/**
 * Where a function pays for what it runs.
 *
 * A function is seen as regions: stretches of code that are entered at their start only and left at their end only. Each
 * could pay for itself when it is entered; exact, and too many payments. But a region may as well pay in advance for
 * what certainly follows. So regions are the edges of a graph whose nodes, here called junctions, are the sets of ways
 * that must be treated alike: all ways out of a region, and all ways into one. What is prepaid at a junction is the
 * least that any way from there to the function's end costs. Then a region pays its cost, plus what is prepaid when it is
 * left, less what was prepaid when it was entered. That is zero for many regions, and its sum over a call that returns is
 * what the call's instructions cost, exactly. At no moment less was paid than was run, and a call that a trap or a
 * longjmp ends has paid for the cheapest way to its end.
 */
export class Charges {
  /** By junction, one it was joined with, or itself. */
  readonly #joined: number[] = [];
  readonly #costs: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** Where the function is entered: nothing is prepaid there. */
  readonly entry: number = this.junction();
  /** Where it is left: nothing may be left over there. */
  readonly exit: number = this.junction();

  junction(): number {
    return this.#joined.push(this.#joined.length) - 1;
  }

  /** A region entered at the junction `from`; its other end is a junction of its own. */
  region(from: number): number {
    this.#from.push(from);
    this.#to.push(this.junction());
    return this.#costs.push(0) - 1;
  }

  /** The junction at the end of `region`. */
  endOf(region: number): number {
    return this.#to[region] ?? this.exit;
  }

  add(region: number, cost: number): void {
    this.#costs[region] = (this.#costs[region] ?? 0) + cost;
  }

  /** Says that the end of `region` and `junction` are one. */
  join(region: number, junction: number): void {
    this.joinJunctions(this.endOf(region), junction);
  }

  /** Like {@link join}, of two junctions. */
  joinJunctions(one: number, other: number): void {
    const first = this.#find(one);
    const second = this.#find(other);
    if (first !== second) this.#joined[Math.max(first, second)] = Math.min(first, second);
  }

  /** What each region pays when it is entered. */
  settle(): readonly number[] {
    const prepaid = this.#leastCosts();
    const entry = this.#find(this.entry);
    // Ways that lead to no end, but to a trap or round and round for ever, keep what came with them.
    for (let region = 0; region < this.#costs.length; region++) {
      const to = this.#find(this.endOf(region));
      if (prepaid.has(to) || to === entry) continue;
      const held = prepaid.get(this.#find(this.#from[region] ?? 0)) ?? 0;
      prepaid.set(to, Math.max(0, held - (this.#costs[region] ?? 0)));
    }
    return this.#costs.map((cost, region) => {
      const held = prepaid.get(this.#find(this.#from[region] ?? 0)) ?? 0;
      return cost + (prepaid.get(this.#find(this.endOf(region))) ?? 0) - held;
    });
  }

  /** By junction from which the exit can be reached, the least that costs: Dijkstra's algorithm, from the exit. */
  #leastCosts(): Map<number, number> {
    const entry = this.#find(this.entry);
    const into = new Map<number, number[]>();
    for (let region = 0; region < this.#costs.length; region++) {
      const to = this.#find(this.endOf(region));
      const regions = into.get(to);
      if (regions) regions.push(region);
      else into.set(to, [region]);
    }
    const least = new Map<number, number>();
    const queue = new Queue();
    queue.push(0, this.#find(this.exit));
    for (let next = queue.pop(); next; next = queue.pop()) {
      const [cost, junction] = next;
      if (least.has(junction) || junction === entry) continue;
      least.set(junction, cost);
      for (const region of into.get(junction) ?? []) {
        queue.push(cost + (this.#costs[region] ?? 0), this.#find(this.#from[region] ?? 0));
      }
    }
    return least;
  }

  #find(junction: number): number {
    let at = junction;
    for (let up = this.#joined[at] ?? at; up !== at; up = this.#joined[at] ?? at) {
      this.#joined[at] = this.#joined[up] ?? up;
      at = up;
    }
    return at;
  }
}

/** A binary heap: the entry of the least cost comes out first. */
class Queue {
  readonly #heap: (readonly [cost: number, junction: number])[] = [];

  push(cost: number, junction: number): void {
    const heap = this.#heap;
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1];
      if (!parent || parent[0] <= cost) break;
      heap[at] = parent;
    }
    heap[at] = [cost, junction];
  }

  pop(): readonly [cost: number, junction: number] | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = at * 2 + 1) {
      const right = heap[child + 1];
      if (right && right[0] < (heap[child]?.[0] ?? 0)) child++;
      const least = heap[child];
      if (!least || least[0] >= last[0]) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
