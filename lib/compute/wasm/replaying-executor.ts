import type { Assignment } from '../../core/assignment.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import { HeddleError } from '../../core/error.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Drive } from '../drive.ts';
import type { Checkpoint, DryRun, Environment, Executor, StateReport } from '../executor.ts';
import type { PageProof } from '../page-tree.ts';
import type { CompiledProgram } from './compiled.ts';
import { DriveMiss, ReplayedDrive } from './drive-link.ts';
import { WasmExecutor } from './wasm-executor.ts';

/**
 * Runs a process that reads a drive, in this thread: a message that asks for what is not at hand is evaluated again once it
 * is.
 */
export class ReplayingExecutor implements Executor {
  readonly runsAhead = true;
  readonly #executor: WasmExecutor;
  readonly #drive: ReplayedDrive;
  readonly #mostMisses: number;
  /** The turn that waits for something. The next ones wait for it. */
  #waiting: Promise<unknown> | undefined;

  constructor(compiled: CompiledProgram, environment: Environment, drive: Drive, from?: Checkpoint) {
    this.#drive = new ReplayedDrive(drive, environment);
    this.#executor = new WasmExecutor(compiled, environment, from, this.#drive);
    this.#mostMisses = environment.limits.driveMisses;
  }

  get slot(): number {
    return this.#executor.slot;
  }

  get residentBytes(): number {
    return this.#executor.residentBytes;
  }

  evaluate(assignment: Assignment): Awaitable<Outcome> {
    return this.#turn(() => this.#executor.evaluate(assignment));
  }

  dryRun(message: DryRun): Awaitable<Outcome> {
    return this.#turn(() => this.#executor.dryRun(message));
  }

  checkpoint(): Checkpoint {
    return this.#executor.checkpoint();
  }

  state(): StateReport {
    return this.#executor.state();
  }

  proof(page: number): PageProof {
    return this.#executor.proof(page);
  }

  close(): void {
    this.#executor.close();
  }

  #turn(evaluate: () => Outcome): Awaitable<Outcome> {
    if (this.#waiting) return this.#waiting.then(() => this.#turn(evaluate));
    this.#drive.begin();
    try {
      return evaluate();
    } catch (thrown) {
      if (!(thrown instanceof DriveMiss)) throw thrown;
      const evaluated = this.#again(evaluate, thrown);
      const over = () => {
        this.#waiting = undefined;
      };
      this.#waiting = evaluated.then(over, over);
      return evaluated;
    }
  }

  async #again(evaluate: () => Outcome, first: DriveMiss): Promise<Outcome> {
    let miss = first;
    for (let misses = 1; misses <= this.#mostMisses; misses++) {
      await miss.fetched;
      try {
        return evaluate();
      } catch (thrown) {
        if (!(thrown instanceof DriveMiss)) throw thrown;
        miss = thrown;
      }
    }
    const what = `The message was begun ${this.#mostMisses} times and there was always more to be fetched`;
    throw new HeddleError('drive-unavailable', what, { limit: this.#mostMisses });
  }
}
