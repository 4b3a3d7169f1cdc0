import { joined } from '../../core/bytes.ts';
import { HeddleError } from '../../core/error.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import { type Id, idToBytes } from '../../core/id.ts';
import type { Answer } from './answer.ts';
import { type ChunkRange, chunkStart, DataTree, isEqual, provenChunk } from './data-tree.ts';
import type { AskOptions, HttpHosts } from './http-hosts.ts';
import {
  readTransaction,
  type Transaction,
  unverified,
  verifiedTransaction,
  type WireTransaction,
} from './transaction.ts';
import { bytesOf, objectOf, wholeOf } from './wire-fields.ts';

/** A transaction of the base layer and, of format 1, its data, without which it cannot be verified. */
export interface VerifiedTransaction {
  readonly transaction: Transaction;
  readonly data?: undefined | Uint8Array;
}

/** Reads a transaction and verifies it. */
export async function fetchTransaction(
  hosts: HttpHosts,
  id: Id,
  signal: AbortSignal | undefined,
): Promise<VerifiedTransaction> {
  const request = <T>(read: (wire: WireTransaction) => Promise<T>) => ({
    path: `/tx/${id}`,
    read: async (answer: Answer) => read(readTransaction(await answer.json(hosts.limits), id)),
  });
  const verified = await hosts.ask(
    request(async (wire) => {
      if (wire.format === 2) return { transaction: await verifiedTransaction(wire) };
      const data = bytesOf(wire.data, 'data');
      // Its data may have been left out.
      if (data.length < Number(wire.data_size)) return undefined;
      return { transaction: await verifiedTransaction(wire, data), data };
    }),
    { signal },
  );
  if (verified) return verified;
  return hosts.withOne(async (one) => {
    const wire = await hosts.ask(
      request(async (read) => read),
      { ...one, signal },
    );
    return fetchContent(hosts, id, signal, async (answer) => {
      const data = await answer.bytes(hosts.limits.dataBytes, 'dataBytes');
      return { transaction: await verifiedTransaction(wire, data), data };
    });
  });
}

/** Reads the data of a transaction of format 2 as a whole and verifies it. */
export async function fetchData(
  hosts: HttpHosts,
  transaction: Transaction,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { id, dataBytes, wire } = transaction;
  const most = hosts.limits.dataBytes;
  if (dataBytes > most) {
    const what = `the data of ${id} has ${dataBytes} bytes, more than ${most} of dataBytes`;
    throw new HeddleError('response-over-limit', what, { id, limit: 'dataBytes', most });
  }
  if (dataBytes === 0) return new Uint8Array(0);
  const root = idToBytes(wire.data_root);
  const whole = async (answer: Answer) => {
    const tree = new DataTree(dataBytes);
    const pieces: Uint8Array[] = [];
    let left = dataBytes;
    for await (const piece of answer.pieces(most, 'dataBytes')) {
      left -= piece.length;
      if (left < 0) break;
      tree.push(piece);
      pieces.push(piece);
    }
    if (left !== 0 || !isEqual(tree.root ?? root.subarray(1), root)) throw unverified(id, 'its data has another root');
    return joined(pieces);
  };
  return firstOf([
    () => fetchContent(hosts, id, signal, whole),
    // Data that was split in another way than all clients do has another root, and can be proven chunk by chunk only.
    async () => {
      const pieces: Uint8Array[] = [];
      for await (const piece of streamData(hosts, transaction, { from: 0, to: dataBytes }, signal)) pieces.push(piece);
      return joined(pieces);
    },
  ]);
}

/** A part of some data: the bytes from `from` up to `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads data of a transaction of format 2 chunk by chunk, each of which is proven before it is given on. A host that has not
 * got one, or another one, is left for the next.
 */
export async function* streamData(
  hosts: HttpHosts,
  { id, dataBytes, wire }: Transaction,
  { from, to }: ByteRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const root = idToBytes(wire.data_root);
  // Where each host has the data's first byte among those of all transactions.
  const starts = new Map<string, number>();
  // A chunk is found by any of its bytes, but not by all nodes.
  let at = chunkStart(dataBytes, from);
  while (at < to) {
    const { range, bytes } = await hosts.withOne(async (one) => {
      const start = starts.get(one.only) ?? (await fetchStart(hosts, id, dataBytes, { ...one, signal }));
      starts.set(one.only, start);
      return fetchChunk(hosts, root, dataBytes, at, start, { ...one, signal });
    });
    const piece = bytes.subarray(Math.max(0, from - range.start), Math.max(0, to - range.start));
    if (piece.length > 0) yield piece;
    at = range.end;
  }
}

async function fetchStart(hosts: HttpHosts, id: Id, dataBytes: number, one: AskOptions): Promise<number> {
  const read = async (answer: Answer) => {
    const fields = objectOf(await answer.json(hosts.limits), 'the answer');
    if (wholeOf(fields.size, 'size') !== dataBytes) throw unverified(id, `its data has ${fields.size} bytes`);
    return Math.max(0, wholeOf(fields.offset, 'offset') - dataBytes + 1);
  };
  return hosts.ask({ path: `/tx/${id}/offset`, read }, one);
}

async function fetchChunk(
  hosts: HttpHosts,
  root: Uint8Array,
  dataBytes: number,
  at: number,
  start: number,
  one: AskOptions,
): Promise<{ readonly range: ChunkRange; readonly bytes: Uint8Array }> {
  const read = async (answer: Answer) => {
    const fields = objectOf(await answer.json(hosts.limits), 'the chunk');
    const bytes = bytesOf(fields.chunk, 'chunk');
    return { range: provenChunk(root, dataBytes, at, bytesOf(fields.data_path, 'data_path'), bytes), bytes };
  };
  return hosts.ask({ path: `/chunk/${start + at}`, read }, one);
}

/** Reads what gateways give for an id: as it is where they have that, else as they give it to browsers. */
export const fetchContent = <T>(
  hosts: HttpHosts,
  id: Id,
  signal: AbortSignal | undefined,
  read: (answer: Answer) => Promise<T>,
): Promise<T> => {
  // Of an item without data, nodes say that there is no content.
  const statuses = [200, 204];
  return firstOf(
    ['/raw', ''].map((folder) => () => hosts.ask({ path: `${folder}/${id}`, statuses, read }, { signal })),
  );
};

/**
 * Reads a part of what gateways give for an id, which nothing proves. It ends where that ends. Of a gateway that knows no
 * ranges, all before it is read and left.
 */
export async function fetchRange(
  hosts: HttpHosts,
  id: Id,
  { from, to }: ByteRange,
  options: AskOptions,
): Promise<Uint8Array> {
  if (to <= from) return new Uint8Array(0);
  const read = async (answer: Answer) => {
    const isPart = answer.status === 206;
    const first = isPart ? firstByteOf(answer) : 0;
    if (first > from) throw new HeddleError('response-malformed', `the range begins at ${first}, not at ${from}`);
    const pieces: Uint8Array[] = [];
    let at = first;
    for await (const piece of answer.pieces(Number.POSITIVE_INFINITY)) {
      pieces.push(piece.slice(Math.max(0, from - at), Math.max(0, to - at)));
      at += piece.length;
      if (at >= to) break;
    }
    return joined(pieces);
  };
  const headers = { range: `bytes=${from}-${to - 1}` };
  return firstOf(
    ['/raw', ''].map(
      (folder) => () => hosts.ask({ path: `${folder}/${id}`, headers, statuses: [200, 206], read }, options),
    ),
  );
}

function firstByteOf(answer: Answer): number {
  const [, first] = /^bytes (\d{1,15})-/.exec(answer.header('content-range') ?? '') ?? [];
  return first === undefined ? Number.POSITIVE_INFINITY : Number(first);
}

/** What the first of several ways gives that leads anywhere; if none does, why the first did not that found something. */
export async function firstOf<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  let reason: unknown;
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof HeddleError && otherwise.has(error.code))) throw error;
      if (reason === undefined || (reason instanceof HeddleError && reason.code === 'gateway-not-found'))
        reason = error;
    }
  }
  throw reason;
}

/** After these there may be another way. */
const otherwise: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'gateway-not-found',
  'gateway-refused',
  'response-malformed',
  'response-over-limit',
  'response-unverified',
]);
