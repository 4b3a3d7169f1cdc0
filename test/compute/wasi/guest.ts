// Programs for WASI written as text, each with just what one test is about.

import binaryen from 'binaryen';

/** The module that `text` is in WebAssembly's text format. */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const { Features } = binaryen;
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(
      Features.MutableGlobals | Features.BulkMemory | Features.ReferenceTypes | Features.SIMD128 | Features.Atomics,
    );
    return new Uint8Array(module.emitBinary());
  } finally {
    module.dispose();
  }
}

const functions = {
  fd_write: 'i32 i32 i32 i32',
  fd_read: 'i32 i32 i32 i32',
  fd_close: 'i32',
  fd_renumber: 'i32 i32',
  path_open: 'i32 i32 i32 i32 i32 i64 i64 i32 i32',
  path_create_directory: 'i32 i32 i32',
  fd_filestat_set_size: 'i32 i64',
  clock_time_get: 'i32 i64 i32',
  random_get: 'i32 i32',
  poll_oneoff: 'i32 i32 i32 i32',
  proc_raise: 'i32',
};

export interface GuestText {
  readonly style: 'command' | 'reactor';
  /** Code that runs if the message's data has a `~` in it. */
  readonly act?: string;
  /** Further parts of the module. */
  readonly more?: string;
  /** Pages of memory at first. */
  readonly pages?: number;
}

/**
 * A program that counts its turns in a global nobody exports, and prints `{"Output":"1"}` and so on. A reactor goes on
 * counting, a command always prints 1. What it read stands at 8192.
 */
export const countingText = ({ style, act = '', more = '', pages = 2 }: GuestText): string => `
(module
  ${Object.entries(functions)
    .map(
      ([name, parameters]) =>
        `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${parameters}) (result i32)))`,
    )
    .join('\n  ')}
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") ${pages})
  (global $count (mut i32) (i32.const 0))
  (data (i32.const 1024) "{\\"Output\\":\\"0\\"}\\0a")
  (data (i32.const 1100) "name")
  ${more}
  (func $marked (result i32) (local $at i32)
    (loop $next
      (if (i32.eq (i32.load8_u (i32.add (i32.const 8192) (local.get $at))) (i32.const 0x7e)) (then (return (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.load (i32.const 24)))))
    (i32.const 0))
  (func $print (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  ;; Opens the file "name", or with its first letter another, and leaves its number at 40.
  (func $open (param $first i32) (result i32)
    (i32.store8 (i32.const 1100) (local.get $first))
    (call $path_open (i32.const 3) (i32.const 0) (i32.const 1100) (i32.const 4) (i32.const 1)
      (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 40)))
  (func $turn (local $i i32)
    (i32.store (i32.const 16) (i32.const 8192))
    (i32.store (i32.const 20) (i32.const 57344))
    (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (call $marked) (then ${act}))
    (i32.store8 (i32.const 1035) (i32.add (i32.const 48) (global.get $count)))
    (call $print (i32.const 1024) (i32.const 15)))
  (export "${style === 'command' ? '_start' : 'handle'}" (func $turn)))`;
