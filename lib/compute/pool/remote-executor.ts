import { type Assignment, plainAssignment } from '../../core/assignment.ts';
import { plainMessage } from '../../core/message.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Checkpoint, DryRun, Executor, StateReport } from '../executor.ts';
import type { PageProof } from '../page-tree.ts';
import type { Answers, Request, Residence } from './request.ts';

/** Whom an executor's requests go to; they are answered in their order. */
export interface Asked {
  ask<R extends Request>(request: R): Promise<Answers[R['ask']]>;
  /** Is told once that the executor is not needed any more. */
  left(executor: number): void;
}

/** An executor that runs in another thread. It takes assignments without waiting for earlier outcomes. */
export class RemoteExecutor implements Executor {
  readonly runsAhead = true;
  readonly #asked: Asked;
  readonly #executor: number;
  #residence: Residence;

  constructor(asked: Asked, executor: number, residence: Residence) {
    this.#asked = asked;
    this.#executor = executor;
    this.#residence = residence;
  }

  get slot(): number {
    return this.#residence.slot;
  }

  get residentBytes(): number {
    return this.#residence.residentBytes;
  }

  async evaluate(given: Assignment): Promise<Outcome> {
    const assignment = plainAssignment(given);
    const { outcome, ...residence } = await this.#asked.ask({ ask: 'evaluate', executor: this.#executor, assignment });
    this.#residence = residence;
    return outcome;
  }

  dryRun({ process, message, timestampMs, blockHeight }: DryRun): Promise<Outcome> {
    const plain = { process, message: plainMessage(message), timestampMs, blockHeight };
    return this.#asked.ask({ ask: 'dryRun', executor: this.#executor, message: plain });
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#asked.ask({ ask: 'checkpoint', executor: this.#executor });
  }

  state(): Promise<StateReport> {
    return this.#asked.ask({ ask: 'state', executor: this.#executor });
  }

  proof(page: number): Promise<PageProof> {
    return this.#asked.ask({ ask: 'proof', executor: this.#executor, page });
  }

  async close(): Promise<void> {
    this.#asked.left(this.#executor);
    await this.#asked.ask({ ask: 'close', executor: this.#executor });
  }
}
