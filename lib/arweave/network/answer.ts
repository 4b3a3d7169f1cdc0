import { joined } from '../../core/bytes.ts';
import { HeddleError } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import { oneLine, parseJson } from './response-json.ts';

/** What a host answers, read within limits. */
export class Answer {
  readonly status: number;
  readonly #response: Response;
  readonly #heard: () => void;

  /** `heard` is called whenever something comes. */
  constructor(response: Response, heard: () => void) {
    this.status = response.status;
    this.#response = response;
    this.#heard = heard;
  }

  header(name: string): string | null {
    return this.#response.headers.get(name);
  }

  /** The bytes as they come, at most `most` of them: what is more is refused where it begins, with the name of the limit. */
  async *pieces(most: number, limit?: keyof GatewayLimits): AsyncGenerator<Uint8Array, void, void> {
    if (Number(this.header('content-length')) > most) throw overLimit(most, limit);
    const reader = this.#response.body?.getReader();
    if (!reader) return;
    let bytes = 0;
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        this.#heard();
        bytes += piece.value.length;
        if (bytes > most) throw overLimit(most, limit);
        yield piece.value;
      }
    } finally {
      // Of what was read to its end, this does nothing. What has failed has been told already.
      await reader.cancel().catch(() => {});
    }
  }

  async bytes(most: number, limit?: keyof GatewayLimits): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(most, limit)) pieces.push(piece);
    return joined(pieces);
  }

  async json(limits: GatewayLimits): Promise<Json> {
    return parseJson(await this.bytes(limits.jsonBytes, 'jsonBytes'), limits);
  }

  async text(most: number): Promise<string> {
    return decoder.decode(await this.bytes(most));
  }

  /** How it begins, in one line, for a reason to show. */
  async excerpt(most = 200): Promise<string> {
    let text = '';
    for await (const piece of this.pieces(Number.POSITIVE_INFINITY)) {
      text += decoder.decode(piece.subarray(0, most));
      if (text.length >= most) break;
    }
    return oneLine(text, most);
  }
}

const overLimit = (most: number, limit?: string) => {
  const what = `the answer has more than ${most} bytes${limit === undefined ? '' : ` of ${limit}`}`;
  return new HeddleError('response-over-limit', what, { most, ...(limit !== undefined && { limit }) });
};

const decoder = new TextDecoder();
