// Turns that read and then fail are taken back like any other, and those that succeeded stay.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Readers, served } from './weave.ts';

const { weave, source, ...server } = await served();
const first = await weave.put('the first');
const second = await weave.put('the second');
for (const id of [first, second]) await weave.attest(id);

for (const prepare of ['before', 'off'] as const) {
  for (const build of ['aos2_0_6', 'aos2_0_4_32'] as const) {
    test(`${build}, ${prepare === 'off' ? 'as published' : 'prepared'}`, async () => {
      await using readers = new Readers(source, { prepare, build });
      const reader = await readers.spawn();
      const says = async (code: string) => (await reader.says(code)).split('\n').at(-1);
      assert.is(await says(`Count = 1 F = io.open('/data/${first}') return F:read(4)`), 'the ');
      // It has read the rest, but nothing came of it.
      assert.match(await reader.says(`Count = 2 local rest = F:read(3) error('after ' .. rest)`), 'after fir');
      assert.match(await reader.says(`Count = 3 F:read(2) G = io.open('/data/${second}') error('again')`), 'again');
      assert.match(await reader.says(`Count = 4 F:read(2) io.open('/data/none')`), /HALT: FILE NOT FOUND/);
      assert.is(await says(`return Count .. tostring(G) .. F:read(2)`), '1nilfi');
      assert.match(await reader.says(`error('without reading')`), 'without reading');
      assert.is(await says(`Count = Count + 1 return Count .. F:read(3)`), '2rst');
      // A dry run leaves no trace.
      const dry = await reader.process.dryRun({ tags: { Action: 'Eval' }, data: `F:seek('set', 0) return F:read(9)` });
      assert.match(JSON.stringify(dry.output), 'the first');
      assert.is(await says(`return F:seek()`), '9');
    });
  }
}

test.after(async () => server[Symbol.asyncDispose]());

test.run();
