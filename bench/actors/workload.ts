/** What every side of the actors benchmark does, and how large it is. */

export interface Size {
  readonly processes: number;
  /** Messages that one turn handles. */
  readonly messages: number;
  /** Messages that are under way at any time. */
  readonly inFlight: number;
}

/** Work that a side has set up. */
export interface Work {
  /** Makes what a turn uses up, outside of the turn's time. */
  readonly before?: () => unknown;
  /** Does the work and fails unless all of it was done. Gives what holds the actors, where their size is of interest. */
  readonly turn: () => unknown;
}

/** What a peer offers: its workloads, and variants of them, by name. */
export type Workloads = Readonly<Record<string, (size: Size) => Work | Promise<Work>>>;

/** Fails unless as much was done as should have been, so that no side can win by doing less. */
export function checkCount(done: number, expected: number, what: string): void {
  if (done !== expected) throw new Error(`${done} ${what} where there should be ${expected}`);
}
