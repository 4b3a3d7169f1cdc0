/** How many failures are answered with a restart, and over which span of virtual time they are counted. */
export interface RestartLimits {
  readonly restarts: number;
  readonly restartWindowMs: number;
}

/** How many more failures of one process or supervisor are answered with a restart. */
export class RestartBudget {
  readonly #limits: RestartLimits;
  #failuresMs: number[] = [];

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  get restarts(): number {
    return this.#limits.restarts;
  }

  /** Counts a failure and says how many restarts are left; below zero, there is none for this one. */
  spend(nowMs: number): number {
    this.#failuresMs.push(nowMs);
    return this.left(nowMs);
  }

  /** How many restarts are left, without counting a failure. */
  left(nowMs: number): number {
    const { restarts, restartWindowMs } = this.#limits;
    // In the order of time, so that not all of them are looked at after each.
    const counting = this.#failuresMs.findIndex((atMs) => nowMs - atMs < restartWindowMs);
    if (counting < 0) this.#failuresMs = [];
    else if (counting > 0) this.#failuresMs.splice(0, counting);
    return restarts - this.#failuresMs.length;
  }

  /** How many failures count now. */
  failures(nowMs: number): number {
    return this.#limits.restarts - this.left(nowMs);
  }

  /** Forgets every failure: someone has mended the cause. */
  reset(): void {
    this.#failuresMs = [];
  }
}
