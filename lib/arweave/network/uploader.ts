import type { Awaitable } from '../../core/awaitable.ts';
import { HeddleError, reasonOf } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { WireTransaction } from './transaction.ts';

/** How an upload is followed, and ended. */
export interface UploadOptions {
  /** Ends the upload, with `request-aborted`. What was taken until then stays taken. */
  readonly signal?: AbortSignal;
  /** Is told how many bytes have been sent, of how many. A try that failed starts over, at 0 or where it began. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}

/**
 * How far an upload has come: plain JSON, to be stored and gone on with by another program. It holds nothing secret, but
 * whoever has it can post the transaction.
 */
export interface UploadState {
  /** The transaction as it was signed, without its data. */
  readonly transaction: WireTransaction;
  /** Whether a node has taken it. */
  readonly isPosted: boolean;
  /** So many of its first chunks have been taken. */
  readonly chunks: number;
}

/** The same of a transaction, and what is kept of it in case of a crash. */
export interface TransactionUploadOptions extends UploadOptions {
  /**
   * Is told what to go on with after a crash, and waited for: once before the transaction is posted, so that it is never
   * paid twice, and after each step. What it throws ends the upload.
   */
  readonly onState?: (state: UploadState) => Awaitable<void>;
}

/**
 * Keeps count of how tries to upload something have failed, to say in the end what is certain: that nothing was taken, or
 * that it may have been.
 */
export class UploadFailures {
  #uncertain = false;

  /** Notes that a try has failed. */
  readonly note = (error: HeddleError): void => {
    this.#uncertain ||= !tookNothing(error);
  };

  /** What to throw for `error`, the last of them. */
  asError(error: unknown, id: Id): unknown {
    if (!(error instanceof HeddleError) || error.code === 'request-aborted') return error;
    const code = this.#uncertain ? 'upload-unconfirmed' : 'upload-refused';
    return new HeddleError(code, `${id} was not taken: ${error.what}`, { ...error.facts, id }, { cause: error });
  }
}

/** Whether a try that failed so is certain to have left nothing behind. */
function tookNothing({ code, facts, cause }: HeddleError): boolean {
  if (code === 'gateway-refused' || code === 'gateway-not-found' || facts.status === 429) return true;
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(reasonOf(cause instanceof Error ? (cause.cause ?? cause) : cause));
}
