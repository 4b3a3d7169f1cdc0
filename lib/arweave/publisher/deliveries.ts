import PQueue from 'p-queue';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { RandomStream } from '../../core/random.ts';
import type { WallClock } from '../network/wall-clock.ts';
import type { Trouble } from './backlog.ts';
import type { PublisherLimits } from './publisher-limits.ts';

/** What deliveries go by, and whom they tell. */
export interface DeliveryParts {
  readonly limits: PublisherLimits;
  readonly clock: WallClock;
  readonly random: RandomStream;
  /** Ends all of them. */
  readonly signal: AbortSignal;
  /** Is told of each failure, and whether it is over with all of them. */
  readonly failed: (error: unknown, isOver: boolean) => void;
  /** Is told of each that has arrived. */
  readonly arrived: () => void;
}

/** What is on its way: a few at a time, each tried until it has arrived. */
export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #queue: PQueue;
  readonly #underWay = new Set<Promise<void>>();
  /** How many wait to be tried again. */
  #waiting = 0;
  #trouble: Trouble | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#queue = new PQueue({ concurrency: parts.limits.bundles });
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** What went wrong last. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Fulfils when all that are under way now are over, one way or the other. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Does `work` when its turn comes, again and again until it succeeds. Fulfils with whether it did. */
  begin(work: () => Promise<void>): Promise<boolean> {
    const done = this.#queue.add(() => this.#deliver(work));
    const over: Promise<void> = done.then(() => void this.#underWay.delete(over));
    this.#underWay.add(over);
    return done;
  }

  async #deliver(work: () => Promise<void>): Promise<boolean> {
    const { clock, signal, failed, arrived } = this.#parts;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await ended(work(), signal);
        this.#trouble = undefined;
        arrived();
        return true;
      } catch (error) {
        // Whoever ended it knows why.
        if (signal.aborted) return false;
        const isOver = isFinal(error);
        const waitMs = this.#waitMs(failures);
        this.#trouble = { ...troubleOf(error), ...(!isOver && { againMs: clock.nowMs() + waitMs }) };
        failed(error, isOver);
        if (isOver) return false;
        await this.#wait(waitMs);
      }
    }
    return false;
  }

  async #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#parts;
    this.#waiting++;
    await clock.wait(ms, signal);
    this.#waiting--;
  }

  #waitMs(failures: number): number {
    const { firstRetryMs, lastRetryMs } = this.#parts.limits;
    return Math.ceil(Math.min(lastRetryMs, firstRetryMs * 2 ** failures) * (1 - this.#parts.random.unit() / 2));
  }
}

/** Fulfils when `work` is over, or when it need not be waited for any more. */
function ended(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  });
}

/** What an error says of what went wrong. */
export const troubleOf = (error: unknown): Pick<Trouble, 'code' | 'reason'> => ({
  ...(error instanceof HeddleError && { code: error.code }),
  reason: reasonOf(error),
});

/** Whether the same would fail again, whatever becomes of the network. */
const isFinal = (error: unknown): boolean => error instanceof HeddleError && finalCodes.has(error.code);

const finalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'publication-invalid',
  'store-damaged',
  'store-failed',
  'upload-invalid',
]);
