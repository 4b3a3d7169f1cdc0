// A guest sees a part of a file as memory, whatever the width of its pointers.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { badData, digitAt, guestText, places, type Writer } from './hostile/guest-text.ts';
import { type HostName, hosts } from './hostile/hosts.ts';
import { TestProcess } from './process.ts';

const { scratch, text, heap } = places;

/** Writes its path to a file, maps the file, and prints the path's last character as it is found in the mapping. */
function throughMapping(write: Writer) {
  const path = '/tmp/7';
  const open = write.call('__syscall_openat', write.i(-100), write.p(text), write.i(0o102), write.p(scratch));
  const vector = [
    ...write.storeP(write.p(scratch), write.p(text)),
    ...write.storeP(write.p(scratch + (write.wide ? 8 : 4)), write.p(path.length)),
  ];
  const offset = write.wide ? [write.l(0n)] : [write.i(0), write.i(0)];
  const found = [write.p(scratch + 32), write.p(scratch + 40)];
  return [
    ...write.store32(write.p(scratch), write.i(0o644)),
    ...write.drop(open),
    ...vector,
    ...write.drop(write.call('fd_write', write.i(3), write.p(scratch), write.p(1), write.p(scratch + 24))),
    ...write.drop(
      write.call('_mmap_js', write.p(path.length), write.i(3), write.i(1), write.i(3), ...offset, ...found),
    ),
    ...write.store8(write.p(digitAt), write.load8(write.p(heap + path.length - 1))),
    ...write.result(write.p(places.result)),
  ];
}

for (const host of Object.keys(hosts) as HostName[]) {
  for (const wide of [false, true]) {
    test(`${wide ? 64 : 32} bits, ${host}`, async () => {
      const bytes = guestText({
        wide,
        text: '/tmp/7',
        imports: ['env.__syscall_openat', 'wasi_snapshot_preview1.fd_write', 'env._mmap_js'],
        functions: { emscripten_builtin_memalign: (write) => write.p(heap) },
        pages: [4, 4],
        bad: throughMapping,
      });
      const process = await TestProcess.blank(await hosts[host](bytes));
      await process.send({});
      const { output, error } = await process.send({ data: badData });
      assert.equal([output, error], ['7', undefined]);
    });
  }
}

test.run();
