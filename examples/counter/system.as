// Input and files by WASI, which AssemblyScript has no library for.

import {
  errno,
  fd_close,
  fd_read,
  fd_write,
  oflags,
  path_open,
  rights,
} from '../../node_modules/@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1';

/** The folder that is open from the start: the root of the process's own files. */
const root: u32 = 3;

/** All of the standard input. */
export function readInput(): string {
  return readAll(0);
}

/** The text of a file; empty if there is none. */
export function readText(path: string): string {
  const file = open(path, 0, rights.FD_READ);
  if (file < 0) return '';
  const text = readAll(file);
  fd_close(file);
  return text;
}

/** Writes a file anew. */
export function writeText(path: string, text: string): void {
  const file = open(path, oflags.CREAT | oflags.TRUNC, rights.FD_WRITE);
  assert(file >= 0, 'cannot write ' + path);
  const bytes = String.UTF8.encode(text);
  const vector = new Vector(bytes);
  assert(fd_write(file, vector.pointer, 1, vector.result) == errno.SUCCESS);
  fd_close(file);
}

function open(path: string, how: oflags, wanted: rights): i32 {
  const name = String.UTF8.encode(path);
  const result = new StaticArray<u32>(1);
  const failure = path_open(root, 0, changetype<usize>(name), name.byteLength, how, wanted, 0, 0, changetype<usize>(result));
  return failure == errno.SUCCESS ? result[0] : -1;
}

function readAll(file: u32): string {
  let text = new ArrayBuffer(0);
  const vector = new Vector(new ArrayBuffer(65536));
  while (fd_read(file, vector.pointer, 1, vector.result) == errno.SUCCESS && vector.length > 0) {
    const longer = new ArrayBuffer(text.byteLength + vector.length);
    memory.copy(changetype<usize>(longer), changetype<usize>(text), text.byteLength);
    memory.copy(changetype<usize>(longer) + text.byteLength, changetype<usize>(vector.bytes), vector.length);
    text = longer;
  }
  return String.UTF8.decode(text);
}

/** A list of one part of memory, and room for how much of it was read or written. */
class Vector {
  private readonly words: StaticArray<usize> = new StaticArray<usize>(3);

  constructor(readonly bytes: ArrayBuffer) {
    this.words[0] = changetype<usize>(bytes);
    this.words[1] = bytes.byteLength;
  }

  get pointer(): usize {
    return changetype<usize>(this.words);
  }

  get result(): usize {
    return this.pointer + 2 * sizeof<usize>();
  }

  get length(): i32 {
    return <i32>this.words[2];
  }
}
