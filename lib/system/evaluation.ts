import type { Executor } from '../compute/executor.ts';
import { TurnOutcome } from '../compute/turn-outcome.ts';
import { type Awaitable, isPending } from '../core/awaitable.ts';
import { breath } from '../core/breath.ts';
import { checkedOutcome, type Outcome } from '../core/outcome.ts';
import type { Process } from '../process/process.ts';
import type { Executors } from './executors.ts';

/** Evaluates the next messages of processes. Where nothing has to be waited for, it makes no promise. */
export class Evaluation {
  readonly #executors: Executors;
  readonly #crashed: (process: Process, error: unknown) => Promise<void>;

  /** `crashed` deals with an executor that has crashed. */
  constructor(executors: Executors, crashed: (process: Process, error: unknown) => Promise<void>) {
    this.#executors = executors;
    this.#crashed = crashed;
  }

  /**
   * The outcome, evaluated again after each crash that the restart budget covers; undefined if the process was given up or
   * has to wait.
   */
  outcome(process: Process): Awaitable<Outcome | undefined> {
    const { executor } = process;
    return executor ? this.#evaluate(process, executor) : this.#bringUp(process);
  }

  #evaluate(process: Process, executor: Executor): Awaitable<Outcome | undefined> {
    try {
      process.beginTurn();
      const outcome = this.#executors.evaluate(process, executor);
      // Most turns: nothing to wait for, and nothing to check.
      if (outcome instanceof TurnOutcome) return outcome;
      if (isPending(outcome)) return this.#checked(process, outcome);
      return checkedOutcome(outcome);
    } catch (error) {
      return this.#evaluateAgain(process, error);
    }
  }

  #bringUp(process: Process): Awaitable<Outcome | undefined> {
    try {
      const brought = this.#executors.of(process);
      return isPending(brought) ? this.#broughtUp(process, brought) : this.#evaluate(process, brought);
    } catch (error) {
      return this.#evaluateAgain(process, error);
    }
  }

  async #broughtUp(process: Process, brought: Promise<Executor>): Promise<Outcome | undefined> {
    let executor: Executor;
    try {
      executor = await brought;
    } catch (error) {
      return this.#evaluateAgain(process, error);
    }
    return this.#evaluate(process, executor);
  }

  async #checked(process: Process, pending: Promise<Outcome>): Promise<Outcome | undefined> {
    try {
      return checkedOutcome(await pending);
    } catch (error) {
      return this.#evaluateAgain(process, error);
    }
  }

  /** Until it is evaluated, given up or to wait. */
  async #evaluateAgain(process: Process, error: unknown): Promise<Outcome | undefined> {
    let thrown = error;
    for (let crashes = 1; ; crashes++) {
      await this.#crashed(process, thrown);
      // One that was given up or is to wait has its turn another time.
      if (!process.takesTurns) return undefined;
      if (crashes % crashesInOnePiece === 0) await breath();
      try {
        const executor = await this.#executors.of(process);
        process.beginTurn();
        return checkedOutcome(await this.#executors.evaluate(process, executor));
      } catch (again) {
        thrown = again;
      }
    }
  }
}

/** After as many crashes in a row the program's other work goes on: a budget may cover any number of them. */
const crashesInOnePiece = 64;
