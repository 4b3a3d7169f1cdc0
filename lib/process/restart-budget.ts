import type { Limits } from '../core/limits.ts';

/** How many more crashes of one process are answered with a restart, counted over a span of virtual time. */
export class RestartBudget {
  readonly #limits: Pick<Limits, 'restarts' | 'restartWindowMs'>;
  #crashesMs: number[] = [];

  get restarts(): number {
    return this.#limits.restarts;
  }

  constructor(limits: Pick<Limits, 'restarts' | 'restartWindowMs'>) {
    this.#limits = limits;
  }

  /** Counts a crash and says how many restarts are left; below zero, there is none for this crash. */
  spend(nowMs: number): number {
    this.#crashesMs.push(nowMs);
    return this.left(nowMs);
  }

  /** How many restarts are left, without counting a crash. */
  left(nowMs: number): number {
    this.#crashesMs = this.#crashesMs.filter((atMs) => nowMs - atMs < this.#limits.restartWindowMs);
    return this.#limits.restarts - this.#crashesMs.length;
  }

  /** Forgets every crash: someone has mended the cause. */
  reset(): void {
    this.#crashesMs = [];
  }
}
