import { HeddleError } from '../../core/error.ts';
import { excerpt } from '../../core/excerpt.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { StoredItem } from '../bundle-builder.ts';
import type { Chunks } from '../chunk-reader.ts';
import { DataItem } from '../item.ts';
import type { Answer } from './answer.ts';
import { HttpHosts, type HttpOptions } from './http-hosts.ts';
import { oneLine } from './response-json.ts';
import { UploadFailures, type UploadOptions } from './uploader.ts';

/** Which bundler takes items, and how it is asked. */
export interface ItemUploaderOptions extends HttpOptions {
  /** What `/tx` follows, such as `https://up.arweave.net`. */
  readonly url: string;
}

/** What became of an item that was sent. */
export interface ItemReceipt {
  readonly id: Id;
  /** Whether the bundler said that it had it already. */
  readonly isKnown: boolean;
}

/** Gives data items to a bundler, which writes them to Arweave with those of others. */
export interface ItemUploader {
  /**
   * Sends an item, which is signed already. The same item may be sent again, and is still one. An item that lies in a file is
   * read as it is sent. To follow the progress, and for an item that does not lie in memory, the host must be able to stream
   * requests: Node can, and browsers over HTTP/2.
   *
   * Refuses with `upload-refused` if it is certain that it was not taken, with `upload-unconfirmed` if it is not, as when the
   * answer does not name the item, and with `request-aborted`.
   */
  upload(item: DataItem | StoredItem, options?: UploadOptions): Promise<ItemReceipt>;
}

/**
 * An uploader to the bundler at `url`, which may want to be paid: what it asks for is its own affair. How far an item has
 * come a gateway says, with `status`.
 *
 * @example
 * ```ts
 * import { arweaveSigner, generateArweaveKey, itemUploader, signItem } from 'heddle/arweave';
 *
 * const signer = arweaveSigner(await generateArweaveKey());
 * const bundler = itemUploader({ url: 'https://up.arweave.net' });
 * const { id } = await bundler.upload(await signItem({ data: 'hello' }, signer));
 * ```
 */
export function itemUploader(options: ItemUploaderOptions): ItemUploader {
  const hosts = new HttpHosts([options.url], options);
  return {
    async upload(item, { signal, onProgress } = {}) {
      idToBytes(item.id);
      const failures = new UploadFailures();
      try {
        const isKnown = await hosts.ask(
          {
            path: '/tx',
            headers: headersOf(item, onProgress !== undefined),
            body: () => bodyOf(item, onProgress),
            bodyBytes: lengthOf(item),
            statuses: [200, 201, 202, 208, 400, 403, 409],
            read: (answer) => readReceipt(answer, item.id),
            failed: failures.note,
          },
          { signal },
        );
        return { id: item.id, isKnown };
      } catch (error) {
        throw failures.asError(error, item.id);
      }
    },
  };
}

const lengthOf = (item: DataItem | StoredItem): number =>
  item instanceof DataItem ? item.bytes.length : item.byteLength;

const headersOf = (item: DataItem | StoredItem, isFollowed: boolean) => ({
  'content-type': 'application/octet-stream',
  // A stream does not say how long it is.
  ...((isFollowed || !(item instanceof DataItem)) && { 'content-length': String(lengthOf(item)) }),
});

function bodyOf(item: DataItem | StoredItem, onProgress: UploadOptions['onProgress']) {
  if (!(item instanceof DataItem)) return streamOf(item.open(), item.byteLength, onProgress);
  const bytes = Uint8Array.from(item.bytes);
  return onProgress ? streamOf(piecesOf(bytes), bytes.length, onProgress) : bytes;
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const pieceBytes = 65_536;

/** Reads what is sent no faster than it goes. */
function streamOf(source: Chunks, total: number, onProgress: UploadOptions['onProgress']): ReadableStream<Uint8Array> {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let sent = 0;
  onProgress?.(0, total);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) return controller.close();
        controller.enqueue(value);
        sent += value.length;
        onProgress?.(sent, total);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Whether the bundler had the item already. It has to say which one: not everything that answers is a bundler. */
async function readReceipt(answer: Answer, id: Id): Promise<boolean> {
  const text = await answer.text(mostReceiptBytes);
  const { status } = answer;
  const said = oneLine(text, 200) || 'nothing';
  const isKnown =
    status === 208 || status === 409 || /already (been )?(received|exists?|processed|uploaded)/i.test(text);
  if (status >= 400 && !isKnown) throw new HeddleError('gateway-refused', `it answers ${status}: ${said}`, { status });
  const taken = idIn(text) ?? (isKnown || text.includes(id) ? id : undefined);
  if (taken === id) return isKnown;
  const what =
    taken === undefined
      ? `it answers ${status} and does not name the item: ${said}`
      : `it says that it took ${excerpt(String(taken), 60)}`;
  throw new HeddleError('response-malformed', what, { id, status });
}

const mostReceiptBytes = 65_536;

/** What bundlers that answer in JSON say that they took. */
function idIn(text: string): Json | undefined {
  try {
    const json: Json = JSON.parse(text);
    return isJsonObject(json) ? json.id : undefined;
  } catch {
    return undefined;
  }
}
