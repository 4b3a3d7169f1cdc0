/** Who waits for whom, from one node on: each waits for the next one. In a cycle the last one is there before. */
export interface WaitChain<Node> {
  readonly nodes: readonly Node[];
  readonly isCycle: boolean;
}

/** Whom somebody waits for. */
export type Waits<Node> = ReadonlyMap<Node, readonly Node[]>;

/** The first `most` edges that can be reached from a node, the nearest first. */
export function waitsFrom<Node>(start: Node, next: (node: Node) => Iterable<Node>, most: number): Waits<Node> {
  const waits = new Map<Node, Node[]>([[start, []]]);
  let left = most;
  // A map goes on with what is added on the way.
  for (const [node, targets] of waits) {
    for (const target of new Set(next(node))) {
      if (left-- <= 0) return waits;
      targets.push(target);
      if (!waits.has(target)) waits.set(target, []);
    }
  }
  return waits;
}

/**
 * The chain that says most about why a node waits: to the nearest cycle and once around it, or if there is none, to the end
 * with the lowest rank, the nearest of those.
 */
export function waitChain<Node>(
  start: Node,
  waits: Waits<Node>,
  rank: (end: Node, before: Node | undefined) => number,
): WaitChain<Node> {
  const reached: Steps<Node> = new Map([[start, undefined]]);
  for (const [node] of reached) {
    for (const target of waits.get(node) ?? []) if (!reached.has(target)) reached.set(target, node);
  }
  for (const [node] of reached) {
    const around = cycleFrom(node, waits);
    if (around) return { nodes: [...wayTo(node, reached), ...around], isCycle: true };
  }
  let end = start;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [node, before] of reached) {
    if (waits.get(node)?.length !== 0) continue;
    const ranked = rank(node, before);
    if (ranked >= lowest) continue;
    end = node;
    lowest = ranked;
  }
  return { nodes: wayTo(end, reached), isCycle: false };
}

/** Nodes by the one that each was reached from, the nearest first. */
type Steps<Node> = Map<Node, Node | undefined>;

/** The shortest way from a node back to itself, without its beginning. */
function cycleFrom<Node>(node: Node, waits: Waits<Node>): readonly Node[] | undefined {
  const reached: Steps<Node> = new Map([[node, undefined]]);
  for (const [at] of reached) {
    for (const target of waits.get(at) ?? []) {
      if (target === node) return [...wayTo(at, reached).slice(1), node];
      if (!reached.has(target)) reached.set(target, at);
    }
  }
  return undefined;
}

function wayTo<Node>(node: Node, reached: Steps<Node>): readonly Node[] {
  const way: Node[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = reached.get(at)) way.push(at);
  return way.reverse();
}
