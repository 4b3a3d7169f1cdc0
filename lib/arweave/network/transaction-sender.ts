import { encodeBase64Url } from '../../core/base64url.ts';
import { HeddleError } from '../../core/error.ts';
import type { Id } from '../../core/id.ts';
import type { Answer } from './answer.ts';
import { partsOf, type StoredData } from './data-source.ts';
import type { DataTree } from './data-tree.ts';
import { fetchStatus } from './gateway-chain.ts';
import type { HttpHosts } from './http-hosts.ts';
import { TryFailure } from './http-try.ts';
import { type TransactionUploadOptions, UploadFailures, type UploadState } from './uploader.ts';

const headers = { 'content-type': 'application/json' };
const takenStatuses = [200, 201, 202, 208];

/** Posts a signed transaction and its chunks, those that were not taken yet. */
export async function sendTransaction(
  hosts: HttpHosts,
  from: UploadState,
  tree: DataTree,
  data: StoredData,
  options: TransactionUploadOptions,
): Promise<{ readonly id: Id }> {
  const { id } = from.transaction;
  // The last leaf of a tree may be empty, which is no chunk.
  const count = tree.chunks.filter(({ start, end }) => end > start).length;
  const progress = (sentBytes: number) => options.onProgress?.(sentBytes, data.byteLength);
  let state = from;
  const report = async (next: UploadState) => {
    state = next;
    await options.onState?.(next);
  };
  const sentBytes = () => tree.chunks[state.chunks]?.start ?? data.byteLength;

  progress(sentBytes());
  if (!state.isPosted) {
    const inline = count === 1 ? await wholeOf(data, tree) : undefined;
    await postTransaction(hosts, state, inline, options);
    await report({ ...state, isPosted: true, chunks: inline ? count : state.chunks });
    if (inline) progress(data.byteLength);
  }
  try {
    await postChunks(hosts, tree, data, state.chunks, count, options, async (chunks) => {
      await report({ ...state, chunks });
      progress(sentBytes());
    });
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code === 'request-aborted' || error.code === 'upload-invalid')
      throw error;
    const what = `of ${count} chunks of ${id}, ${state.chunks} were taken: ${error.what}`;
    throw new HeddleError(
      'upload-incomplete',
      what,
      { ...error.facts, id, chunks: state.chunks, count },
      { cause: error },
    );
  }
  return { id };
}

async function wholeOf(data: StoredData, tree: DataTree): Promise<Uint8Array> {
  for await (const part of partsOf(data, tree.chunks)) return part;
  return new Uint8Array(0);
}

async function postTransaction(
  hosts: HttpHosts,
  { transaction }: UploadState,
  inline: Uint8Array | undefined,
  { signal }: TransactionUploadOptions,
): Promise<void> {
  const { id } = transaction;
  const failures = new UploadFailures();
  const body = JSON.stringify(inline ? { ...transaction, data: encodeBase64Url(inline) } : transaction);
  const read = async (answer: Answer) => {
    await answer.excerpt();
  };
  try {
    const sent = { body: () => body, bodyBytes: body.length };
    const request = { path: '/tx', headers, ...sent, statuses: takenStatuses, read, failed: failures.note };
    await hosts.ask(request, { signal });
  } catch (error) {
    if (signal?.aborted || !(await isTaken(hosts, id))) throw failures.asError(error, id);
  }
}

/** Whether a node that refuses a transaction does so because it has it, or has taken it and could not say so. */
async function isTaken(hosts: HttpHosts, id: Id): Promise<boolean> {
  try {
    return (await fetchStatus(hosts, id, { retries: 0 })).state !== 'unknown';
  } catch {
    // That it could not be posted is thrown instead.
    return false;
  }
}

/** The second reading: several chunks at a time, `taken` being told how many of the first are. */
async function postChunks(
  hosts: HttpHosts,
  tree: DataTree,
  data: StoredData,
  first: number,
  count: number,
  { signal }: TransactionUploadOptions,
  taken: (chunks: number) => Promise<void>,
): Promise<void> {
  if (first >= count) return;
  const underWay = new Set<Promise<void>>();
  const early = new Set<number>();
  let next = first;
  let reports = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  let index = 0;
  const send = async (chunk: number, bytes: Uint8Array) => {
    try {
      await postChunk(hosts, tree, data.byteLength, chunk, bytes, signal);
      early.add(chunk);
      while (early.delete(next)) next++;
      const chunks = next;
      reports = reports.then(() => (failure ? undefined : taken(chunks)));
      await reports;
    } catch (error) {
      failure ??= { error };
    }
  };
  for await (const bytes of partsOf(data, tree.chunks)) {
    const chunk = index++;
    if (chunk < first || chunk >= count) continue;
    if (failure) break;
    const sending = send(chunk, bytes).then(() => void underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= Math.max(1, hosts.limits.requests)) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failure) throw failure.error;
}

/** Refusals of nodes that have not heard of the transaction yet, or have no room for the moment. */
const passing = /data_root_not_found|exceeds_disk_pool_size_limit|not_joined|timeout/;

async function postChunk(
  hosts: HttpHosts,
  tree: DataTree,
  dataBytes: number,
  chunk: number,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const body = JSON.stringify({
    data_root: encodeBase64Url(tree.root ?? new Uint8Array(0)),
    data_size: String(dataBytes),
    data_path: encodeBase64Url(tree.proof(chunk)),
    offset: String((tree.chunks[chunk]?.end ?? 1) - 1),
    chunk: encodeBase64Url(bytes),
  });
  const read = async (answer: Answer) => {
    const text = await answer.excerpt();
    if (answer.status !== 400) return;
    const error = new HeddleError('gateway-refused', `it answers 400: ${text}`, { status: 400 });
    throw passing.test(text) ? new TryFailure(error, true) : error;
  };
  const sent = { body: () => body, bodyBytes: body.length };
  const request = { path: '/chunk', headers, ...sent, statuses: [...takenStatuses, 400], read };
  await hosts.ask(request, { signal });
}
