import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { Content, pageBytes } from './content.ts';
import type { Node, OpenFile } from './node.ts';
import type { FilesState } from './state.ts';

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
  const description = parse(bytes.subarray(descriptionAt, pagesAt));
  if (!isJsonObject(description)) return undefined;
  const { nodes, open, descriptors, numbers } = description;
  if (!(isPairs(nodes, 'object') && isPairs(open, 'list') && isPairs(descriptors, 'list') && isNumbers(numbers, 4))) {
    return undefined;
  }
  const owner = {};
  const pages = new PageReader(bytes, pagesAt);
  const [nextNode = 0, nextOpen = 0, total = 0, drawn = 0] = numbers;
  const readNodes = (nodes as readonly JsonObject[]).map((node) => readNode(node, pages, owner));
  if (pages.left !== 0) return undefined;
  return {
    nodes: new Map(readNodes.map((node) => [node.number, node])),
    open: new Map(
      (open as readonly [number, number, string, number, number][]).map(([number, node, path, flags, position]) => {
        const file: OpenFile = { owner, node, path, flags, position };
        return [number, file] as const;
      }),
    ),
    descriptors: new Map(descriptors as readonly [number, number][]),
    nextNode,
    nextOpen,
    bytes: total,
    drawn,
  };
}

function describe({ number, mode, timeMs, entries, content, target, device }: Node, pages: Uint8Array[]): JsonObject {
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
  };
}

/** The description is one that {@link encodeFiles} wrote, as the checksum over it says; its types are taken as that. */
function readNode(from: JsonObject, pages: PageReader, owner: object): Node {
  const { entries, size, pages: numbers, target, device } = from;
  const node = { owner, number: Number(from.number), mode: Number(from.mode), timeMs: Number(from.timeMs) };
  return {
    ...node,
    ...(Array.isArray(entries) ? { entries: new Map(entries as unknown as [string, number][]) } : {}),
    ...(Array.isArray(numbers) ? { content: readContent(owner, Number(size), numbers as number[], pages) } : {}),
    ...(typeof target === 'string' ? { target } : {}),
    ...(typeof device === 'number' ? { device } : {}),
  };
}

function readContent(owner: object, size: number, numbers: readonly number[], pages: PageReader): Content {
  const content = new Content();
  for (const number of numbers) content.write(owner, number * pageBytes, pages.next());
  content.resize(owner, size);
  return content;
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
    this.#at += pageBytes;
    return this.#bytes.subarray(this.#at - pageBytes, this.#at);
  }
}

function parse(bytes: Uint8Array): Json | undefined {
  try {
    // JSON.parse returns nothing but what Json describes.
    return JSON.parse(utf8Decoder.decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}

const isPairs = (value: Json | undefined, kind: 'object' | 'list'): value is readonly Json[] =>
  Array.isArray(value) && value.every((entry: Json) => (kind === 'list' ? Array.isArray(entry) : isJsonObject(entry)));

const isNumbers = (value: Json | undefined, count: number): value is readonly number[] =>
  Array.isArray(value) && value.length === count && value.every((entry: Json) => typeof entry === 'number');

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();
