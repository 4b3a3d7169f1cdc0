import { HeddleError, reasonOf } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { Answer } from './answer.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import { timer } from './wall-clock.ts';

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What is asked of a host, and what is made of its answer. */
export interface HttpRequest<T> {
  /** What follows the host's url, with its first slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is posted, made anew for each try; without it, the request is a GET. */
  readonly body?: () => BodyInit | ReadableStream<Uint8Array>;
  /** How much that is. */
  readonly bodyBytes?: number;
  /** The statuses that have an answer; 200 if none are given. */
  readonly statuses?: readonly number[];
  /** Reads the answer to its end, and throws if it is not what it should be. */
  readonly read: (answer: Answer) => Promise<T>;
  /** Is told why each try failed. */
  readonly failed?: (error: HeddleError) => void;
}

/** Why a try has failed, and whether another one may do better. */
export class TryFailure extends Error {
  override readonly cause: HeddleError;
  readonly again: boolean;
  /** How long the host asks to be left alone. */
  readonly afterMs: number;

  constructor(cause: HeddleError, again = false, afterMs = 0) {
    super(cause.message, { cause });
    this.cause = cause;
    this.again = again;
    this.afterMs = afterMs;
  }
}

/** Asks `url` once. Throws a {@link TryFailure}, or what `signal` was aborted with. */
export async function tryHttp<T>(
  fetch: Fetch,
  url: string,
  request: HttpRequest<T>,
  limits: GatewayLimits,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  if (signal?.aborted) throw signal.reason;
  signal?.addEventListener('abort', abort);
  const sendMs = ((request.bodyBytes ?? 0) / Math.max(1, limits.sendBytesPerSecond)) * 1_000;
  const time = new TryTime(limits, sendMs, (reason) => stop.abort(reason));
  try {
    const { path, headers, body, statuses = [200] } = request;
    const init: RequestInit = { signal: stop.signal, ...(headers && { headers }) };
    // A body that is a stream is sent before the answer is read.
    if (body) Object.assign(init, { method: 'POST', body: body(), duplex: 'half' });
    const answer = new Answer(await follow(fetch, url + path, init, limits.redirects), () => time.restart());
    time.restart();
    if (!statuses.includes(answer.status)) throw await refusalOf(answer, nowMs);
    return await request.read(answer);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof TryFailure) throw error;
    if (error instanceof HeddleError && !stop.signal.aborted) throw new TryFailure(error);
    throw new TryFailure(unreachable(stop.signal.aborted ? stop.signal.reason : error), true);
  } finally {
    time.end();
    signal?.removeEventListener('abort', abort);
    // Of one that was read to its end, this does nothing; of another, it closes the connection.
    stop.abort();
  }
}

/** Ends a try that takes too long, or in which nothing comes for too long. */
class TryTime {
  readonly #silenceMs: number;
  readonly #over: (reason: Error) => void;
  readonly #whole: ReturnType<typeof setTimeout>;
  #silence: ReturnType<typeof setTimeout>;

  /** `sendMs` is how long the request may take to be sent, when nothing can be heard. */
  constructor({ silenceMs, tryMs }: GatewayLimits, sendMs: number, over: (reason: Error) => void) {
    this.#silenceMs = silenceMs;
    this.#over = over;
    const wholeMs = Math.round(tryMs + sendMs);
    this.#whole = timer(() => over(new Error(`not done after ${wholeMs} ms, the limit tryMs`)), wholeMs);
    this.#silence = this.#wait(silenceMs + sendMs);
  }

  /** Something has come. */
  restart(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#wait(this.#silenceMs);
  }

  end(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#silence);
  }

  #wait(ms: number) {
    return timer(() => this.#over(new Error(`silent for ${Math.round(ms)} ms, the limit silenceMs`)), ms);
  }
}

/**
 * The response, after redirects of a GET to the same host or one below it, which is where gateways send to: anywhere else,
 * a hostile one could make this machine ask what only it can reach. Browsers hide where a redirect leads, and have rules of
 * their own.
 */
async function follow(fetch: Fetch, url: string, init: RequestInit, redirects: number): Promise<Response> {
  let at = url;
  for (let left = redirects; ; left--) {
    const response = await fetch(at, { ...init, redirect: 'manual' });
    if (response.type === 'opaqueredirect' && init.method === undefined) {
      return fetch(at, { ...init, redirect: 'follow' });
    }
    const to = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (to === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(to, at) ? new URL(to, at) : undefined;
    const why = init.method === undefined ? reasonToStay(new URL(at), next, left) : 'where nothing is posted';
    if (!next || why) {
      const what = `it redirects to ${next ? excerpt(next.href, 200) : 'no url'}, ${why}`;
      throw new TryFailure(new HeddleError('gateway-refused', what, { status: response.status }));
    }
    at = next.href;
  }
}

/** Why a redirect is not followed. */
function reasonToStay(from: URL, to: URL | undefined, left: number): string | undefined {
  if (to?.host !== from.host && !(to?.hostname.endsWith(`.${from.hostname}`) && to.port === from.port))
    return 'which is another host';
  if (to.protocol !== from.protocol && to.protocol !== 'https:') return 'which is less safe';
  if (to.username + to.password !== '') return 'which has a password';
  return left === 0 ? 'after as many others as the limit redirects allows' : undefined;
}

async function refusalOf(answer: Answer, nowMs: number): Promise<TryFailure> {
  const { status } = answer;
  const facts = { status };
  // A pending transaction is 202, a chunk that is not there 204.
  const text = await answer.excerpt();
  const what = text === '' ? `it answers ${status}` : `it answers ${status}: ${text}`;
  if (status === 404 || status === 410 || status === 202 || status === 204) {
    return new TryFailure(new HeddleError('gateway-not-found', what, facts));
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    const failure = new HeddleError('gateway-unreachable', what, facts);
    return new TryFailure(failure, true, retryAfterMs(answer.header('retry-after'), nowMs));
  }
  return new TryFailure(new HeddleError('gateway-refused', what, facts));
}

/** What the header says: so many seconds, or a date. RFC 9110, 10.2.3. */
function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return ms > 0 ? ms : 0;
}

function unreachable(error: unknown): HeddleError {
  // What fetch throws says only that it failed; why is in its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new HeddleError('gateway-unreachable', reasonOf(cause), {}, { cause: error });
}
