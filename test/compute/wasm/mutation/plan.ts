export interface Plan {
  readonly count: number;
  /** Damages something and uses it; how that ended. Throws what should not have happened. */
  run(index: number): Promise<string>;
  /** What `index` stands for. */
  describe(index: number): string | Promise<string>;
}
