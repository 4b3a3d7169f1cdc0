import PQueue from 'p-queue';
import { HeddleError } from '../../core/error.ts';
import { type RandomStream, randomStream } from '../../core/random.ts';
import { type GatewayLimits, gatewayLimitsOf } from './gateway-limits.ts';
import { type Fetch, type HttpRequest, TryFailure, tryHttp } from './http-try.ts';
import { withOwnSignal } from './own-signal.ts';
import { type WallClock, wallClock } from './wall-clock.ts';

/** How requests are made; what gateways and uploaders have in common. */
export interface HttpOptions {
  /** The function that makes requests: the host's own by default. */
  readonly fetch?: Fetch;
  /** What waiting between retries goes by: the machine's time by default. */
  readonly clock?: WallClock;
  /** What the waits are made uneven with, so that clients do not come back together: a stream of its own by default. */
  readonly random?: RandomStream;
  readonly limits?: Partial<GatewayLimits>;
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** The url of the one host that is asked. */
  readonly only?: string;
  /** Instead of those of the limits. */
  readonly retries?: number;
}

/** One that is asked, and how it has been doing. */
interface Host {
  /** Without a slash at the end. */
  readonly url: string;
  failures: number;
  /** Until then it is asked after the others. */
  restUntilMs: number;
  /** Until then it is not asked at all. */
  busyUntilMs: number;
}

/**
 * Several hosts that have the same, asked in turn until one has it. What failed for the moment is tried again, with longer
 * and longer waits.
 */
export class HttpHosts {
  readonly limits: GatewayLimits;
  readonly #hosts: readonly Host[];
  readonly #fetch: Fetch;
  readonly #clock: WallClock;
  readonly #random: RandomStream;
  readonly #queue: PQueue;

  constructor(urls: readonly string[], { fetch, clock = wallClock, random, limits }: HttpOptions) {
    this.limits = gatewayLimitsOf(limits);
    if (!Array.isArray(urls) || urls.length === 0) {
      throw new HeddleError('option-invalid', 'urls is no list of one url or more', { option: 'urls' });
    }
    this.#hosts = urls.map((url) => ({ url: checkedUrl(url), failures: 0, restUntilMs: 0, busyUntilMs: 0 }));
    // Not the host's function itself: a browser's one wants to be called as its own.
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#clock = clock;
    this.#random = random ?? randomStream(`${clock.nowMs()} ${urls}`, 'back-off');
    this.#queue = new PQueue({ concurrency: Math.max(1, this.limits.requests) });
  }

  /** What the first host that has it answers. */
  async ask<T>(request: HttpRequest<T>, options: AskOptions = {}): Promise<T> {
    const { signal } = options;
    if (signal && typeof signal.addEventListener !== 'function') {
      throw new HeddleError('option-invalid', 'signal is no AbortSignal', { option: 'signal' });
    }
    return withOwnSignal(signal, (own) => this.#ask(request, { ...options, signal: own }));
  }

  async #ask<T>(request: HttpRequest<T>, { signal, only, retries = this.limits.retries }: AskOptions): Promise<T> {
    const failures = new Map<Host, HeddleError>();
    let hosts = only === undefined ? this.#inOrder() : this.#hosts.filter(({ url }) => url === only);
    for (let round = 0; ; round++) {
      const again: Host[] = [];
      for (const host of hosts) {
        try {
          if (host.busyUntilMs > this.#clock.nowMs()) throw new TryFailure(busy(), true);
          return await this.#try(host, request, signal);
        } catch (error) {
          if (signal?.aborted) throw aborted(signal.reason);
          if (!(error instanceof TryFailure)) throw error;
          failures.set(host, error.cause);
          request.failed?.(error.cause);
          if (error.again && error.afterMs <= this.limits.retryAfterMs) again.push(host);
        }
      }
      if (again.length === 0 || round === retries) throw summary(failures, request.path);
      await this.#clock.wait(this.#waitMs(round, again), signal);
      if (signal?.aborted) throw aborted(signal.reason);
      hosts = again;
    }
  }

  /**
   * Does what takes several requests to one host, with one host after the other until it is done: first without retries, so
   * that one that is down keeps nobody waiting.
   */
  async withOne<T>(act: (options: { readonly only: string; readonly retries: number }) => Promise<T>): Promise<T> {
    const failures = new Map<Host, HeddleError>();
    const passes = this.#hosts.length === 1 ? [this.limits.retries] : [0, this.limits.retries];
    for (const retries of passes) {
      const hosts = this.#inOrder().filter((host) => isPassing(failures.get(host)));
      for (const host of hosts) {
        try {
          return await act({ only: host.url, retries });
        } catch (error) {
          if (!(error instanceof HeddleError) || error.code === 'request-aborted') throw error;
          failures.set(host, error);
        }
      }
    }
    throw summary(failures);
  }

  async #try<T>(host: Host, request: HttpRequest<T>, signal: AbortSignal | undefined): Promise<T> {
    const { limits } = this;
    try {
      const answer = await this.#queue.add(
        () => tryHttp(this.#fetch, host.url, request, limits, this.#clock.nowMs(), signal),
        signal && { signal },
      );
      host.failures = 0;
      host.restUntilMs = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof TryFailure)) throw error;
      // That it has not got something is an answer.
      if (error.cause.code === 'gateway-not-found') host.failures = 0;
      else host.failures++;
      const nowMs = this.#clock.nowMs();
      if (host.failures >= limits.failures) host.restUntilMs = nowMs + limits.restMs;
      host.busyUntilMs = Math.max(host.busyUntilMs, nowMs + Math.min(error.afterMs, limits.retryAfterMs));
      throw error;
    }
  }

  /** Those that keep failing last. */
  #inOrder(): readonly Host[] {
    const nowMs = this.#clock.nowMs();
    const late = (host: Host) => Number(Math.max(host.restUntilMs, host.busyUntilMs) > nowMs);
    return this.#hosts.toSorted((a, b) => late(a) - late(b));
  }

  #waitMs(round: number, hosts: readonly Host[]): number {
    const { firstRetryMs, lastRetryMs } = this.limits;
    const waitMs = Math.min(lastRetryMs, firstRetryMs * 2 ** round) * (1 - this.#random.unit() / 2);
    const busyMs = Math.min(...hosts.map((host) => host.busyUntilMs)) - this.#clock.nowMs();
    return Math.ceil(Math.max(waitMs, busyMs));
  }
}

/**
 * Why nobody had what is at `path`: what can change if it is asked for again comes first, that somebody has not got it
 * last.
 */
function summary(failures: ReadonlyMap<Host, HeddleError>, path = ''): HeddleError {
  if (failures.size === 1) for (const error of failures.values()) if (error.facts.reasons) return error;
  const reasons = [...failures].map(([{ url }, error]) => {
    const host = new URL(url).host;
    // One that was asked alone has its name in the reason already.
    return { host, code: error.code, what: error.facts.reasons ? error.what : `${host}${path}: ${error.what}` };
  });
  const rank = ({ code }: HeddleError) => (code === 'gateway-unreachable' ? 0 : code === 'gateway-not-found' ? 2 : 1);
  const [first] = [...failures.values()].toSorted((a, b) => rank(a) - rank(b));
  const what = reasons.map((reason) => reason.what).join('; ');
  return new HeddleError(first?.code ?? 'gateway-unreachable', what, { ...first?.facts, reasons }, { cause: first });
}

/** Whether what it failed with may be over when it is asked again. */
const isPassing = (error: HeddleError | undefined) => error === undefined || error.code === 'gateway-unreachable';

const busy = () => new HeddleError('gateway-unreachable', 'it asked to be left alone for a while', { status: 429 });

const aborted = (reason: unknown) =>
  new HeddleError('request-aborted', 'the request was aborted', {}, { cause: reason });

function checkedUrl(url: string): string {
  const { protocol, origin, pathname, search, hash, username, password } = new URL(URL.canParse(url) ? url : 'no:url');
  // As it is parsed: a blank at its end would become one in the middle.
  if (/^https?:$/.test(protocol) && search + hash + username + password === '') {
    return (origin + pathname).replace(/\/+$/, '');
  }
  throw new HeddleError('option-invalid', `"${url}" is no http or https url`, { option: 'urls' });
}
