import { limitsOver } from '../limits.ts';

/** How much of what a gateway or a bundler answers is read, and how long is waited for it. */
export interface GatewayLimits {
  /** Requests of one gateway or uploader under way at a time. At it: others wait. */
  readonly requests: number;
  /** How often what failed for the moment is tried again, with each of the urls. Then: `gateway-unreachable`. */
  readonly retries: number;
  /** The wait before the first retry; each further one is twice as long, and as much as half of it is taken off at random. */
  readonly firstRetryMs: number;
  /** The longest wait before a retry. */
  readonly lastRetryMs: number;
  /** The longest `Retry-After` that is waited for. Over it: this url is not tried again by that call. */
  readonly retryAfterMs: number;
  /** Failures in a row after which a url is tried after the others for `restMs`. */
  readonly failures: number;
  /** How long a url that keeps failing is tried last. */
  readonly restMs: number;
  /** How long nothing may come of an answer. Over it: the try has failed. */
  readonly silenceMs: number;
  /** How long one try may take. Over it: the try has failed. */
  readonly tryMs: number;
  /** The slowest line that is sent over: so much longer the first answer and the whole try may take. Slower: the try has failed. */
  readonly sendBytesPerSecond: number;
  /** Redirects that are followed, to the same host or one below it. Over it: `gateway-refused`. */
  readonly redirects: number;
  /** Bytes of an answer in JSON. Over it: `response-over-limit`, while it is read. */
  readonly jsonBytes: number;
  /** Values and keys in an answer in JSON. Over it: the same, before it is parsed. */
  readonly jsonValues: number;
  /** Lists and objects inside each other in an answer in JSON. Over it: the same. */
  readonly jsonDepth: number;
  /** Bytes of data that are read as a whole. Over it: the same; `stream` and `range` read larger data. */
  readonly dataBytes: number;
  /** Bytes of verified content that are kept. Over it: what was used longest ago goes. */
  readonly cacheBytes: number;
  /** Transactions of one page of a listing. Over it: `option-invalid`. */
  readonly pageTransactions: number;
  /** Pages of one listing. Over it: `listing-over-limit`. */
  readonly pages: number;
}

/**
 * The limits of a gateway that is given none.
 *
 * @example
 * ```ts
 * import { defaultGatewayLimits, gateway } from 'heddle/arweave';
 *
 * gateway({ urls: ['https://arweave.net'], limits: { cacheBytes: defaultGatewayLimits.cacheBytes * 4 } });
 * ```
 */
export const defaultGatewayLimits: GatewayLimits = {
  requests: 8,
  retries: 4,
  firstRetryMs: 500,
  lastRetryMs: 30_000,
  retryAfterMs: 60_000,
  failures: 3,
  restMs: 60_000,
  silenceMs: 30_000,
  tryMs: 300_000,
  sendBytesPerSecond: 65_536,
  redirects: 3,
  jsonBytes: 16_777_216,
  jsonValues: 200_000,
  jsonDepth: 32,
  dataBytes: 67_108_864,
  cacheBytes: 67_108_864,
  pageTransactions: 100,
  pages: 10_000,
};

/** The defaults with `given` over them. */
export const gatewayLimitsOf = (given?: Partial<GatewayLimits>): GatewayLimits =>
  limitsOver(defaultGatewayLimits, given);
