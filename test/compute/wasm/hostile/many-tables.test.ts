// Engines keep tables in the host program's own heap and let a module have many memories: none of it is for a guest to fill.

import { HeddleError } from 'heddle';
import { AoLoader } from 'heddle/loader';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type WasmOptions, wasm } from '../../../../lib/compute/wasm/index.ts';
import { ByteWriter } from '../../../../lib/compute/wasm/prepare/byte-writer.ts';
import { limitTables } from '../../../../lib/compute/wasm/prepare/index.ts';
import { readSections, sectionIds, withSection, writeSections } from '../../../../lib/compute/wasm/prepare/sections.ts';
import { readProgram } from '../../../../lib/compute/wasm/program.ts';
import { publishedModule } from '../../../modules/index.ts';
import { TestProcess } from '../process.ts';
import { badData, digitAt, guestText, type Writer } from './guest-text.ts';

type Table = readonly [initial: number, maximum?: number];

const section = (write: (writer: ByteWriter) => void): Uint8Array => {
  const writer = new ByteWriter();
  write(writer);
  return writer.view();
};

const withTables = (bytes: Uint8Array, tables: readonly Table[]): Uint8Array<ArrayBuffer> => {
  const content = section((writer) => {
    writer.number(tables.length);
    for (const [initial, maximum] of tables) {
      writer.byte(0x70);
      writer.byte(maximum === undefined ? 0 : 1);
      writer.number(initial);
      if (maximum !== undefined) writer.number(maximum);
    }
  });
  return writeSections(withSection(readSections(bytes), sectionIds.table, content));
};

/** Prints the digit of how many of its tables grew by so many entries. */
const grownTables = (tables: number, entries: number) => (write: Writer) => [
  ...write.store8(write.p(digitAt), write.i('0'.charCodeAt(0))),
  ...Array.from({ length: tables }, (_, table) => [
    ...[0xd0, 0x70, ...write.i(entries), 0xfc, 0x0f, table, ...write.i(0), 0x4e],
    ...[0x04, 0x40, ...write.store8(write.p(digitAt), [...write.load8(write.p(digitAt)), ...write.i(1), 0x6a]), 0x0b],
  ]).flat(),
];

for (const prepare of ['before', 'off'] satisfies WasmOptions['prepare'][]) {
  test(`prepare: '${prepare}': tables grow a little and then no more`, async () => {
    for (const [entries, grown] of [
      [1000, '9'],
      [1_000_000, '0'],
    ] as const) {
      const bytes = withTables(
        guestText({ wide: false, bad: grownTables(9, entries) }),
        Array.from({ length: 9 }, (_, at): Table => (at % 2 ? [3] : [3, 10_000_000])),
      );
      const process = await TestProcess.blank(wasm(bytes, { prepare }));
      await process.send({});
      assert.is((await process.send({ data: badData })).output, grown);
      const handle = await AoLoader(bytes);
      const message = { Id: 'A'.repeat(43), Signature: null, Data: badData };
      assert.is((await handle(null, message, {})).Output, grown);
    }
  });
}

async function refusal(load: () => unknown): Promise<string> {
  try {
    await load();
    return 'none';
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
}

test('tables that are too large from the start, or too many', async () => {
  const plain = guestText({ wide: false });
  for (const tables of [
    [[3], [10_000_000]],
    Array.from({ length: 3 }, (): Table => [50_000, 50_000]),
    Array.from({ length: 50_000 }, (): Table => [0, 0]),
  ] satisfies (readonly Table[])[]) {
    const bytes = withTables(plain, tables);
    assert.is(await refusal(() => wasm(bytes).load()), 'module-format-unsupported');
    assert.is(await refusal(() => AoLoader(bytes)), 'module-format-unsupported');
  }
});

test('what compilers make stays as it is', () => {
  for (const name of ['aos2_0_6', 'aos2_0_4_32', 'sqlite'] as const) {
    const bytes = publishedModule(name).bytes();
    assert.is(limitTables(bytes), bytes, name);
  }
});

test('a second memory', () => {
  const plain = guestText({ wide: false });
  const two = section((writer) => writer.bytes(Uint8Array.of(2, 1, 3, 64, 1, 0, 64)));
  const bytes = writeSections(withSection(readSections(plain), sectionIds.memory, two));
  assert.throws(
    () => readProgram(bytes),
    (error: unknown) => error instanceof HeddleError && error.code === 'module-format-unsupported',
  );
});

test.run();
