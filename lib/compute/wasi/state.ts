import { isClear } from '#zeros';
import { isJsonObject, type Json } from '../../core/json.ts';
import { pageBytes } from '../wasm/guest-memory.ts';
import { type FileTree, toTree } from './file-tree.ts';
import type { NumberType } from './hidden-state.ts';
import type { Image } from './instance.ts';
import type { Program } from './program.ts';

/** The whole state of a process between two turns. */
export interface State {
  readonly files: FileTree;
  /** Absent in a command, which starts anew each time, and in a reactor that has taken no turn yet. */
  readonly image?: Image | undefined;
}

// The length of a description as u32, the description as JSON, the globals as 8 bytes each, the pages of the memory that
// are not zero, the files.
const descriptionAt = 4;
const globalBytes = 8;

/** `state` as bytes: the same state gives the same bytes. */
export function encodeState({ files, image }: State, { globals }: Program): Uint8Array {
  const pages = image ? pagesOf(image.memory) : [];
  const description = utf8.encode(
    JSON.stringify({
      files: [...files].map(([path, content]) => [path, content?.length ?? null]),
      ...(image && { memoryBytes: image.memory.length, pages: pages.map(([page]) => page) }),
    }),
  );
  const values = new DataView(new ArrayBuffer(image ? globals.length * globalBytes : 0));
  if (image)
    for (const [i, { type }] of globals.entries()) writeValue(values, i * globalBytes, type, image.globals[i] ?? 0);
  const head = new Uint8Array(descriptionAt);
  new DataView(head.buffer).setUint32(0, description.length, true);
  const parts = [head, description, new Uint8Array(values.buffer), ...pages.map(([, bytes]) => bytes)];
  return joined([...parts, ...[...files.values()].flatMap((content) => content ?? [])]);
}

/** The state in `bytes`, or undefined if these are not what {@link encodeState} writes for that program. */
export function decodeState(bytes: Uint8Array, { globals, style }: Program): State | undefined {
  if (bytes.length < descriptionAt) return undefined;
  const from = descriptionAt + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const description = parse(bytes.subarray(descriptionAt, from));
  if (!isJsonObject(description) || !isFileList(description.files)) return undefined;
  const { memoryBytes, pages = [] } = description;
  if (!isNumbers(pages) || (memoryBytes !== undefined && (typeof memoryBytes !== 'number' || style === 'command'))) {
    return undefined;
  }
  const hasImage = memoryBytes !== undefined;
  const valueBytes = hasImage ? globals.length * globalBytes : 0;
  const fileBytes = description.files.reduce((sum, [, length]) => sum + (length ?? 0), 0);
  if (bytes.length !== from + valueBytes + pages.length * pageBytes + fileBytes) return undefined;
  if (pages.some((page) => (page + 1) * pageBytes > (memoryBytes ?? 0))) return undefined;

  let at = from + valueBytes;
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const memory = new Uint8Array(memoryBytes ?? 0);
  for (const page of pages) memory.set(take(pageBytes), page * pageBytes);
  const files = toTree(
    description.files.map(([path, length]) => [path, length === null ? undefined : take(length).slice()] as const),
  );
  if (!hasImage) return { files };
  const values = new DataView(bytes.buffer, bytes.byteOffset + from, valueBytes);
  return { files, image: { memory, globals: globals.map(({ type }, i) => readValue(values, i * globalBytes, type)) } };
}

const pagesOf = (memory: Uint8Array): readonly (readonly [page: number, bytes: Uint8Array])[] =>
  Array.from(
    { length: memory.length / pageBytes },
    (_, page) => [page, memory.subarray(page * pageBytes, (page + 1) * pageBytes)] as const,
  ).filter(([, bytes]) => !isClear(bytes));

function writeValue(view: DataView, at: number, type: NumberType | undefined, value: number | bigint): void {
  if (type === 'i64') view.setBigInt64(at, BigInt(value), true);
  else if (type === 'i32') view.setInt32(at, Number(value), true);
  else view.setFloat64(at, Number(value), true);
}

function readValue(view: DataView, at: number, type: NumberType | undefined): number | bigint {
  if (type === 'i64') return view.getBigInt64(at, true);
  return type === 'i32' ? view.getInt32(at, true) : view.getFloat64(at, true);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function parse(bytes: Uint8Array): Json | undefined {
  try {
    // JSON.parse returns nothing but what Json describes.
    return JSON.parse(utf8Text.decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}

const isFileList = (value: Json | undefined): value is readonly [string, number | null][] =>
  Array.isArray(value) &&
  value.every((entry: Json) => {
    const [path, length] = Array.isArray(entry) ? (entry as readonly Json[]) : [];
    return typeof path === 'string' && (length === null || isWhole(length));
  });

const isNumbers = (value: Json): value is readonly number[] => Array.isArray(value) && value.every(isWhole);

const isWhole = (value: Json | undefined): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder();
