import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { Content, pageBytes } from './content.ts';
import { isDevice, isFolder, isLink, type Node, type OpenFile } from './node.ts';
import { type FilesState, rootNumber } from './state.ts';

// The length of a description as u32, the description as JSON, then the pages of all files in its order.
const descriptionAt = 4;

/** `state` as bytes. The same files with the same history give the same bytes. */
export function encodeFiles(state: FilesState): Uint8Array {
  const pages: Uint8Array[] = [];
  const nodes = [...state.nodes.values()].sort((a, b) => a.number - b.number);
  const description = utf8Encoder.encode(
    JSON.stringify({
      nodes: nodes.map((node) => describe(node, pages)),
      open: [...state.open].map(([number, { node, path, flags, position }]) => [number, node, path, flags, position]),
      descriptors: [...state.descriptors],
      numbers: [state.nextNode, state.nextOpen, state.bytes, state.drawn],
    }),
  );
  const bytes = new Uint8Array(descriptionAt + description.length + pages.length * pageBytes);
  new DataView(bytes.buffer).setUint32(0, description.length, true);
  bytes.set(description, descriptionAt);
  pages.forEach((page, i) => {
    bytes.set(page, descriptionAt + description.length + i * pageBytes);
  });
  return bytes;
}

/** The files in `bytes`, or undefined if these are not what {@link encodeFiles} writes. */
export function decodeFiles(bytes: Uint8Array): FilesState | undefined {
  if (bytes.length < descriptionAt) return undefined;
  const pagesAt = descriptionAt + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  if (pagesAt > bytes.length) return undefined;
  try {
    return readFiles(JSON.parse(utf8Decoder.decode(bytes.subarray(descriptionAt, pagesAt))), bytes, pagesAt);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotFiles) return undefined;
    throw error;
  }
}

/** What is there is of another shape. */
class NotFiles extends Error {}

function readFiles(description: Json, bytes: Uint8Array, pagesAt: number): FilesState {
  const { nodes, open, descriptors, numbers } = object(description);
  const owner = {};
  const pages = new PageReader(bytes, pagesAt);
  const readNodes = list(nodes).map((node) => readNode(object(node), pages, owner));
  const openFiles = list(open).map((entry) => readOpenFile(list(entry), owner));
  const state = {
    nodes: unique(readNodes.map((node) => [node.number, node])),
    open: unique(openFiles),
    descriptors: unique(list(descriptors).map((entry) => readPair(list(entry)))),
  };
  const [nextNode, nextOpen, total, drawn] = list(numbers).map(count);
  const root = state.nodes.get(rootNumber);
  demand(root !== undefined && isFolder(root) && pages.left === 0);
  demand([...state.descriptors.values()].every((opened) => state.open.has(opened)));
  demand([...state.open.values()].every(({ node }) => state.nodes.has(node)));
  demand(nextNode !== undefined && readNodes.every(({ number }) => number < nextNode));
  demand(nextOpen !== undefined && openFiles.every(([number]) => number < nextOpen));
  demand(total === readNodes.reduce((sum, { content }) => sum + (content?.size ?? 0), 0));
  demand(drawn !== undefined);
  return { ...state, nextNode, nextOpen, bytes: total, drawn };
}

function describe(
  { number, mode, timeMs, entries, content, target, device, drive }: Node,
  pages: Uint8Array[],
): JsonObject {
  const written = content ? [...content.pages()] : [];
  pages.push(...written.map(([, bytes]) => bytes));
  return {
    number,
    mode,
    timeMs,
    ...(entries ? { entries: [...entries] } : {}),
    ...(content ? { size: content.size, pages: written.map(([page]) => page) } : {}),
    ...(target === undefined ? {} : { target }),
    ...(device === undefined ? {} : { device }),
    ...(drive ? { drive: [drive.key, drive.sizeBytes] } : {}),
  };
}

function readNode({ number, mode, timeMs, ...rest }: JsonObject, pages: PageReader, owner: object): Node {
  const node = { owner, number: count(number), mode: count(mode), timeMs: float(timeMs) };
  if (isFolder(node)) return { ...node, entries: unique(list(rest.entries).map((entry) => readEntry(list(entry)))) };
  if (isLink(node)) return { ...node, target: text(rest.target) };
  if (isDevice(node)) return { ...node, device: count(rest.device) };
  if (rest.drive !== undefined) {
    const [key, sizeBytes] = list(rest.drive);
    return { ...node, drive: { key: text(key), sizeBytes: count(sizeBytes) } };
  }
  return { ...node, content: readContent(owner, count(rest.size), list(rest.pages).map(count), pages) };
}

function readContent(owner: object, size: number, numbers: readonly number[], pages: PageReader): Content {
  demand(size <= largestFile);
  const content = new Content();
  let least = 0;
  for (const number of numbers) {
    demand(number >= least && number * pageBytes < size);
    least = number + 1;
    content.write(owner, number * pageBytes, pages.next());
  }
  content.resize(owner, size);
  return content;
}

function readOpenFile([number, node, path, flags, position]: readonly Json[], owner: object) {
  const file: OpenFile = {
    owner,
    node: count(node),
    path: text(path),
    flags: integer(flags),
    position: count(position),
  };
  return [count(number), file] as const;
}

const readPair = ([one, other]: readonly Json[]) => [count(one), count(other)] as const;
const readEntry = ([name, number]: readonly Json[]) => [text(name), count(number)] as const;

function unique<Key, Value>(entries: readonly (readonly [Key, Value])[]): Map<Key, Value> {
  const map = new Map(entries);
  demand(map.size === entries.length);
  return map;
}

class PageReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  next(): Uint8Array {
    demand(this.left >= pageBytes);
    this.#at += pageBytes;
    return this.#bytes.subarray(this.#at - pageBytes, this.#at);
  }
}

function demand(holds: boolean): asserts holds {
  if (!holds) throw new NotFiles();
}

function object(value: Json | undefined): JsonObject {
  demand(isJsonObject(value));
  return value;
}

function list(value: Json | undefined): readonly Json[] {
  demand(Array.isArray(value));
  return value;
}

function text(value: Json | undefined): string {
  demand(typeof value === 'string');
  return value;
}

function float(value: Json | undefined): number {
  demand(typeof value === 'number');
  return value;
}

function integer(value: Json | undefined): number {
  const number = float(value);
  demand(Number.isSafeInteger(number));
  return number;
}

function count(value: Json | undefined): number {
  const number = integer(value);
  demand(number >= 0);
  return number;
}

/** More than the host has memory for. */
const largestFile = 2 ** 32;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();
