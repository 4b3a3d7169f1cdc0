import type { Process } from '../process/process.ts';
import type { Engine } from './engine.ts';

/** What a system does by itself: what follows from what has just happened, and what time brings. */
export class Agenda {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether something is to be done before anything else. */
  get urgent(): boolean {
    return this.#engine.ledger.consequences.length > 0;
  }

  /** Does what follows from what has happened. */
  async doUrgent(): Promise<void> {
    const { consequences } = this.#engine.ledger;
    for (let next = consequences.first; next; next = consequences.first) {
      if (next.kind === 'down') this.#engine.notice();
      else if (next.kind === 'failure') await this.#engine.status(next.process, 'failed', next.reason);
      else await this.#exit(next.process, next.reason);
    }
  }

  /** The next moment at which something is to be done; infinity if nothing is. */
  get nextMs(): number {
    const { ledger, clock, supervision } = this.#engine;
    const { nextTimer, admissions } = ledger;
    const admissionMs = admissions.nextMs(clock.now().timestampMs);
    return Math.min(nextTimer?.atMs ?? never, admissionMs, supervision.nextMs ?? never);
  }

  /** Does what is to be done by then, which is now or has been. */
  async doUntil(atMs: number): Promise<void> {
    const { ledger, clock, supervision } = this.#engine;
    while ((ledger.nextTimer?.atMs ?? never) <= atMs) {
      this.#engine.fireNext();
      await this.doUrgent();
    }
    for (const process of ledger.admissions.due(clock.now().timestampMs)) this.#engine.admitWaiting(process);
    while ((supervision.nextMs ?? never) <= atMs) supervision.releaseNext();
  }

  /** Does what should have been done by now: an earlier life had not come to it. */
  async catchUp(): Promise<void> {
    await this.doUrgent();
    await this.doUntil(this.#engine.clock.now().timestampMs);
  }

  /** A process has asked for its end. */
  async #exit(process: Process, reason: string): Promise<void> {
    const { supervision } = this.#engine;
    const isKept = supervision.isKept(process);
    await this.#engine.status(process, isKept ? 'running' : 'stopped', reason);
    if (isKept) await supervision.failed(process, reason);
  }
}

const never = Number.POSITIVE_INFINITY;
